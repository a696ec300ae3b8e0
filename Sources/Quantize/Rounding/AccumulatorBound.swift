// SPDX-License-Identifier: Apache-2.0

/// What the model file demands of a convolution's sums; docs/model-format.md, *What the verifier
/// checks*, 5.
enum AccumulatorBound {
  /// Sums of one output channel.
  private static let limit = Int(Int32.max)
  /// Such a sum times its multiplier.
  private static let steps = 0x1p30

  /// The finest scale of a convolution's output at which no sum is too many steps, with a reserve of
  /// a factor 2 for what the bias correction adds.
  ///
  /// It matters only where the outputs seen are tiny against what the weights could make, as behind
  /// a clamp that hardly ever opens.
  /// - Parameter ratios: of the output.
  static func leastScale(
    _ convolution: FloatConvolution, input: ActivationQuantization, ratios: [Float]
  ) -> Float {
    let length = convolution.weights.count / convolution.outputChannels
    let depth = convolution.inputChannels / convolution.groups
    let perGroup = convolution.outputChannels / convolution.groups
    var least: Float = 0
    for channel in 0..<convolution.outputChannels {
      let first = channel / perGroup * depth
      var largest: Float = 0
      for i in 0..<length {
        let weight = convolution.weights[channel * length + i] * input.ratios[first + i % depth]
        largest = max(largest, abs(weight))
      }
      let coarsest = WeightRounding.coveringFactors.last ?? 1
      let step = max(
        largest / WeightRounding.maximumLevel * coarsest * input.scale,
        minimumStep(bias: convolution.bias[channel]))
      let sum = Float(256 * length * input.upper) * step + 2 * abs(convolution.bias[channel])
      least = max(least, sum / (ratios[channel] * Float(steps / 2)))
    }
    return least
  }

  /// The step of an output channel at which its bias stays far within int32.
  static func minimumStep(bias: Float) -> Float { max(abs(bias) / 0x1p28, 1e-30) }

  /// Whether a channel keeps the rules.
  /// - Parameters:
  ///   - terms: weights of the channel.
  ///   - upper: of the input.
  ///   - multiplier: nil where the output is real.
  static func holds(terms: Int, upper: Int, bias: Double, multiplier: Float?) -> Bool {
    let sum = Double(128 * terms * upper) + abs(bias)
    return sum <= Double(limit) && sum * Double(multiplier ?? 0) < steps
  }
}
