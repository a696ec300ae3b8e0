// SPDX-License-Identifier: Apache-2.0

/// What part of a scaled picture the network sees, along both axes.
struct ResizeGeometry: Equatable {
  var columns: ResizeAxis.Extent
  var rows: ResizeAxis.Extent

  /// - Parameters:
  ///   - width: of the picture, in pixels, positive.
  ///   - height: of the picture, in pixels, positive.
  ///   - inputWidth: of the network's input.
  ///   - inputHeight: of the network's input.
  init(record: PreprocessingRecord, width: Int, height: Int, inputWidth: Int, inputHeight: Int) {
    var scaledWidth = Int64(inputWidth)
    var scaledHeight = Int64(inputHeight)
    if record.resizeRule == .centreCrop {
      let shorter = Int64(record.resizeSize)
      scaledWidth = width <= height ? shorter : Int64(width) * shorter / Int64(height)
      scaledHeight = height <= width ? shorter : Int64(height) * shorter / Int64(width)
    }
    columns = ResizeAxis.Extent(
      input: width, scaled: scaledWidth, first: Self.cropStart(scaledWidth, inputWidth),
      count: inputWidth)
    rows = ResizeAxis.Extent(
      input: height, scaled: scaledHeight, first: Self.cropStart(scaledHeight, inputHeight),
      count: inputHeight)
  }

  /// `(scaled - size) / 2`, rounded half to even.
  private static func cropStart(_ scaled: Int64, _ size: Int) -> Int64 {
    let margin = scaled - Int64(size)
    let floor = margin >> 1
    return floor + (margin & floor & 1)
  }
}
