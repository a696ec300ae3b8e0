// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// How a format's rows lie in memory, after the driver's word has been checked.
struct BufferLayout {
  /// A run of equal rows in one memory plane.
  private struct Rows {
    var plane: Int
    var byteCount: Int
    var count: Int
    /// The plane's `bytesPerRow` divided by this is the distance between these rows.
    var strideDivisor = 1
  }

  var planeCount: Int
  /// 0 where rows have no meaning.
  var bytesPerRow: InlineArray<3, Int>
  /// What a whole frame fills of each plane at least; 0 where that is not known.
  var requiredByteCount: InlineArray<3, Int>

  /// Checks what a driver says of a format.
  ///
  /// A distance between rows that is too small for a row (some drivers say 0), or for which the
  /// driver's own buffer is too small, is replaced by the least one if the buffer holds that.
  ///
  /// - Returns: nil, with the reason in `complaint`, for what cannot be read safely.
  static func check(
    _ format: swiftlet_video_format, complaint: inout String
  ) -> BufferLayout? {
    let fourCC = FourCC(rawValue: format.fourcc)
    let (width, height) = (Int(format.width), Int(format.height))
    guard (1...16_384).contains(width), (1...16_384).contains(height) else {
      complaint = "a size of " + String(width) + "x" + String(height)
      return nil
    }
    let rows = rows(fourCC, width, height)
    let planeCount = rows.map { $0.plane + 1 }.max() ?? Int(format.plane_count)
    guard planeCount == Int(format.plane_count), (1...3).contains(planeCount) else {
      complaint = String(format.plane_count) + " planes for " + fourCC.description
      return nil
    }
    var layout = BufferLayout(
      planeCount: planeCount, bytesPerRow: [0, 0, 0], requiredByteCount: [0, 0, 0])
    for plane in 0..<planeCount {
      let own = rows.filter { $0.plane == plane }
      let size = Int(element(format.byte_count, plane))
      let said = Int(element(format.bytes_per_line, plane))
      guard let (stride, required) = measure(own, said: said, bufferByteCount: size) else {
        complaint =
          "a buffer of " + String(size) + " bytes with rows of " + String(said) + " for "
          + fourCC.description + " " + String(width) + "x" + String(height)
        return nil
      }
      layout.bytesPerRow[plane] = stride
      layout.requiredByteCount[plane] = required
    }
    return layout
  }

  /// The distance between rows and the bytes that a frame needs.
  private static func measure(
    _ rows: [Rows], said: Int, bufferByteCount: Int
  ) -> (stride: Int, required: Int)? {
    guard bufferByteCount > 0 else { return nil }
    if rows.isEmpty { return (said, 0) }
    let least = rows.map { $0.byteCount * $0.strideDivisor }.max() ?? 0
    for stride in [said, least] where stride >= least {
      let required = byteCount(rows, stride: stride)
      if required <= bufferByteCount { return (stride, required) }
    }
    return nil
  }

  /// The last row need not be padded.
  private static func byteCount(_ rows: [Rows], stride: Int) -> Int {
    var count = 0
    for (index, run) in rows.enumerated() {
      let distance = stride / run.strideDivisor
      let isLast = index + 1 == rows.count
      count += isLast ? distance * (run.count - 1) + run.byteCount : distance * run.count
    }
    return count
  }

  /// Empty for formats that have no rows, or none that are known here.
  private static func rows(_ fourCC: FourCC, _ width: Int, _ height: Int) -> [Rows] {
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    let luma = Rows(plane: 0, byteCount: width, count: height)
    switch fourCC {
    case .grey: return [luma]
    case .yuyv, .uyvy, .yvyu: return [Rows(plane: 0, byteCount: 4 * halfWidth, count: height)]
    case .rgb3, .bgr3: return [Rows(plane: 0, byteCount: 3 * width, count: height)]
    case .nv12, .nv21: return [luma, Rows(plane: 0, byteCount: 2 * halfWidth, count: halfHeight)]
    case .nv12Multiplanar, .nv21Multiplanar:
      return [luma, Rows(plane: 1, byteCount: 2 * halfWidth, count: halfHeight)]
    case .yu12:
      let chroma = Rows(plane: 0, byteCount: halfWidth, count: halfHeight, strideDivisor: 2)
      return [luma, chroma, chroma]
    case .yu12Multiplanar:
      return [
        luma, Rows(plane: 1, byteCount: halfWidth, count: halfHeight),
        Rows(plane: 2, byteCount: halfWidth, count: halfHeight),
      ]
    default: return []
    }
  }
}

/// An element of an array that C has as a field.
func element(_ array: (UInt32, UInt32, UInt32), _ index: Int) -> UInt32 {
  index == 0 ? array.0 : index == 1 ? array.1 : array.2
}
