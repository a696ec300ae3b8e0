// SPDX-License-Identifier: Apache-2.0

/// Probabilities from scores, the same bits on every machine: single IEEE operations in a fixed
/// order, none of libm, nothing fused.
package enum Softmax {
  /// `output[i] = exp(scores[i] - max) / sum of exp(scores - max)`; the sum is in binary64, in
  /// ascending order.
  ///
  /// Relative error of each probability above 1e-30: below `5e-7 + 6e-8 * |score - max|`, of which
  /// the second part is the rounding of the difference. Scores that are not numbers get 0.
  ///
  /// - Precondition: both have the same length.
  package static func run(_ scores: Span<Float>, into output: inout MutableSpan<Float>) {
    precondition(scores.count == output.count, "one probability a score")
    var maximum = -Float.infinity
    for i in scores.indices where scores[i] > maximum { maximum = scores[i] }
    var sum = 0.0
    for i in scores.indices {
      let value = exponential(scores[i] - maximum)
      output[i] = value
      sum += Double(value)
    }
    guard sum > 0 else { return }
    for i in output.indices { output[i] = Float(Double(output[i]) / sum) }
  }

  /// `exp(x)` for `x <= 0`, relative error below 3e-7; 0 below -87 and for what is not a number.
  ///
  /// `x = n ln 2 + r`, `|r| <= ln 2 / 2`, `exp(x) = 2^n exp(r)`; `exp(r)` is its Taylor polynomial of
  /// degree 7, `ln 2` is split in two so that `n` times its upper part is exact (W. J. Cody and
  /// W. Waite, Software Manual for the Elementary Functions, 1980).
  static func exponential(_ x: Float) -> Float {
    guard x > -87 else { return 0 }
    // Adding 1.5 * 2^23 leaves no bits for a fraction: rounds half to even.
    let shift: Float = 12_582_912
    let n = (x * 1.442_695 + shift) - shift
    let upper: Float = 0.693_359_375
    let lower: Float = -2.121_944_4e-4
    let r = (x - n * upper) - n * lower
    var sum: Float = 1 / 5040
    sum = sum * r + 1 / 720
    sum = sum * r + 1 / 120
    sum = sum * r + 1 / 24
    sum = sum * r + 1 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    // Above -87, n is at least -126, so that 2^n is a normal number.
    return sum * Float(bitPattern: UInt32(bitPattern: (Int32(n) + 127) << 23))
  }
}
