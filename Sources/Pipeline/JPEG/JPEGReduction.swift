// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Decoding at less than the full size, in eighths. Only the halvings are used: libjpeg-turbo has
/// vector code for them, and the other fractions take longer than the full size.
enum JPEGReduction {
  static let choices = [1, 2, 4, 8]

  /// The size of a reduced side, rounded up, as libjpeg-turbo makes it.
  static func reduced(_ side: Int, _ eighths: Int) -> Int { (side * eighths + 7) / 8 }

  /// The reduced pixels that show any of a region.
  ///
  /// - Parameters:
  ///   - width: of the reduced frame.
  ///   - height: of the reduced frame.
  static func reduced(
    _ region: FrameRegion, _ eighths: Int, width: Int, height: Int
  ) -> FrameRegion {
    let x = region.x * eighths / 8
    let y = region.y * eighths / 8
    let right = min(reduced(region.x + region.width, eighths), width)
    let bottom = min(reduced(region.y + region.height, eighths), height)
    return FrameRegion(x: x, y: y, width: right - x, height: bottom - y)
  }

  /// The smallest choice that leaves a region at least the size that the preprocessing scales it to.
  static func eighths(
    of region: FrameRegion, covering needed: (width: Int64, height: Int64)
  ) -> Int {
    for eighths in choices
    where Int64(region.width * eighths / 8) >= needed.width
      && Int64(region.height * eighths / 8) >= needed.height
    {
      return eighths
    }
    return 8
  }
}
