// SPDX-License-Identifier: Apache-2.0

/// An open camera that streams into memory-mapped buffers.
///
/// `next` and `giveBack` may be called by one thread at a time.
package struct CameraStream: ~Copyable {
  package let format: StreamFormat

  /// Opens a device, agrees on a format, maps the buffers and starts the stream.
  package static func open(
    _ path: String, request: CameraRequest
  ) throws(CameraError) -> CameraStream {
    throw CameraError(.failed, device: path)
  }

  /// Waits for the next frame.
  ///
  /// - Parameters:
  ///   - timeoutMilliseconds: nil is returned when no frame came within it.
  ///   - wakeDescriptor: nil is returned as soon as it is readable; -1 for none. It is not read.
  package mutating func next(
    timeoutMilliseconds: Int, wakeDescriptor: Int32
  ) throws(CameraError) -> CameraFrame? { nil }

  /// Gives a frame's buffer back to the driver.
  package mutating func giveBack(_ bufferIndex: Int) throws(CameraError) {}
}
