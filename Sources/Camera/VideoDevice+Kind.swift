// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// What a node is, from what its driver says.
enum NodeKind {
  /// Receivers of raw sensor data on the Raspberry Pi.
  private static let rawDrivers: [String] = ["unicam", "rp1-cfe", "bcm2835-unicam"]
  /// Parts of image processors whose nodes look like cameras.
  private static let processors: [String] = [
    "bcm2835-isp", "pispbe", "rkisp1", "bcm2835-codec", "rpivid",
  ]

  /// - Parameter formats: of all that the node sends.
  static func of(
    driver: String, bus: String, capabilities: UInt32, formats: [FourCC]
  ) -> CameraInfo.Kind {
    func has(_ capability: Int32) -> Bool { capabilities & UInt32(bitPattern: capability) != 0 }
    if has(V4L2_CAP_VIDEO_M2M) || has(V4L2_CAP_VIDEO_M2M_MPLANE) { return .other }
    let isCapture = has(V4L2_CAP_VIDEO_CAPTURE) || has(V4L2_CAP_VIDEO_CAPTURE_MPLANE)
    guard isCapture else {
      if has(V4L2_CAP_META_CAPTURE) { return .metadata }
      return has(V4L2_CAP_VIDEO_OUTPUT) || has(V4L2_CAP_VIDEO_OUTPUT_MPLANE) ? .output : .other
    }
    if has(V4L2_CAP_TOUCH) || !has(V4L2_CAP_STREAMING)
      || processors.contains(where: { $0.isSame(as: driver) })
    {
      return .other
    }
    if rawDrivers.contains(where: { $0.isSame(as: driver) }) { return .rawBayer }
    // libv4lconvert knows what USB cameras of old send; libcamera does not.
    let isRaw = !formats.isEmpty && formats.allSatisfy { $0.isBayer } && !bus.begins(with: "usb-")
    return isRaw ? .rawBayer : .camera
  }
}

extension VideoDevice {
  /// - Parameter formats: of all that the node sends.
  private func kind(_ formats: [FourCC]) -> CameraInfo.Kind {
    NodeKind.of(driver: driver, bus: bus, capabilities: capabilities, formats: formats)
  }

  /// libcamera's compatibility layer opens a camera that another program has as one without formats,
  /// and does not survive more questions.
  private func isTakenFromLibcamera(_ formats: [FourCC]) -> Bool {
    formats.isEmpty && driver.isSame(as: "libcamera")
  }

  /// Fills in what an open node tells.
  func describe(_ info: inout CameraInfo) {
    info.name = name
    info.driver = driver
    info.bus = bus
    let formats = formats().map { FourCC(rawValue: $0.pixelformat) }
    info.kind = kind(formats)
    if isTakenFromLibcamera(formats) {
      info.state = .busy
    } else {
      info.state = info.kind == .camera && isBusy ? .busy : .usable
    }
  }

  /// - Throws: `notACamera`, `busy` or `rawBayer`; the last not if the user asks for a format by name,
  ///   which libv4lconvert may know.
  func requireCamera(_ modes: [CameraMode], _ request: CameraRequest) throws(CameraError) {
    let formats = modes.map { $0.fourCC }
    if isTakenFromLibcamera(formats) { throw error("libcamera", EBUSY) }
    switch kind(formats) {
    case .camera: return
    case .rawBayer:
      if request.fourCC == nil { throw CameraError(.rawBayer, device: path, detail: driver) }
    case .metadata, .output, .other:
      throw CameraError(.notACamera, device: path, detail: driver)
    }
  }
}
