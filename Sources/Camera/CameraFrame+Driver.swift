// SPDX-License-Identifier: Apache-2.0
import CPlatform

extension CameraFrame {
  /// A frame as the driver describes it. What it says beyond a buffer's end is cut off; a frame that
  /// is cut off or too short is damaged.
  ///
  /// - Parameters:
  ///   - mappings: the whole memory of each plane.
  ///   - required: the least a whole frame fills of each plane; 0 where that is not known.
  init(
    _ buffer: swiftlet_video_buffer, planeCount: Int,
    mappings: InlineArray<3, UnsafeRawBufferPointer>, required: InlineArray<3, Int>,
    nowNanoseconds: UInt64
  ) {
    bufferIndex = Int(buffer.index)
    sequence = buffer.sequence
    timestampNanoseconds = Self.timestamp(buffer, nowNanoseconds)
    isDamaged = buffer.flags & UInt32(V4L2_BUF_FLAG_ERROR) != 0
    self.planeCount = planeCount
    planes = mappings
    for plane in 0..<planeCount {
      let capacity = mappings[plane].count
      let used = Int(element(buffer.used_bytes, plane))
      let start = Int(element(buffer.data_offset, plane))
      let end = min(used, capacity)
      if used > capacity || start >= end || end - start < required[plane] { isDamaged = true }
      planes[plane] = UnsafeRawBufferPointer(rebasing: mappings[plane][min(start, end)..<end])
    }
  }

  /// The driver's time where it is one of CLOCK_MONOTONIC and not in the future.
  private static func timestamp(_ buffer: swiftlet_video_buffer, _ now: UInt64) -> UInt64 {
    let clock = buffer.flags & UInt32(V4L2_BUF_FLAG_TIMESTAMP_MASK)
    let time = buffer.timestamp_nanoseconds
    let isMonotonic = clock == UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
    return isMonotonic && time > 0 && time <= now ? time : now
  }
}
