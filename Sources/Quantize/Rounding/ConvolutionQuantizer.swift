// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The int8 constants of one convolution, and what rounding did to it.
struct QuantizedConvolution: Sendable {
  /// `[outputChannels][kernelHeight][kernelWidth][inputChannels / groups]`.
  var levels: [Int8]
  /// `[outputChannels]`, without the bias correction: `real = input scale * scales * sum`.
  var scales: [Float]
  var rule: SumRule
  var repairedSets: Int
}

/// Rounds a convolution's weights for given input and output storage.
struct ConvolutionQuantizer {
  let convolution: FloatConvolution
  let input: ActivationQuantization
  let options: QuantizationOptions
  /// The mean square of each input channel, in units of the stored value.
  let meanSquares: [Double]

  private var length: Int { convolution.weights.count / convolution.outputChannels }
  private var inputsPerGroup: Int { convolution.inputChannels / convolution.groups }
  private var outputsPerGroup: Int { convolution.outputChannels / convolution.groups }

  init(
    _ convolution: FloatConvolution, input: ActivationQuantization,
    statistics: ChannelStatistics, options: QuantizationOptions
  ) {
    self.convolution = convolution
    self.input = input
    self.options = options
    meanSquares = input.ratios.indices.map {
      statistics.meanSquare($0) / Double(input.ratios[$0] * input.ratios[$0])
    }
  }

  /// The weights of one output channel for inputs in their stored units.
  func weights(_ channel: Int) -> [Float] {
    let first = channel / outputsPerGroup * inputsPerGroup
    return (0..<length).map {
      convolution.weights[channel * length + $0] * input.ratios[first + $0 % inputsPerGroup]
    }
  }

  /// What an error of each weight of an output channel costs, > 0.
  func importance(_ channel: Int) -> [Float] {
    let first = channel / outputsPerGroup * inputsPerGroup
    let group = (0..<inputsPerGroup).map { Float(meanSquares[first + $0]) }
    let floor = max(group.reduce(0, +) / Float(group.count) * 1e-3, .leastNormalMagnitude * 1e6)
    return (0..<length).map { max(group[$0 % inputsPerGroup], floor) }
  }

  /// Inputs of one segment of the file's layout.
  private var segmentLength: Int {
    convolution.groups == 1 && convolution.window.dilationX == 1
      ? convolution.window.kernelWidth * inputsPerGroup : inputsPerGroup
  }

  /// The strictest rule that costs little: with u7 inputs the quad rule, always.
  func quantize() -> QuantizedConvolution {
    if convolution.runsDepthwise { return quantize(.none).result }
    let quad = quantize(.quad)
    if input.upper <= ActivationPrecision.u7.upper { return quad.result }
    let free = quantize(.none)
    let limit = free.cost * Self.acceptedCost
    if quad.cost <= limit { return quad.result }
    let pair = quantize(.pair)
    return pair.cost <= limit ? pair.result : free.result
  }

  /// A rule may multiply the noise of a layer's weights with this.
  private static let acceptedCost = 2.0

  /// What keeps a rule for this convolution's inputs and layout.
  func repair(_ rule: SumRule) -> SumRuleRepair {
    SumRuleRepair(
      rule: rule, limit: SumRule.limit(upper: input.upper), segmentLength: segmentLength)
  }

  private func quantize(_ rule: SumRule) -> (result: QuantizedConvolution, cost: Double) {
    let rounding = WeightRounding(
      repair: repair(rule),
      factors: options.searchesWeightScales
        ? WeightRounding.searchedFactors : WeightRounding.coveringFactors)
    var result = QuantizedConvolution(levels: [], scales: [], rule: rule, repairedSets: 0)
    var cost = 0.0
    for channel in 0..<convolution.outputChannels {
      let rounded = rounding.round(
        weights(channel), importance: importance(channel), minimumScale: minimumScale(channel))
      result.levels += rounded.levels
      result.scales.append(rounded.scale)
      result.repairedSets += rounded.repairedSets
      cost += rounded.cost
    }
    return (result, cost)
  }

  private func minimumScale(_ channel: Int) -> Float {
    max(AccumulatorBound.minimumStep(bias: convolution.bias[channel]) / input.scale, 1e-30)
  }
}
