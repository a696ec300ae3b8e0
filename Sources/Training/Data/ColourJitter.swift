// SPDX-License-Identifier: Apache-2.0

/// Changes of a picture's colours, in an order that was drawn; torchvision's ColorJitter on values
/// 0...1.
struct ColourJitter: Equatable, Sendable {
  enum Step: CaseIterable, Sendable { case brightness, contrast, saturation, hue }

  var order: [Step] = []
  /// Factors; 1 changes nothing.
  var brightness: Float = 1
  var contrast: Float = 1
  var saturation: Float = 1
  /// In turns, -0.5...0.5; 0 changes nothing.
  var hue: Float = 0

  /// Changes pixels `[count][3]`, red, green, blue, 0...1.
  func apply(to pixels: inout [Float]) {
    for step in order {
      switch step {
      case .brightness where brightness != 1: Self.blend(&pixels, brightness) { _, _, _ in 0 }
      case .contrast where contrast != 1:
        let mean = Self.meanLuma(pixels)
        Self.blend(&pixels, contrast) { _, _, _ in mean }
      case .saturation where saturation != 1: Self.blend(&pixels, saturation, Self.luma)
      case .hue where hue != 0: Self.turn(&pixels, by: hue)
      default: continue
      }
    }
  }

  /// Every pixel grey, its luma.
  static func makeGrey(_ pixels: inout [Float]) { blend(&pixels, 0, luma) }

  /// ITU-R BT.601.
  @inline(__always)
  private static func luma(_ red: Float, _ green: Float, _ blue: Float) -> Float {
    0.299 * red + 0.587 * green + 0.114 * blue
  }

  private static func meanLuma(_ pixels: [Float]) -> Float {
    var sum = 0.0
    for i in stride(from: 0, to: pixels.count, by: 3) {
      sum += Double(luma(pixels[i], pixels[i + 1], pixels[i + 2]))
    }
    return Float(sum * 3 / Double(max(pixels.count, 1)))
  }

  /// `clamp(factor * value + (1 - factor) * other)`.
  @inline(__always)
  private static func blend(
    _ pixels: inout [Float], _ factor: Float, _ other: (Float, Float, Float) -> Float
  ) {
    pixels.withUnsafeMutableBufferPointer { pixels in
      for i in stride(from: 0, to: pixels.count, by: 3) {
        let rest = (1 - factor) * other(pixels[i], pixels[i + 1], pixels[i + 2])
        for channel in i..<i + 3 {
          pixels[channel] = min(max(factor * pixels[channel] + rest, 0), 1)
        }
      }
    }
  }

  /// Turns the hue of the hexagonal HSV model.
  private static func turn(_ pixels: inout [Float], by turns: Float) {
    pixels.withUnsafeMutableBufferPointer { pixels in
      for i in stride(from: 0, to: pixels.count, by: 3) {
        let (red, green, blue) = (pixels[i], pixels[i + 1], pixels[i + 2])
        let (value, least) = (max(red, green, blue), min(red, green, blue))
        let chroma = value - least
        guard chroma > 0 else { continue }
        // In sixths of a turn.
        var sixths: Float =
          value == red
          ? (green - blue) / chroma
          : value == green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma
        sixths += turns * 6
        sixths -= (sixths / 6).rounded(.down) * 6
        // Channel n is value - chroma * clamp(min(k, 4 - k)), k = n + sixths mod 6.
        for (channel, offset) in [(0, 5), (1, 3), (2, 1)] as [(Int, Float)] {
          var k = offset + sixths
          if k >= 6 { k -= 6 }
          pixels[i + channel] = value - chroma * min(max(min(k, 4 - k), 0), 1)
        }
      }
    }
  }
}
