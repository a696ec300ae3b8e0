// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Quantizes a network node by node, each on the outputs of the int8 nodes before it.
struct NetworkQuantizer {
  /// What became of one node, for the report.
  struct Trace: Sendable {
    var rule = SumRule.none
    var repairedSets = 0
  }

  let graph: FusedGraph
  let pictures: CalibrationPictures
  let calibration: Calibration
  let options: QuantizationOptions
  private let tensorOf: [Int: Int]
  private(set) var tensors: [TensorRecord]
  private(set) var nodes: [QuantizedNode] = []
  private(set) var traces: [Trace] = []

  init(
    _ graph: FusedGraph, pictures: CalibrationPictures, calibration: Calibration,
    options: QuantizationOptions
  ) {
    self.graph = graph
    self.pictures = pictures
    self.calibration = calibration
    self.options = options
    tensorOf = Dictionary(uniqueKeysWithValues: graph.values.enumerated().map { ($1, $0) })
    tensors = graph.values.map { value in
      let shape = graph.source.values[value].shape
      let storage = calibration.activations[value]
      let isReal = value == graph.output && graph.endsInConvolution
      return TensorRecord(
        height: shape.height, width: shape.width, channels: shape.channels,
        elementType: isReal ? .float32 : .uint8, upper: isReal ? 0 : storage?.upper ?? 0,
        scale: isReal ? 1 : storage?.scale ?? 1, zeroPoint: isReal ? 0 : storage?.zeroPoint ?? 0)
    }
  }

  /// Fills `nodes` and `traces`.
  /// - Throws: `QuantizationError`.
  mutating func run(progress: (Double) -> Void) throws {
    let makes = NodeQuantizer(
      graph: graph, activations: calibration.activations, tensorOf: tensorOf, tensors: tensors)
    var stored: [Int: [[UInt8]]] = [:]
    if let input = calibration.activations[graph.input] {
      stored[graph.input] = (0..<pictures.count).map { pictures.quantized($0, input) }
    }
    for (index, node) in graph.nodes.enumerated() {
      try QuantizationError.checkCancellation()
      var result = try makes.quantize(node)
      var trace = Trace()
      let inputs = node.inputs.map { stored[$0] ?? [] }
      if case .convolution(let convolution) = node.operation {
        trace = try fill(&result, node: node, convolution: convolution, inputs: inputs[0])
      }
      nodes.append(result)
      traces.append(trace)
      let executor = LayerExecutor(node: result, tensors: tensors)
      stored[node.output] = Parallel.map(pictures.count, threads: options.threads) { picture in
        let second = inputs.count > 1 ? inputs[1][picture] : []
        if case .bytes(let bytes) = executor.run(inputs[0][picture], second) { return bytes }
        return []
      }
      for value in node.inputs where !isRead(value, after: index) { stored[value] = nil }
      progress(Double(index + 1) / Double(graph.nodes.count))
    }
  }

  private func isRead(_ value: Int, after index: Int) -> Bool {
    graph.nodes[(index + 1)...].contains { $0.inputs.contains(value) }
  }

  /// Weights, bias and multipliers of a convolution.
  /// - Throws: `QuantizationError.unsupported`.
  private func fill(
    _ result: inout QuantizedNode, node: FusedGraph.Node, convolution: FloatConvolution,
    inputs: [[UInt8]]
  ) throws -> Trace {
    guard let input = calibration.activations[node.inputs[0]] else { return Trace() }
    let output = calibration.activations[node.output]
    let quantizer = ConvolutionQuantizer(
      convolution, input: input, statistics: calibration.statistics[node.inputs[0]],
      options: options)
    var rounded = quantizer.quantize()
    if options.refinesWeights {
      WeightRefinement(
        convolution: quantizer, repair: quantizer.repair(rounded.rule),
        samples: WindowSamples(
          ConvolutionGeometry(
            result.record, input: tensors[result.record.input],
            output: tensors[result.record.output]),
          zeroPoint: input.zeroPoint, pictures: inputs.count),
        options: options
      ).refine(&rounded, inputs: inputs)
    }
    let bias =
      options.correctsBias
      ? correctedBias(quantizer, rounded, record: result.record, inputs: inputs)
      : convolution.bias.map(Double.init)
    let isReal = tensors[result.record.output].elementType == .float32
    let length = rounded.levels.count / convolution.outputChannels
    result.weights = rounded.levels
    for channel in 0..<convolution.outputChannels {
      let step = Double(input.scale) * Double(rounded.scales[channel])
      let sum = rounded.levels[channel * length..<(channel + 1) * length].reduce(0) { $0 + Int($1) }
      let steps = (bias[channel] / step).rounded(.toNearestOrEven)
      let limit = Double(1 << 29)
      let folded = min(max(steps, -limit), limit) - Double(sum * input.zeroPoint)
      let unit =
        isReal ? 1 : Double(output?.scale ?? 1) * Double(output?.ratios[channel] ?? 1)
      let multiplier = max(Float(step / unit), .leastNormalMagnitude)
      guard
        AccumulatorBound.holds(
          terms: length, upper: input.upper, bias: folded, multiplier: isReal ? nil : multiplier)
      else {
        throw QuantizationError.unsupported(
          node: result.name,
          reason: "a sum of \(length) products and its bias could exceed 32 bits")
      }
      result.bias.append(Int32(folded))
      result.multipliers.append(multiplier)
    }
    return Trace(rule: rounded.rule, repairedSets: rounded.repairedSets)
  }

  /// The bias that takes out the mean error of the rounded weights on the layer's own int8 inputs.
  ///
  /// What the layers before did to those inputs stays: where a range cuts off rare large values,
  /// making up for their mean would harm all the other values.
  private func correctedBias(
    _ quantizer: ConvolutionQuantizer, _ rounded: QuantizedConvolution, record: NodeRecord,
    inputs: [[UInt8]]
  ) -> [Double] {
    let convolution = quantizer.convolution
    let input = tensors[record.input]
    let geometry = ConvolutionGeometry(
      record, input: input, output: tensors[record.output])
    var means = TapMeans(geometry, zeroPoint: input.zeroPoint)
    for picture in inputs { means.add(picture) }
    let length = rounded.levels.count / convolution.outputChannels
    let perGroup = convolution.outputChannels / convolution.groups
    return (0..<convolution.outputChannels).map { channel in
      let scale = Double(rounded.scales[channel])
      let levels = rounded.levels[channel * length..<(channel + 1) * length]
      let errors = zip(quantizer.weights(channel), levels).map { Double($0) - scale * Double($1) }
      let mean = means.mean(
        weights: errors,
        firstInput: channel / perGroup * (convolution.inputChannels / convolution.groups))
      return Double(convolution.bias[channel]) + mean * Double(input.scale)
    }
  }
}

extension FusedGraph {
  /// Whether the output comes from a convolution as it is and nobody reads it, so that it can stay
  /// real.
  var endsInConvolution: Bool {
    guard let last = nodes.last(where: { $0.output == output }),
      case .convolution(let convolution) = last.operation
    else { return false }
    return !convolution.runsDepthwise && !last.isClamped && readers(of: output).isEmpty
  }
}
