// SPDX-License-Identifier: Apache-2.0
import Runtime

/// A part of a picture, in pixels.
struct PictureRegion: Sendable, Equatable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int

  init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }

  /// All of it.
  init(_ image: Image) { self.init(x: 0, y: 0, width: image.width, height: image.height) }
}

/// Squashes parts of pictures to one size, by the runtime's own resize (docs/model-format.md): what
/// the board will do.
struct PictureResizer: ~Copyable {
  private var preprocessor: Preprocessor
  /// Of the result, in pixels.
  var width: Int { preprocessor.width }

  /// - Parameters: of the result, in pixels.
  init(width: Int, height: Int) {
    preprocessor = Preprocessor(
      record: PreprocessingRecord(
        resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [0, 0, 0],
        deviation: [1, 1, 1]),
      height: height, width: width, channels: 3)
  }

  /// `[height][width][3]`, red, green, blue.
  ///
  /// - Precondition: the region lies inside of the picture and is not empty.
  mutating func pixels(of image: Image, _ region: PictureRegion) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
    let step = image.format.byteCount
    let start = region.y * image.bytesPerRow + region.x * step
    let end = start + (region.height - 1) * image.bytesPerRow + region.width * step
    result.withUnsafeMutableBufferPointer { output in
      guard let base = output.baseAddress else { return }
      do throws(RuntimeError) {
        try preprocessor.run(
          pixels: image.pixels.span.bytes.extracting(start..<end), width: region.width,
          height: region.height, bytesPerRow: image.bytesPerRow, format: image.format, into: base)
      } catch {
        preconditionFailure("a region of a decoded picture: \(error)")
      }
    }
    return result
  }
}
