// SPDX-License-Identifier: Apache-2.0
import CPlatform

extension CameraStream {
  /// Opens a device, agrees on a format, maps the buffers and starts the stream.
  ///
  /// USB may have no room for raw pictures, beside another camera for example; then MJPG is tried,
  /// unless the user asked for a format.
  ///
  /// - Throws: `absent`, `denied`, `busy`, `notACamera`, `rawBayer`, `unsupported`, `control`,
  ///   `gone` or `failed`.
  package static func open(
    _ path: String, request: CameraRequest
  ) throws(CameraError) -> CameraStream {
    do throws(CameraError) { return try openOnce(path, request) } catch {
      guard error.errno == ENOSPC, request.fourCC == nil else { throw error }
      var smaller = request
      smaller.fourCC = .mjpg
      do throws(CameraError) { return try openOnce(path, smaller) } catch _ { throw error }
    }
  }

  private static func openOnce(
    _ path: String, _ request: CameraRequest
  ) throws(CameraError) -> CameraStream {
    let device = try VideoDevice.open(path)
    let modes = device.modes()
    try device.requireCamera(modes, request)
    let choice = try FormatNegotiation.choose(
      modes, request, hasConverter: V4LConverter.isInstalled, device: path)
    let agreed = try device.setFormat(choice, request)
    var complaint = ""
    guard let layout = BufferLayout.check(agreed, complaint: &complaint) else {
      throw CameraError(.unsupported, device: path, detail: "the driver sends " + complaint)
    }
    let rate = try device.setRate(choice.rate)
    try device.set(request.controls)
    let ring = try BufferRing.make(
      device, planeCount: layout.planeCount, wantedCount: request.bufferCount)
    try device.start(ring)
    let format = StreamFormat(agreed, layout, rate: rate, ring: ring)
    return CameraStream(
      format: format, device: device, ring: ring, requiredByteCount: layout.requiredByteCount)
  }
}

extension StreamFormat {
  init(
    _ format: swiftlet_video_format, _ layout: BufferLayout, rate: Double,
    ring: borrowing BufferRing
  ) {
    fourCC = FourCC(rawValue: format.fourcc)
    width = Int(format.width)
    height = Int(format.height)
    matrix = ColourDefaults.matrix(
      fourCC, colorspace: format.colorspace, encoding: format.ycbcr_encoding)
    range = ColourDefaults.range(
      fourCC, colorspace: format.colorspace, quantization: format.quantization)
    planeCount = layout.planeCount
    bytesPerRow = layout.bytesPerRow
    bufferByteCount = [0, 0, 0]
    for plane in 0..<planeCount { bufferByteCount[plane] = ring[0, plane].count }
    self.rate = rate
  }
}

extension VideoDevice {
  /// Drivers may answer with another format or size than they were asked for; what they say counts,
  /// unless it cannot be used, or the user asked for that format.
  fileprivate func setFormat(
    _ choice: FormatChoice, _ request: CameraRequest
  ) throws(CameraError) -> swiftlet_video_format {
    var format = swiftlet_video_format()
    format.multiplanar = isMultiplanar
    format.width = UInt32(clamping: choice.width)
    format.height = UInt32(clamping: choice.height)
    format.fourcc = choice.fourCC.rawValue
    format.field = V4L2_FIELD_NONE.rawValue
    let code = swiftlet_video_set_format(descriptor, &format)
    guard code == 0 else { throw error("VIDIOC_S_FMT", code) }
    let got = FourCC(rawValue: format.fourcc)
    guard got == choice.fourCC || (got.isNative && request.fourCC == nil) else {
      throw CameraError(
        .unsupported, device: path,
        detail: "the driver sends " + got.description + " instead of " + choice.fourCC.description)
    }
    switch format.field {
    case V4L2_FIELD_SEQ_TB.rawValue, V4L2_FIELD_SEQ_BT.rawValue, V4L2_FIELD_ALTERNATE.rawValue:
      throw CameraError(
        .unsupported, device: path, detail: "it sends interlaced pictures as separate fields")
    default: return format
    }
  }

  /// Sets the rate where the driver can, and says which one it is; 0 if it does not tell. Many
  /// drivers have no rate: they answer ENOTTY or EINVAL.
  fileprivate func setRate(_ rate: Double?) throws(CameraError) -> Double {
    if let rate, rate > 0 {
      let (numerator, denominator) = FrameInterval.fraction(rate)
      let code = swiftlet_video_set_interval(descriptor, isMultiplanar, numerator, denominator)
      if code == ENODEV || code == EBUSY { throw error("VIDIOC_S_PARM", code) }
    }
    var (numerator, denominator): (UInt32, UInt32) = (0, 0)
    let code = swiftlet_video_get_interval(descriptor, isMultiplanar, &numerator, &denominator)
    if code == ENODEV { throw error("VIDIOC_G_PARM", code) }
    return FrameInterval.rate(numerator, denominator) ?? 0
  }

  fileprivate func start(_ ring: borrowing BufferRing) throws(CameraError) {
    for index in 0..<ring.count {
      let code = swiftlet_video_queue(
        descriptor, isMultiplanar, UInt32(ring.planeCount), UInt32(index))
      guard code == 0 else { throw error("VIDIOC_QBUF", code) }
    }
    let code = swiftlet_video_start(descriptor, isMultiplanar)
    guard code == 0 else { throw error("VIDIOC_STREAMON", code) }
  }
}
