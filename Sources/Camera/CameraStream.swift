// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// An open camera that streams into memory-mapped buffers.
///
/// `next` and `giveBack` may be called by one thread at a time. At the end the stream is stopped,
/// the buffers are unmapped and the device is closed.
package struct CameraStream: ~Copyable {
  package let format: StreamFormat
  let device: VideoDevice
  let ring: BufferRing
  /// What a whole frame fills of each plane at least.
  let requiredByteCount: InlineArray<3, Int>
  /// One bit a buffer.
  private var lentBuffers: UInt32 = 0

  init(
    format: StreamFormat, device: consuming VideoDevice, ring: consuming BufferRing,
    requiredByteCount: InlineArray<3, Int>
  ) {
    self.format = format
    self.device = device
    self.ring = ring
    self.requiredByteCount = requiredByteCount
  }

  deinit { _ = swiftlet_video_stop(device.descriptor, device.isMultiplanar) }

  /// The device's path.
  package var path: String { device.path }
  /// What the camera calls itself.
  package var name: String { device.name }
  /// The open device; for `V4LConverter` and for controls.
  package var descriptor: Int32 { device.descriptor }
  package var bufferCount: Int { ring.count }

  /// Waits for the next frame: the oldest one that the driver has. A caller that wants the newest
  /// one asks again with a timeout of 0 and gives the older ones back.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: nil is returned when no frame came within it; negative: no end.
  ///   - wakeDescriptor: nil is returned as soon as it is readable; -1 for none. It is not read.
  /// - Throws: `gone` when the device is no longer there, `failed` when the driver gave up.
  package mutating func next(
    timeoutMilliseconds: Int, wakeDescriptor: Int32
  ) throws(CameraError) -> CameraFrame? {
    let deadline = Deadline(timeoutMilliseconds)
    var faults = FaultCount()
    while true {
      var (events, wakeEvents): (Int32, Int32) = (0, 0)
      let count = swiftlet_poll_pair(
        device.descriptor, wakeDescriptor, deadline.remaining, &events, &wakeEvents)
      if count == -EINTR { continue }
      guard count >= 0 else { throw device.error("poll", -count) }
      if wakeEvents != 0 || count == 0 { return nil }
      var buffer = swiftlet_video_buffer()
      let code = swiftlet_video_dequeue(
        device.descriptor, device.isMultiplanar, UInt32(format.planeCount), &buffer)
      if code == 0 { return try lend(buffer) }
      // The descriptor is ready and yet there is no frame: never spin on that.
      let hasQueueError = events & (POLLERR | POLLHUP | POLLNVAL) != 0
      guard faults.mayRetry(code, hasQueueError: hasQueueError), device.isPresent else {
        throw device.isPresent
          ? device.error("VIDIOC_DQBUF", code) : device.error("VIDIOC_DQBUF", ENODEV)
      }
      _ = swiftlet_poll_pair(-1, wakeDescriptor, hasQueueError ? 10 : 2, &events, &wakeEvents)
    }
  }

  /// Gives a frame's buffer back to the driver.
  package mutating func giveBack(_ bufferIndex: Int) throws(CameraError) {
    precondition(
      bufferIndex >= 0 && bufferIndex < ring.count && lentBuffers & (1 << bufferIndex) != 0,
      "this buffer is not lent")
    let code = swiftlet_video_queue(
      device.descriptor, device.isMultiplanar, UInt32(format.planeCount), UInt32(bufferIndex))
    guard code == 0 else { throw device.error("VIDIOC_QBUF", code) }
    lentBuffers &= ~(1 << bufferIndex)
  }

  private mutating func lend(_ buffer: swiftlet_video_buffer) throws(CameraError) -> CameraFrame {
    guard buffer.index < ring.count else { throw device.error("VIDIOC_DQBUF", EINVAL) }
    let index = Int(buffer.index)
    lentBuffers |= 1 << index
    var mappings = InlineArray<3, UnsafeRawBufferPointer>(
      repeating: UnsafeRawBufferPointer(start: nil, count: 0))
    for plane in 0..<format.planeCount { mappings[plane] = ring[index, plane] }
    return CameraFrame(
      buffer, planeCount: format.planeCount, mappings: mappings, required: requiredByteCount,
      nowNanoseconds: swiftlet_nanoseconds())
  }
}

/// How often the driver may have nothing although it said it had.
private struct FaultCount {
  private var count = 0

  /// EAGAIN is harmless, and EIO may be passing: lost signal. Both end the stream when they last,
  /// and EIO does at once when the queue is in error as well.
  mutating func mayRetry(_ code: Int32, hasQueueError: Bool) -> Bool {
    count += 1
    switch code {
    case EAGAIN: return !hasQueueError || count < 50
    case EIO: return !hasQueueError && count < 10
    default: return false
    }
  }
}
