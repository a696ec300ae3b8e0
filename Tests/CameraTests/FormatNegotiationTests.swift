// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Camera

@Suite("Negotiation of the format")
struct FormatNegotiationTests {
  private func choose(
    _ modes: [CameraMode], adequate: Int = 224, hasConverter: Bool = false,
    _ change: (inout CameraRequest) -> Void = { _ in }
  ) throws -> String {
    var request = CameraRequest()
    request.adequateWidth = adequate
    request.adequateHeight = adequate
    change(&request)
    let choice = try FormatNegotiation.choose(
      modes, request, hasConverter: hasConverter, device: "/dev/video0")
    let rate = choice.rate.map(ModeSummary.number) ?? "?"
    return "\(choice.fourCC) \(choice.width)x\(choice.height) \(rate)"
  }

  @Test(
    "without a wish, the cheapest mode that is large and fast enough is chosen",
    arguments: [
      (RecordedCameras.logitechC270, 224, "YUYV 320x240 30"),
      (RecordedCameras.logitechC270, 240, "YUYV 320x240 30"),
      (RecordedCameras.logitechC270, 241, "YUYV 352x288 30"),
      (RecordedCameras.logitechC270, 480, "YUYV 640x480 30"),
      (RecordedCameras.logitechC270, 600, "YUYV 800x600 20"),
      (RecordedCameras.logitechC270, 700, "MJPG 1280x720 30"),
      (RecordedCameras.logitechC270, 2000, "MJPG 1280x960 30"),
      (RecordedCameras.logitechC920, 224, "YUYV 320x240 30"),
      (RecordedCameras.logitechC920, 700, "MJPG 1280x720 30"),
      (RecordedCameras.logitechC920, 1080, "MJPG 1920x1080 30"),
      (RecordedCameras.laptop, 224, "MJPG 640x480 30"),
      (RecordedCameras.bcm2835, 224, "YU12 320x240 30"),
      (RecordedCameras.bcm2835, 600, "YU12 800x600 30"),
      (RecordedCameras.bcm2835, 2000, "YU12 2000x2000 30"),
      (RecordedCameras.bcm2835, 9000, "YU12 3280x2464 30"),
      (RecordedCameras.libcamerify, 224, "NV12 320x240 ?"),
      (RecordedCameras.vivid, 224, "NV12 640x360 30"),
      (RecordedCameras.vivid, 400, "NV12 640x480 25"),
      (RecordedCameras.silent, 224, "YUYV 320x240 ?"),
      (RecordedCameras.emulating, 224, "MJPG 640x480 30"),
    ])
  func withoutWish(_ modes: [CameraMode], _ adequate: Int, _ expected: String) throws {
    #expect(try choose(modes, adequate: adequate) == expected)
  }

