// SPDX-License-Identifier: Apache-2.0

/// A pixel format's four characters, as V4L2 writes them: the first one in the lowest byte.
public struct FourCC: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// - Parameter name: four ASCII characters, such as `YUYV`; nil for anything else.
  public init?(_ name: String) {
    var value: UInt32 = 0
    var count: UInt32 = 0
    for byte in name.utf8 {
      guard count < 4, (32...126).contains(byte) else { return nil }
      value |= UInt32(byte) << (8 * count)
      count += 1
    }
    guard count == 4 else { return nil }
    rawValue = value
  }
}

extension FourCC {
  private init(_ a: Unicode.Scalar, _ b: Unicode.Scalar, _ c: Unicode.Scalar, _ d: Unicode.Scalar) {
    rawValue = a.value | b.value << 8 | c.value << 16 | d.value << 24
  }

  public static let yuyv = FourCC("Y", "U", "Y", "V")
  public static let uyvy = FourCC("U", "Y", "V", "Y")
  public static let yvyu = FourCC("Y", "V", "Y", "U")
  public static let nv12 = FourCC("N", "V", "1", "2")
  public static let nv21 = FourCC("N", "V", "2", "1")
  /// NV12 with its two planes in separate memory.
  public static let nv12Multiplanar = FourCC("N", "M", "1", "2")
  public static let nv21Multiplanar = FourCC("N", "M", "2", "1")
  public static let yu12 = FourCC("Y", "U", "1", "2")
  public static let yu12Multiplanar = FourCC("Y", "M", "1", "2")
  public static let rgb3 = FourCC("R", "G", "B", "3")
  public static let bgr3 = FourCC("B", "G", "R", "3")
  public static let grey = FourCC("G", "R", "E", "Y")
  public static let mjpg = FourCC("M", "J", "P", "G")
  public static let jpeg = FourCC("J", "P", "E", "G")
}

extension FourCC: CustomStringConvertible {
  /// The four characters; one that cannot be printed is a question mark.
  public var description: String {
    var text = ""
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      let byte = UInt8(truncatingIfNeeded: rawValue >> shift)
      text.unicodeScalars.append((32...126).contains(byte) ? Unicode.Scalar(byte) : "?")
    }
    return text
  }
}
