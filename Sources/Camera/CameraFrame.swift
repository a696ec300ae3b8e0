// SPDX-License-Identifier: Apache-2.0

/// One frame that a camera lends: its memory is the driver's buffer, valid until the buffer is
/// given back or the stream is closed.
package struct CameraFrame {
  /// Which of the stream's buffers it is; `CameraStream.giveBack` takes it.
  package var bufferIndex: Int
  /// The driver's frame number; a gap means that frames were lost.
  package var sequence: UInt32
  /// When the frame was taken, in nanoseconds of CLOCK_MONOTONIC.
  package var timestampNanoseconds: UInt64
  /// Whether the driver marked the frame as damaged.
  package var isDamaged: Bool
  package var planeCount: Int
  /// The bytes of each plane that the driver filled; only the first `planeCount` count.
  package var planes: InlineArray<3, UnsafeRawBufferPointer>
}
