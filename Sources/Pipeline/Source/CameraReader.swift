// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Camera
import Runtime

/// Reads one stream of a camera into the exchange, while it lasts.
struct CameraReader: ~Copyable {
  private let description: SourceDescription
  private let feed: Feed
  private let freezeMilliseconds: Int
  private let framing: FrameFraming
  /// Makes a format of our own out of others.
  private var converter: V4LConverter?
  /// The converter's frames, since it has memory for one only.
  private var slots = FrameSlots()
  private var hasFrame = false
  /// The driver's number of the last frame.
  private var lastSequence: UInt32 = 0
  private var count: UInt64 = 0

  /// - Throws: `unsupported` when the stream's format cannot be read.
  init(
    _ stream: borrowing CameraStream, description: SourceDescription, feed: Feed,
    freezeMilliseconds: Int
  ) throws(CameraError) {
    var framing = FrameFraming(stream.format)
    var converter: V4LConverter?
    if framing == nil {
      let made = try V4LConverter(stream)
      framing = FrameFraming(made.format)
      converter = consume made
    }
    guard let framing else {
      throw CameraError(
        .unsupported, device: stream.path, detail: "no conversion of " + description.format)
    }
    self.framing = framing
    self.converter = converter
    self.description = description
    self.feed = feed
    self.freezeMilliseconds = freezeMilliseconds
  }

  /// Reads until the feed is stopped, or throws.
  mutating func run(_ stream: inout CameraStream) throws(CameraError) {
    var lastFrame = swiftlet_nanoseconds()
    while !feed.isStopping {
      if converter == nil { try giveBack(feed.exchange.takeFinished(), to: &stream) }
      let patience =
        hasFrame
        ? freezeMilliseconds : max(freezeMilliseconds, CameraSource.firstFrameMilliseconds)
      let waited = Int((swiftlet_nanoseconds() - lastFrame) / 1_000_000)
      guard waited < patience else { throw frozen(patience) }
      let frame = try stream.next(
        timeoutMilliseconds: patience - waited, wakeDescriptor: feed.stop.descriptor)
      guard let frame else { continue }
      lastFrame = swiftlet_nanoseconds()
      try take(frame, from: &stream)
    }
  }

  private mutating func take(
    _ frame: CameraFrame, from stream: inout CameraStream
  ) throws(CameraError) {
    noteGap(before: frame.sequence)
    if converter != nil { return try convert(frame, from: &stream) }
    guard let content = content(of: frame) else { return try stream.giveBack(frame.bufferIndex) }
    if let replaced = offer(content, slot: frame.bufferIndex, frame) {
      try stream.giveBack(replaced)
    }
  }

  private mutating func convert(
    _ frame: CameraFrame, from stream: inout CameraStream
  ) throws(CameraError) {
    let converted = converter?.convert(frame) ?? frame
    try stream.giveBack(frame.bufferIndex)
    let slot = slots.next(feed.exchange)
    let bytes = converted.planes[0]
    guard slots.reserve(slot, byteCount: bytes.count) else {
      slots.giveBack(slot)
      throw CameraError(.failed, device: description.device, operation: "malloc", errno: ENOMEM)
    }
    slots.bytes(slot).copyMemory(from: bytes)
    var copy = converted
    copy.planes[0] = UnsafeRawBufferPointer(rebasing: slots.bytes(slot)[..<bytes.count])
    guard let content = content(of: copy) else { return slots.giveBack(slot) }
    if let replaced = offer(content, slot: slot, frame) { slots.giveBack(replaced) }
  }

  /// The frame's content; nil, and counted, when it is damaged.
  private func content(of frame: CameraFrame) -> PendingFrame.Content? {
    if !frame.isDamaged { return framing.content(of: frame) }
    feed.noteDamaged(
      "it is damaged or cut short, the driver says; if that goes on, check the cable and the USB hub",
      device: description.device)
    return nil
  }

  /// Hands a frame over; the slot of the one that it replaces, if any, is free again.
  private mutating func offer(
    _ content: PendingFrame.Content, slot: Int, _ frame: CameraFrame
  ) -> Int? {
    if !hasFrame {
      hasFrame = true
      feed.post(.streaming(description))
    }
    count += 1
    return feed.exchange.offer(
      PendingFrame(
        slot: slot, content: content, sequence: count,
        timestampNanoseconds: frame.timestampNanoseconds))
  }

  /// Drivers leave damaged frames out without a word; the numbers of the others tell.
  private mutating func noteGap(before sequence: UInt32) {
    let missing = sequence &- lastSequence
    if count > 0, missing > 1, missing < 1 << 16 {
      feed.noteDamaged(
        "the driver left it out; if that goes on, check the cable and the USB hub",
        count: UInt64(missing - 1), device: description.device)
    }
    lastSequence = sequence
  }

  private func giveBack(
    _ slots: UInt64, to stream: inout CameraStream
  ) throws(CameraError) {
    var rest = slots
    while rest != 0 {
      let slot = rest.trailingZeroBitCount
      rest &= rest - 1
      try stream.giveBack(slot)
    }
  }

  private func frozen(_ milliseconds: Int) -> CameraError {
    CameraError(.frozen, device: description.device, detail: "\(milliseconds) ms")
  }
}
