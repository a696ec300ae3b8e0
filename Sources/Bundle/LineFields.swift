// SPDX-License-Identifier: Apache-2.0

/// Small text files of `key value` lines in a fixed order, as manifest and state are.
struct LineFields {
  private var rest: ArraySlice<UInt8>
  /// The line that was asked for last, counted from 1.
  private(set) var line = 0

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// The value behind `key` and one space in the next line; nil, and nothing is read, where it has
  /// another key or no end.
  mutating func next(_ key: StaticString) -> ArraySlice<UInt8>? {
    line += 1
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let text = rest[..<end]
    let count = key.utf8CodeUnitCount
    let matches = key.withUTF8Buffer { name in
      text.count > count && text.prefix(count).elementsEqual(name)
        && text[text.startIndex + count] == UInt8(ascii: " ")
    }
    guard matches else { return nil }
    rest = rest[(end + 1)...]
    return text[(text.startIndex + count + 1)...]
  }

  /// A number of at most nine digits without leading zeros.
  static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...9).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0")
    else { return nil }
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
