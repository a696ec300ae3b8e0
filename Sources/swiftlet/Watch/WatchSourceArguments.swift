// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Camera

/// What is asked of a source.
struct WatchSourceArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Pixel format, as V4L2 names it: YUYV, MJPG, NV12, ... By default the cheapest one.",
      valueName: "fourcc"))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "Frame size in pixels; by default the smallest that keeps all detail.", valueName: "WxH"))
  var size: String?

  @Option(help: ArgumentHelp("Frames a second of the camera.", valueName: "n"))
  var rate: Double?

  @Option(
    name: .customLong("control"), parsing: .singleValue,
    help: ArgumentHelp(
      "Set a control of the camera, for example brightness=128; may be repeated.",
      valueName: "name=value"))
  var controls: [String] = []

  @Option(
    help: ArgumentHelp(
      "After so many seconds without a frame the camera counts as frozen and is opened again.",
      valueName: "seconds"))
  var freezeTimeout = 3.0

  @Flag(
    help: """
      Classify every frame of standard input, and let its writer wait; by default the newest one.
      """)
  var everyFrame = false

  func validate() throws {
    if let format, FourCC(format) == nil {
      throw ValidationError("--format \(format) is not four characters")
    }
    if size != nil && parsedSize == nil {
      throw ValidationError("--size \(size ?? "") is not WIDTHxHEIGHT, each 1...65535")
    }
    if let rate, !(rate > 0 && rate <= 1000) {
      throw ValidationError("--rate \(rate) is not within 0...1000")
    }
    guard freezeTimeout >= 0.1, freezeTimeout <= 3600 else {
      throw ValidationError("--freeze-timeout \(freezeTimeout) is not within 0.1...3600 seconds")
    }
    for control in controls where parse(control: control) == nil {
      throw ValidationError("--control \(control) is not NAME=NUMBER")
    }
  }

  var parsedSize: (width: Int, height: Int)? {
    guard let parts = size?.split(separator: "x"), parts.count == 2, let width = Int(parts[0]),
      let height = Int(parts[1]), (1...65_535).contains(width), (1...65_535).contains(height)
    else { return nil }
    return (width, height)
  }

  private func parse(control: String) -> (name: String, value: Int)? {
    guard let equals = control.firstIndex(of: "="), equals != control.startIndex,
      let value = Int(control[control.index(after: equals)...])
    else { return nil }
    return (String(control[..<equals]), value)
  }

  /// What to ask a camera for.
  func request(adequateSide: (width: Int, height: Int)) -> CameraRequest {
    var request = CameraRequest()
    request.fourCC = format.flatMap { FourCC($0) }
    request.width = parsedSize?.width
    request.height = parsedSize?.height
    request.rate = rate
    request.adequateWidth = adequateSide.width
    request.adequateHeight = adequateSide.height
    request.controls = controls.compactMap(parse)
    return request
  }
}
