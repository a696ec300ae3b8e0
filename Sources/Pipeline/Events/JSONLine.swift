// SPDX-License-Identifier: Apache-2.0

/// One JSON object (RFC 8259) on one line, written into bytes that are used again and again: from
/// the second line of a length on, nothing is allocated.
package struct JSONLine {
  /// UTF-8, without a newline.
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() { bytes.reserveCapacity(1024) }

  // MARK: - Structure

  /// Empties the line and opens its object.
  package mutating func begin() {
    bytes.removeAll(keepingCapacity: true)
    open("{")
  }

  package mutating func end() { close("}") }

  package mutating func beginObject(_ key: StaticString) {
    self.key(key)
    open("{")
  }

  /// An object in an array.
  package mutating func beginElement() {
    separate()
    open("{")
  }

  package mutating func beginArray(_ key: StaticString) {
    self.key(key)
    open("[")
  }

  package mutating func endArray() { close("]") }

  private mutating func open(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(truncatingIfNeeded: bracket.value))
    needsComma = false
  }

  private mutating func close(_ bracket: Unicode.Scalar) {
    bytes.append(UInt8(truncatingIfNeeded: bracket.value))
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func key(_ key: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    append(key)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  // MARK: - Members

  package mutating func add(_ key: StaticString, _ value: String) {
    self.key(key)
    quote(value)
  }

  package mutating func add(_ key: StaticString, _ value: String?) {
    guard let value else { return addNull(key) }
    add(key, value)
  }

  package mutating func add(_ key: StaticString, _ value: Int) {
    self.key(key)
    append(value)
  }

  package mutating func add(_ key: StaticString, _ value: Bool) {
    self.key(key)
    append(value ? "true" : "false")
  }

  package mutating func addNull(_ key: StaticString) {
    self.key(key)
    append("null")
  }

  /// Sixteen hexadecimal digits, as a string: readers of JSON may not keep 64 bits of a number.
  package mutating func add(_ key: StaticString, hexadecimal value: UInt64) {
    self.key(key)
    bytes.append(UInt8(ascii: "\""))
    for shift in stride(from: 60, through: 0, by: -4) {
      bytes.append(Self.hexadecimal(UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 15))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// A number with at most `digits` (0...6) digits behind the point, rounded half away from zero;
  /// one that is not finite becomes null.
  package mutating func add(_ key: StaticString, _ value: Double, digits: Int) {
    guard value.isFinite, abs(value) < 1e12 else { return addNull(key) }
    self.key(key)
    append(value, digits: digits)
  }

  private mutating func append(_ value: Double, digits: Int) {
    // Of 64 bits on every machine: an `Int` of 32 has no room for a month in milliseconds.
    var factor: Int64 = 1
    for _ in 0..<digits { factor *= 10 }
    let scaled = Int64((abs(value) * Double(factor)).rounded())
    if value < 0 && scaled > 0 { bytes.append(UInt8(ascii: "-")) }
    append(magnitude: UInt64(scaled / factor))
    var fraction = scaled % factor
    guard fraction > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    while fraction > 0 {
      factor /= 10
      bytes.append(UInt8(ascii: "0") + UInt8(fraction / factor))
      fraction %= factor
    }
  }

  private mutating func append(_ value: Int) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    append(magnitude: UInt64(value.magnitude))
  }

  private mutating func append(magnitude: UInt64) {
    var rest = magnitude
    let start = bytes.count
    repeat {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    // A slice's own reverse() would copy the whole line.
    var (first, last) = (start, bytes.count - 1)
    while first < last {
      bytes.swapAt(first, last)
      first += 1
      last -= 1
    }
  }

  private mutating func quote(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20, 0x7F:
        append("\\u00")
        bytes.append(Self.hexadecimal(byte >> 4))
        bytes.append(Self.hexadecimal(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func hexadecimal(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
  }

  // MARK: - Time

  /// A point in time: RFC 3339, UTC, milliseconds.
  package mutating func addTime(_ key: StaticString, nanosecondsSince1970 nanoseconds: Int64) {
    let time = CivilTime(nanosecondsSince1970: nanoseconds)
    self.key(key)
    bytes.append(UInt8(ascii: "\""))
    append(time.year, width: 4, then: "-")
    append(time.month, width: 2, then: "-")
    append(time.day, width: 2, then: "T")
    append(time.hour, width: 2, then: ":")
    append(time.minute, width: 2, then: ":")
    append(time.second, width: 2, then: ".")
    append(time.millisecond, width: 3, then: "Z")
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(_ value: Int, width: Int, then separator: Unicode.Scalar) {
    var factor = 1
    for _ in 1..<width { factor *= 10 }
    var rest = value
    while factor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / factor % 10))
      rest %= factor
      factor /= 10
    }
    bytes.append(UInt8(truncatingIfNeeded: separator.value))
  }
}
