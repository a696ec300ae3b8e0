// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline
@testable import Runtime

/// What is left of a photograph after a camera's format and the conversion.
@Suite("Fidelity of frames")
struct JPEGFidelityTests {
  private func truth(_ image: Runtime.Image, _ frame: ArrayFrame) -> [UInt8] {
    (0..<frame.height).flatMap { y in
      image.pixels[y * image.bytesPerRow..<y * image.bytesPerRow + 3 * frame.width]
    }
  }

  @Test(
    "of YUYV and NV12 is at least 40 dB of a photograph",
    arguments: [FrameLayout.yuyv, .nv12], [FrameRange.limited, .full])
  func raw(layout: FrameLayout, range: FrameRange) throws {
    for name in ["coffee.jpg", "cat.jpg"] {
      let image = try JPEGTest.picture(name, width: 640, height: 480)
      let frame = ArrayFrame(layout, of: image, range: range)
      let decibels = try frame.withPixels {
        JPEGTest.decibels(try JPEGTest.colours($0), truth(image, frame))
      }
      #expect(decibels >= 40, "\(name): \(decibels)")
    }
  }

  @Test("of MJPG of quality 90 is at least 40 dB of a photograph that it shows", arguments: [90])
  func compressed(quality: Int) throws {
    var encoder = try JPEGFrameEncoder()
    let image = try JPEGTest.picture("cat.jpg", width: 640, height: 480)
    let frame = ArrayFrame(.planar422, of: image, range: .full)
    let file = try frame.withPixels { [UInt8](try encoder.encode($0, quality: quality)) }
    let decibels = JPEGTest.decibels(try JPEGTest.decode(file), truth(image, frame))
    #expect(decibels >= 40, "\(decibels)")
  }
}
