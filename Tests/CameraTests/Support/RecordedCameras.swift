// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Camera

/// What cameras send, as `v4l2-ctl --list-formats-ext` shows it, a mode a line: format, size, rates.
/// `*` marks a compressed format, `~` an emulated one.
enum RecordedCameras {
  /// USB 2 with little bandwidth: raw pictures get slow early.
  static let logitechC270 = modes(
    """
    YUYV 640x480 30 25 20 15 10 5
    YUYV 160x120 30 25 20 15 10 5
    YUYV 176x144 30 25 20 15 10 5
    YUYV 320x176 30 25 20 15 10 5
    YUYV 320x240 30 25 20 15 10 5
    YUYV 352x288 30 25 20 15 10 5
    YUYV 800x600 20 15 10 5
    YUYV 1280x720 7.5 5
    YUYV 1280x960 7.5 5
    *MJPG 640x480 30 25 20 15 10 5
    *MJPG 160x120 30 25 20 15 10 5
    *MJPG 320x240 30 25 20 15 10 5
    *MJPG 800x600 30 25 20 15 10 5
    *MJPG 1280x720 30 25 20 15 10 5
    *MJPG 1280x960 30 25 20 15 10 5
    """)

  static let logitechC920 = modes(
    """
    YUYV 640x480 30 24 20 15 10 7.5 5
    YUYV 160x90 30 24 20 15 10 7.5 5
    YUYV 320x180 30 24 20 15 10 7.5 5
    YUYV 320x240 30 24 20 15 10 7.5 5
    YUYV 1280x720 10 7.5 5
    YUYV 1920x1080 5
    *H264 640x480 30 24 20 15 10 7.5 5
    *H264 1920x1080 30 24 20 15 10 7.5 5
    *MJPG 640x480 30 24 20 15 10 7.5 5
    *MJPG 320x240 30 24 20 15 10 7.5 5
    *MJPG 1280x720 30 24 20 15 10 7.5 5
    *MJPG 1920x1080 30 24 20 15 10 7.5 5
    """)

  /// One of many in laptops: only MJPG is fast.
  static let laptop = modes(
    """
    *MJPG 1280x720 30
    *MJPG 640x480 30
    YUYV 640x480 10 5
    YUYV 1280x720 5
    """)

  /// The old driver of the Raspberry Pi's camera modules: any size, made by the GPU.
  static let bcm2835 = modes(
    """
    YU12 32x32...3280x2464/2x2 1...90
    YUYV 32x32...3280x2464/2x2 1...90
    RGB3 32x32...3280x2464/2x2 1...90
    *JPEG 32x32...3280x2464/2x2 1...90
    *H264 32x32...3280x2464/2x2 1...90
    *MJPG 32x32...3280x2464/2x2 1...90
    YVYU 32x32...3280x2464/2x2 1...90
    NV12 32x32...3280x2464/2x2 1...90
    """)

  /// A camera module under libcamerify, which lists no rates.
  static let libcamerify = modes(
    """
    XR24 800x600
    YUYV 64x64...3280x2464/2x2
    NV12 64x64...3280x2464/2x2
    """)

  /// The sensor itself.
  static let unicam = modes(
    """
    pBAA 16x16...16376x16376/1x1
    BG10 16x16...16376x16376/1x1
    RG10 16x16...16376x16376/1x1
    """)

  static let vivid = modes(
    """
    YUYV 320x180 1 2 4 5 10 12.5 15 25 30 40 50 60
    YUYV 640x360 1 2 4 5 10 12.5 15 25 30 40
    YUYV 640x480 1 2 4 5 10 12.5 15 25
    YUYV 1280x720 1 2 4 5 10 12.5
    NV12 320x180 1 2 4 5 10 12.5 15 25 30 40 50 60
    NV12 640x360 1 2 4 5 10 12.5 15 25 30 40
    NV12 640x480 1 2 4 5 10 12.5 15 25
    """)

  /// A driver that knows its formats only.
  static let silent = modes("YUYV 1x1...16384x16384/1x1")

  /// A microscope with a codec of its own.
  static let exotic = modes(
    """
    S920 640x480 30 15
    BA81 640x480 30 15
    """)

  /// Formats that a library makes of MJPG stand beside it.
  static let emulating = modes(
    """
    *MJPG 640x480 30
    ~YU12 640x480 30
    ~RGB3 640x480 30
    """)

  static func modes(_ text: String) -> [CameraMode] {
    text.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      let name = words[0].filter { $0 != "*" && $0 != "~" }
      let (width, height) = size(words[1])
      return CameraMode(
        FourCC(name)!, isCompressed: words[0].contains("*"), isEmulated: words[0].contains("~"),
        width: width, height: height, rates: words.dropFirst(2).map(rate))
    }
  }

  /// `640x480`, or `32x32...640x480/2x2`.
  private static func size(_ text: String) -> (CameraMode.Side, CameraMode.Side) {
    let numbers = text.split { !$0.isNumber }.map { Int($0)! }
    guard numbers.count == 6 else { return (.init(numbers[0]), .init(numbers[1])) }
    return (
      .init(numbers[0], numbers[2], step: numbers[4]),
      .init(numbers[1], numbers[3], step: numbers[5])
    )
  }

  private static func rate(_ text: String) -> ClosedRange<Double> {
    let ends = text.split(separator: "...").map { Double($0)! }
    return ends[0]...ends[ends.count - 1]
  }
}