  @Test("a wish for the format, the size or the rate is obeyed")
  func wishes() throws {
    let modes = RecordedCameras.logitechC270
    #expect(try choose(modes) { $0.fourCC = .mjpg } == "MJPG 320x240 30")
    #expect(try choose(modes) { $0.width = 1280 } == "MJPG 1280x720 30")
    #expect(
      try choose(modes) {
        $0.fourCC = .yuyv
        $0.width = 1280
      } == "YUYV 1280x720 7.5")
    #expect(
      try choose(modes) {
        ($0.width, $0.height) = (160, 120)
      } == "YUYV 160x120 30")
    #expect(try choose(modes) { $0.rate = 10 } == "YUYV 320x240 10")
    #expect(
      try choose(modes) {
        $0.rate = 25
        $0.width = 800
      } == "MJPG 800x600 25")
    // NTSC's 30.
    #expect(try choose(modes) { $0.rate = 29.97 } == "YUYV 320x240 30")
    #expect(try choose(RecordedCameras.bcm2835) { $0.rate = 72.5 } == "YU12 320x240 72.5")
    #expect(try choose(RecordedCameras.silent) { $0.rate = 12 } == "YUYV 320x240 12")
    #expect(
      try choose(RecordedCameras.bcm2835) {
        ($0.width, $0.height) = (330, 254)
      } == "YU12 330x254 30")
    #expect(try choose(RecordedCameras.emulating) { $0.fourCC = .rgb3 } == "RGB3 640x480 30")
  }

  @Test("what the camera does not offer is refused with what there is")
  func refusals() throws {
    func message(
      _ modes: [CameraMode], _ change: (inout CameraRequest) -> Void
    ) throws -> String {
      let error = #expect(throws: CameraError.self) { try choose(modes, change) }
      #expect(error?.reason == .unsupported && error?.device == "/dev/video0")
      return try #require(error).description
    }
    let modes = RecordedCameras.logitechC270
    let format = try message(modes) { $0.fourCC = .nv12 }
    #expect(format.contains("no NV12; it offers the formats YUYV, MJPG"))
    let size = try message(modes) { ($0.width, $0.height, $0.fourCC) = (1920, 1080, .mjpg) }
    #expect(
      size.contains("no MJPG 1920x1080; it offers MJPG 640x480 at 30 25 20 15 10 5, MJPG 160"))
    let rate = try message(modes) {
      ($0.fourCC, $0.width, $0.height, $0.rate) = (.yuyv, 1280, 960, 30)
    }
    #expect(rate.contains("no YUYV 1280x960 at 30 fps; it offers YUYV 1280x960 at 7.5 5;"))
    let odd = try message(RecordedCameras.bcm2835) { $0.width = 333 }
    #expect(odd.contains("no 333x?; it offers YU12 32x32...3280x2464 by 2x2 at 1...90"))
    #expect(try message([]) { _ in }.contains("offers no format"))
  }

  @Test("formats that need libv4lconvert are the last resort")
  func exotic() throws {
    #expect(throws: CameraError.self) { try choose(RecordedCameras.exotic) }
    #expect(try choose(RecordedCameras.exotic, hasConverter: true) == "S920 640x480 30")
    let both = RecordedCameras.exotic + RecordedCameras.laptop
    #expect(try choose(both, hasConverter: true) == "MJPG 640x480 30")
    let wanted = try choose(both, hasConverter: true) { $0.fourCC = FourCC("BA81") }
    #expect(wanted == "BA81 640x480 30")
    let grey = RecordedCameras.modes("GREY 640x480 30\n*MJPG 320x240 30")
    #expect(try choose(grey) == "MJPG 320x240 30")
    #expect(try choose(RecordedCameras.modes("GREY 640x480 30")) == "GREY 640x480 30")
  }

  @Test("the rate is the highest up to 30, or the lowest above")
  func usualRate() throws {
    #expect(try choose(RecordedCameras.modes("YUYV 640x480 120 90 60")) == "YUYV 640x480 60")
    #expect(try choose(RecordedCameras.modes("YUYV 640x480 29.97 5")) == "YUYV 640x480 29.97")
    #expect(try choose(RecordedCameras.modes("YUYV 640x480 2...20")) == "YUYV 640x480 20")
    #expect(try choose(RecordedCameras.modes("YUYV 640x480 50...90")) == "YUYV 640x480 50")
  }

  @Test(
    "rates become fractions",
    arguments: [
      (30.0, 1, 30), (29.97, 1001, 30_000), (59.94, 1001, 60_000), (7.5, 1000, 7500),
      (0.5, 1000, 500), (1, 1, 1), (1e9, 1, 1_000_000),
    ])
  func fractions(_ rate: Double, _ numerator: UInt32, _ denominator: UInt32) {
    let fraction = FrameInterval.fraction(rate)
    #expect(fraction.numerator == numerator && fraction.denominator == denominator)
  }

  @Test("a fraction without a value is no rate")
  func noRate() {
    #expect(FrameInterval.rate(0, 30) == nil && FrameInterval.rate(1, 0) == nil)
    #expect(FrameInterval.rate(333_333, 10_000_000).map(ModeSummary.number) == "30")
  }
}
