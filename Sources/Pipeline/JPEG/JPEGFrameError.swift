// SPDX-License-Identifier: Apache-2.0

/// Why a frame is not decoded or encoded.
package enum JPEGFrameError: Error, Sendable, Equatable {
  /// The bytes break the format.
  case damaged
  /// The frame ends before its last row.
  case truncated
  /// A JPEG of inks, or of more than `JPEGFrameDecoder.maximumPixelCount` pixels.
  case unsupported
  /// Sizes and planes of a frame do not go together, or a region lies outside of it.
  case invalidSize
  case outOfMemory
}

extension JPEGFrameError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .damaged:
      "the camera's JPEG frame is damaged; if that goes on, check the cable or choose another format"
    case .truncated:
      "the camera's JPEG frame is truncated; if that goes on, choose a smaller size or rate"
    case .unsupported:
      "the camera's JPEG frame is too large or has inks instead of colours; choose another format"
    case .invalidSize:
      "a frame's sizes do not match its bytes, or the region lies outside of the frame"
    case .outOfMemory: "out of memory for a frame; choose a smaller size"
    }
  }
}
