// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// What a driver lists is listed no further than this, should it never end.
private let listLimit: UInt32 = 256

extension VideoDevice {
  /// All formats with their sizes and rates. What a driver cannot list is left open: any size, no
  /// rates.
  func modes() -> [CameraMode] {
    guard has(V4L2_CAP_VIDEO_CAPTURE) || has(V4L2_CAP_VIDEO_CAPTURE_MPLANE) else { return [] }
    var modes: [CameraMode] = []
    for format in formats() { appendSizes(format, to: &modes) }
    return modes
  }

  func formats() -> [v4l2_fmtdesc] {
    var formats: [v4l2_fmtdesc] = []
    for index in 0..<listLimit {
      var format = v4l2_fmtdesc()
      format.index = index
      format.type = swiftlet_video_capture_type(isMultiplanar)
      guard swiftlet_video_enumerate_format(descriptor, &format) == 0 else { break }
      formats.append(format)
    }
    return formats
  }

  private func appendSizes(_ format: v4l2_fmtdesc, to modes: inout [CameraMode]) {
    for index in 0..<listLimit {
      var size = v4l2_frmsizeenum()
      size.index = index
      size.pixel_format = format.pixelformat
      guard swiftlet_video_enumerate_size(descriptor, &size) == 0 else {
        if index == 0 { modes.append(mode(format, .init(1, 16_384), .init(1, 16_384), rates: [])) }
        return
      }
      guard size.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue else {
        let range = size.stepwise
        let width = CameraMode.Side(
          Int(range.min_width), Int(range.max_width), step: Int(range.step_width))
        let height = CameraMode.Side(
          Int(range.min_height), Int(range.max_height), step: Int(range.step_height))
        // Drivers list rates of one size only; a usual one speaks for the range.
        let rates = rates(format.pixelformat, width.covering(640), height.covering(480))
        modes.append(mode(format, width, height, rates: rates))
        return
      }
      let (width, height) = (size.discrete.width, size.discrete.height)
      let rates = rates(format.pixelformat, Int(width), Int(height))
      modes.append(mode(format, .init(Int(width)), .init(Int(height)), rates: rates))
    }
  }

  private func mode(
    _ format: v4l2_fmtdesc, _ width: CameraMode.Side, _ height: CameraMode.Side,
    rates: [ClosedRange<Double>]
  ) -> CameraMode {
    CameraMode(
      FourCC(rawValue: format.pixelformat), name: CText.string(format.description),
      isCompressed: format.flags & UInt32(V4L2_FMT_FLAG_COMPRESSED) != 0,
      isEmulated: format.flags & UInt32(V4L2_FMT_FLAG_EMULATED) != 0, width: width,
      height: height, rates: rates)
  }

  private func rates(_ pixelFormat: UInt32, _ width: Int, _ height: Int) -> [ClosedRange<Double>] {
    var rates: [ClosedRange<Double>] = []
    for index in 0..<listLimit {
      var interval = v4l2_frmivalenum()
      interval.index = index
      interval.pixel_format = pixelFormat
      interval.width = UInt32(clamping: width)
      interval.height = UInt32(clamping: height)
      guard swiftlet_video_enumerate_interval(descriptor, &interval) == 0 else { break }
      if interval.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue {
        let (numerator, denominator) = (
          interval.discrete.numerator, interval.discrete.denominator
        )
        if let rate = FrameInterval.rate(numerator, denominator) { rates.append(rate...rate) }
        continue
      }
      // The shortest interval is the highest rate.
      let (least, most) = (interval.stepwise.max, interval.stepwise.min)
      let highest = FrameInterval.rate(most.numerator, most.denominator) ?? 1000
      let lowest = FrameInterval.rate(least.numerator, least.denominator) ?? 0
      if lowest <= highest { rates.append(lowest...highest) }
      break
    }
    return rates
  }
}
