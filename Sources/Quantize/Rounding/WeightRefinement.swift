// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Improves the rounded weights of a convolution: instead of each weight's own error, the error of
/// the output on the calibration pictures, in which the errors of inputs that vary together cancel.
///
/// Weights move by single steps, each time one is found that lowers `e^T H e` and keeps the sum
/// rule (coordinate descent on the objective of Frantar and Alistarh, "Optimal Brain Compression",
/// 2022, and of Nagel et al., "Up or Down?", 2020).
struct WeightRefinement {
  /// Passes over all weights of a channel; most end sooner.
  static let maximumPasses = 12

  let convolution: ConvolutionQuantizer
  let repair: SumRuleRepair
  let samples: WindowSamples
  let options: QuantizationOptions

  /// - Parameter inputs: the layer's int8 inputs, a picture each, NHWC.
  func refine(_ rounded: inout QuantizedConvolution, inputs: [[UInt8]]) {
    let float = convolution.convolution
    let length = rounded.levels.count / float.outputChannels
    let outputsPerGroup = float.outputChannels / float.groups
    // Few large groups share their threads within; many small ones are shared out whole.
    let inner = float.groups == 1 ? options.threads : 1
    let current = rounded
    let parts = Parallel.map(float.groups, threads: float.groups == 1 ? 1 : options.threads) {
      group in
      refined(
        current, group * outputsPerGroup..<(group + 1) * outputsPerGroup, length: length,
        group: group, inputs: inputs, threads: inner)
    }
    rounded.levels = Array(parts.joined())
  }

  /// The levels of one group's channels.
  private func refined(
    _ rounded: QuantizedConvolution, _ channels: Range<Int>, length: Int, group: Int,
    inputs: [[UInt8]], threads: Int
  ) -> [Int8] {
    let perGroup = convolution.convolution.inputChannels / convolution.convolution.groups
    var levels = channels.map { Array(rounded.levels[$0 * length..<($0 + 1) * length]) }
    for start in stride(from: 0, to: length, by: InputMoments.maximumCount) {
      let range = start..<min(start + InputMoments.maximumCount, length)
      let moments = InputMoments(
        samples.rows(inputs, range, firstInput: group * perGroup, perGroup: perGroup),
        isCentered: options.correctsBias, threads: threads)
      let current = levels
      levels = Parallel.map(channels.count, threads: threads) { index in
        let channel = channels.lowerBound + index
        let scale = rounded.scales[channel]
        var result = current[index]
        descend(
          &result, exact: convolution.weights(channel).map { $0 / scale }, range, moments)
        return result
      }
    }
    return Array(levels.joined())
  }

  /// Single steps within `range` until none helps.
  private func descend(
    _ levels: inout [Int8], exact: [Float], _ range: Range<Int>, _ moments: InputMoments
  ) {
    let count = moments.count
    var gradient = [Float](repeating: 0, count: count)
    for k in 0..<count {
      let error = Float(levels[range.lowerBound + k]) - exact[range.lowerBound + k]
      if error != 0 { Self.add(error, moments, row: k, to: &gradient) }
    }
    for _ in 0..<Self.maximumPasses {
      var hasMoved = false
      for k in 0..<count {
        let step: Float = gradient[k] > 0 ? -1 : 1
        // (e + step)^T H (e + step) - e^T H e, halved.
        guard step * gradient[k] + 0.5 * moments.matrix[k * count + k] < 0 else { continue }
        let level = Int(levels[range.lowerBound + k]) + Int(step)
        guard abs(level) <= Int(WeightRounding.maximumLevel),
          repair.allows(level, at: range.lowerBound + k, in: levels)
        else { continue }
        levels[range.lowerBound + k] = Int8(level)
        Self.add(step, moments, row: k, to: &gradient)
        hasMoved = true
      }
      if !hasMoved { return }
    }
  }

  private static func add(
    _ factor: Float, _ moments: InputMoments, row: Int, to gradient: inout [Float]
  ) {
    let count = moments.count
    gradient.withUnsafeMutableBufferPointer { gradient in
      moments.matrix.withUnsafeBufferPointer { matrix in
        for i in 0..<count { gradient[i] += factor * matrix[row * count + i] }
      }
    }
  }
}
