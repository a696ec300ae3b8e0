// SPDX-License-Identifier: Apache-2.0
import Runtime

/// A frame on its way from a source to the network; its memory is the source's until the slot is
/// finished.
package struct PendingFrame {
  /// What a frame is made of.
  package enum Content {
    case pixels(FramePixels)
    case jpeg(UnsafeRawBufferPointer)
  }

  /// Which of the source's buffers holds it, 0..<64.
  package var slot: Int
  package var content: Content
  /// The source's own number of it.
  package var sequence: UInt64
  /// When it was taken, in nanoseconds of CLOCK_MONOTONIC.
  package var timestampNanoseconds: UInt64
  /// The file that it is, for pictures.
  package var path: String?

  package init(
    slot: Int, content: Content, sequence: UInt64, timestampNanoseconds: UInt64,
    path: String? = nil
  ) {
    self.slot = slot
    self.content = content
    self.sequence = sequence
    self.timestampNanoseconds = timestampNanoseconds
    self.path = path
  }
}
