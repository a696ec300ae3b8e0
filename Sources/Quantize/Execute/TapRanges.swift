// SPDX-License-Identifier: Apache-2.0

/// Along one axis: where each window begins, and which of its taps lie inside the picture.
struct TapRanges: Sendable {
  /// For each output: the input position of tap 0, which may lie outside.
  let starts: [Int]
  let taps: [Range<Int>]
  let dilation: Int

  /// `stride`, `dilation`, `padBefore` as in `FloatWindow`.
  init(
    input: Int, output: Int, kernel: Int, stride: Int, dilation: Int, padBefore: Int
  ) {
    self.dilation = dilation
    starts = (0..<output).map { $0 * stride - padBefore }
    taps = starts.map { start in
      // The first tap at or behind 0, and the first at or behind the end.
      let first = start >= 0 ? 0 : (dilation - 1 - start) / dilation
      let end = start >= input ? 0 : (input - start + dilation - 1) / dilation
      let last = min(max(end, 0), kernel)
      return min(first, last)..<last
    }
  }

  static func rows(_ window: FloatWindow, _ input: Shape, _ output: Shape) -> TapRanges {
    TapRanges(
      input: input.height, output: output.height, kernel: window.kernelHeight,
      stride: window.strideY, dilation: window.dilationY, padBefore: window.padTop)
  }

  static func columns(_ window: FloatWindow, _ input: Shape, _ output: Shape) -> TapRanges {
    TapRanges(
      input: input.width, output: output.width, kernel: window.kernelWidth,
      stride: window.strideX, dilation: window.dilationX, padBefore: window.padLeft)
  }
}
