// SPDX-License-Identifier: Apache-2.0

/// Finds the JPEG pictures in a stream of bytes (ITU-T T.81, annex B), wherever it is cut.
///
/// Segments are skipped by their length, so that a thumbnail inside of one does not end the picture.
struct MJPEGSplitter {
  private enum State {
    /// Before a picture: a byte 0xFF, then 0xD8.
    case outside, start
    /// Between segments: 0xFF, then a marker.
    case betweenSegments, marker
    /// A segment's length, then its body.
    case lengthHigh, lengthLow
    case body
    /// Entropy-coded data: 0xFF, then 0 or a restart (more data) or a marker.
    case scan, scanMarker
  }

  private var state = State.outside
  private var currentMarker: UInt8 = 0
  /// What is left of a segment.
  private var rest = 0

  /// Whether the last byte belongs to a picture.
  private(set) var isInside = false

  /// What a byte means.
  enum Step {
    /// It belongs to no picture.
    case skip
    /// It begins a picture: its 0xD8, behind a 0xFF that was skipped.
    case begin
    /// It belongs to the picture.
    case keep
    /// It is the picture's last one.
    case end
  }

  /// Forgets an unfinished picture.
  mutating func reset() {
    state = .outside
    isInside = false
  }

  mutating func take(_ byte: UInt8) -> Step {
    switch state {
    case .outside:
      if byte == 0xFF { state = .start }
      return .skip
    case .start:
      guard byte == 0xD8 else {
        state = byte == 0xFF ? .start : .outside
        return .skip
      }
      isInside = true
      state = .betweenSegments
      return .begin
    case .betweenSegments:
      // Anything but 0xFF is a stray byte, which decoders skip as well.
      if byte == 0xFF { state = .marker }
      return .keep
    case .marker: return marker(byte, otherwise: .betweenSegments)
    case .lengthHigh:
      rest = Int(byte) << 8
      state = .lengthLow
      return .keep
    case .lengthLow:
      rest = rest + Int(byte) - 2
      endSegmentIfDone()
      return .keep
    case .body:
      rest -= 1
      endSegmentIfDone()
      return .keep
    case .scan:
      if byte == 0xFF { state = .scanMarker }
      return .keep
    case .scanMarker:
      if byte == 0 || (0xD0...0xD7).contains(byte) {
        state = .scan
        return .keep
      }
      return marker(byte, otherwise: .scan)
    }
  }

  private mutating func endSegmentIfDone() {
    if rest > 0 {
      state = .body
    } else {
      state = currentMarker == 0xDA ? .scan : .betweenSegments
    }
  }

  private mutating func marker(_ byte: UInt8, otherwise: State) -> Step {
    switch byte {
    case 0xFF: return .keep  // fill bytes
    case 0xD9:
      reset()
      return .end
    case 0xD8:
      // A new picture where the old one has no end: the old one is cut off.
      isInside = true
      state = .betweenSegments
      return .begin
    case 0x00, 0x01, 0xD0...0xD7:
      state = otherwise
      return .keep
    default:
      currentMarker = byte
      state = .lengthHigh
      return .keep
    }
  }
}
