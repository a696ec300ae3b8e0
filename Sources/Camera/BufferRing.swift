// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The driver's frame buffers, mapped for reading. The mappings end with it, before the device is
/// closed.
struct BufferRing: ~Copyable {
  let count: Int
  let planeCount: Int
  /// Plane after plane, buffer after buffer.
  private let mappings: [UnsafeRawBufferPointer]

  private init(count: Int, planeCount: Int, mappings: [UnsafeRawBufferPointer]) {
    self.count = count
    self.planeCount = planeCount
    self.mappings = mappings
  }

  deinit { Self.unmap(mappings) }

  private static func unmap(_ mappings: [UnsafeRawBufferPointer]) {
    for mapping in mappings {
      _ = munmap(UnsafeMutableRawPointer(mutating: mapping.baseAddress), mapping.count)
    }
  }

  subscript(buffer: Int, plane: Int) -> UnsafeRawBufferPointer {
    mappings[buffer * planeCount + plane]
  }

  /// Asks the driver for buffers and maps them.
  static func make(
    _ device: borrowing VideoDevice, planeCount: Int, wantedCount: Int
  ) throws(CameraError) -> BufferRing {
    var count = UInt32(min(max(wantedCount, 3), 32))
    let code = swiftlet_video_request_buffers(device.descriptor, device.isMultiplanar, &count)
    guard code == 0 else { throw device.error("VIDIOC_REQBUFS", code) }
    guard count >= 2 else { throw device.error("VIDIOC_REQBUFS", ENOMEM) }
    count = min(count, 32)
    var mappings: [UnsafeRawBufferPointer] = []
    do throws(CameraError) {
      for index in 0..<count {
        try map(device, index, planeCount: planeCount, to: &mappings)
      }
    } catch {
      unmap(mappings)
      throw error
    }
    return BufferRing(count: Int(count), planeCount: planeCount, mappings: mappings)
  }

  private static func map(
    _ device: borrowing VideoDevice, _ index: UInt32, planeCount: Int,
    to mappings: inout [UnsafeRawBufferPointer]
  ) throws(CameraError) {
    var buffer = swiftlet_video_buffer()
    buffer.index = index
    let code = swiftlet_video_query_buffer(
      device.descriptor, device.isMultiplanar, UInt32(planeCount), &buffer)
    guard code == 0 else { throw device.error("VIDIOC_QUERYBUF", code) }
    for plane in 0..<planeCount {
      let byteCount = Int(element(buffer.byte_count, plane))
      let offset = element(buffer.map_offset, plane)
      guard byteCount > 0, let base = swiftlet_video_map(device.descriptor, byteCount, offset)
      else { throw device.error("mmap", byteCount > 0 ? swiftlet_errno() : EINVAL) }
      mappings.append(UnsafeRawBufferPointer(start: base, count: byteCount))
    }
  }
}
