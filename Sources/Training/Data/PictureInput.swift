// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

/// Makes a student's input of pictures.
struct PictureInput: ~Copyable {
  private let record: PreprocessingRecord
  private var resizer: PictureResizer
  private let pixelCount: Int

  /// - Parameters:
  ///   - record: means and deviations of the student; its resize rule does not matter.
  ///   - height, width: of the student's input, in pixels.
  init(_ record: PreprocessingRecord, height: Int, width: Int) {
    self.record = record
    resizer = PictureResizer(width: width, height: height)
    pixelCount = height * width
  }

  /// What evaluation sees: the whole picture, squashed.
  ///
  /// - Parameter output: `[height][width][3]`.
  mutating func write(_ image: Image, into output: MutableFeatures) {
    let bytes = resizer.pixels(of: image, PictureRegion(image))
    for channel in 0..<3 {
      let (mean, scale) = (record.mean[channel], 1 / record.deviation[channel])
      for i in stride(from: channel, to: bytes.count, by: 3) {
        output[i] = (Float(bytes[i]) - mean) * scale
      }
    }
  }

  /// What training sees.
  ///
  /// - Parameter output: `[height][width][3]`.
  mutating func write(
    _ image: Image, _ augmentation: Augmentation, _ generator: inout SeededGenerator,
    into output: MutableFeatures
  ) {
    let draw = augmentation.draw(for: image, &generator)
    let bytes = resizer.pixels(of: image, draw.region)
    var pixels = [Float](unsafeUninitializedCapacity: bytes.count) { pixels, count in
      for i in 0..<bytes.count { pixels[i] = Float(bytes[i]) / 255 }
      count = bytes.count
    }
    draw.jitter.apply(to: &pixels)
    if draw.isGrey { ColourJitter.makeGrey(&pixels) }
    let rows = pixelCount / resizer.width
    for channel in 0..<3 {
      let (mean, scale) = (record.mean[channel], 1 / record.deviation[channel])
      for y in 0..<rows {
        let row = y * resizer.width
        for x in 0..<resizer.width {
          let from = draw.isFlipped ? row + resizer.width - 1 - x : row + x
          output[(row + x) * 3 + channel] = (pixels[from * 3 + channel] * 255 - mean) * scale
        }
      }
    }
  }
}
