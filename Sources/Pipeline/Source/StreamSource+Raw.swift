// SPDX-License-Identifier: Apache-2.0
import Runtime

extension StreamSource {
  /// Reads raw frames of one size until the stream ends.
  mutating func runRaw(_ framing: RawFraming) {
    let byteCount = framing.frameByteCount
    guard byteCount <= Self.frameByteLimit else {
      return fail(
        .cameraUnsupported, "\(name): a frame has \(byteCount) bytes, which is too much", 0)
    }
    while true {
      let slot = slots.next(feed.exchange)
      guard slots.reserve(slot, byteCount: byteCount) else {
        return fail(.cameraFailed, "\(name): there is no memory for a frame", 0)
      }
      if framing.hasFrameHeaders {
        guard let line = readLine() else { return }
        guard line.hasPrefix("FRAME") else {
          return fail(
            .cameraFailed, "\(name): a frame header is damaged; start its writer again", 0)
        }
      }
      let count = readBytes(into: slots.bytes(slot), byteCount)
      guard count == byteCount else {
        if count > 0 {
          feed.noteDamaged(
            "the last frame is cut short; the stream was cut off, or --size is wrong", device: name)
        }
        return
      }
      noteFrame(
        framing.layout.fourCC, width: framing.width, height: framing.height, rate: framing.rate)
      let bytes = UnsafeRawBufferPointer(rebasing: slots.bytes(slot)[..<byteCount])
      guard offer(slot, .pixels(framing.pixels(bytes))) else { return }
    }
  }

  /// What the first bytes say of the stream; nil, and a fault, when it is none that we know.
  mutating func framingOfBeginning() -> StreamFraming? {
    let bytes = reader.available
    if bytes.starts(with: [0xFF, 0xD8]) { return .jpeg }
    if bytes.starts(with: RawFraming.yuv4mpegMagic.utf8) {
      if let line = readLine(), let framing = RawFraming(yuv4mpeg: line) { return .raw(framing) }
      fail(.cameraUnsupported, "\(name): its YUV4MPEG2 header is not one with 8-bit samples", 0)
      return nil
    }
    fail(
      .cameraUnsupported,
      "\(name): it begins with neither a JPEG picture nor YUV4MPEG2; name --format and --size", 0)
    return nil
  }

  /// One line without its newline, at most 1,024 bytes; nil at the end.
  private mutating func readLine() -> String? {
    var line: [UInt8] = []
    while line.count <= 1024, fill() {
      let bytes = reader.available
      guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
        line.append(contentsOf: bytes)
        reader.consume(bytes.count)
        continue
      }
      line.append(contentsOf: bytes[..<newline])
      reader.consume(newline + 1)
      return String(decoding: line, as: UTF8.self)
    }
    return nil
  }

  /// Fills the beginning of a slot; less than `byteCount` only at the end.
  private mutating func readBytes(
    into slot: UnsafeMutableRawBufferPointer, _ byteCount: Int
  ) -> Int {
    var used = 0
    while used < byteCount, fill() {
      let bytes = reader.available
      let count = min(bytes.count, byteCount - used)
      UnsafeMutableRawBufferPointer(rebasing: slot[used..<used + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      reader.consume(count)
      used += count
    }
    return used
  }
}

extension FrameLayout {
  /// The name that V4L2 has for the layout.
  var fourCC: String {
    switch self {
    case .rgb: "RGB3"
    case .bgr: "BGR3"
    case .grey: "GREY"
    case .yuyv: "YUYV"
    case .uyvy: "UYVY"
    case .yvyu: "YVYU"
    case .nv12: "NV12"
    case .nv21: "NV21"
    case .planar420: "YU12"
    case .planar422: "422P"
    case .planar444: "444P"
    }
  }
}
