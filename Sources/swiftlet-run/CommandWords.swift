// SPDX-License-Identifier: Apache-2.0

/// The words of a command line, one after the other: options with their values, and the rest.
struct CommandWords {
  enum Word: Equatable {
    /// `--name`, without what follows it.
    case option(String)
    case plain(String)
  }

  private let words: [String]
  private var index = 0
  /// The option that was read last, and what its `=` brought.
  private var option = ""
  private var attached: String?
  /// Behind `--` no word is an option.
  private var areAllPlain = false

  init(_ words: [String]) { self.words = words }

  /// The next word; nil behind the last one.
  /// - Throws: where a flag was given a value.
  mutating func next() throws(Failure) -> Word? {
    if let attached { throw .usage(option + " takes no value, but has '" + attached + "'") }
    guard index < words.count else { return nil }
    let word = words[index]
    index += 1
    if areAllPlain || word == "-" || word.utf8.first != UInt8(ascii: "-") { return .plain(word) }
    if word == "--" {
      areAllPlain = true
      return try next()
    }
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    option = String(parts[0])
    attached = parts.count == 2 ? String(parts[1]) : nil
    return .option(option)
  }

  /// The value of the last option.
  mutating func value() throws(Failure) -> String {
    if let value = attached {
      attached = nil
      return value
    }
    guard index < words.count else { throw .usage(option + " needs a value") }
    index += 1
    return words[index - 1]
  }

  /// The value as a whole number within a range.
  mutating func integer(_ range: ClosedRange<Int>) throws(Failure) -> Int {
    let text = try value()
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        option + " " + text + " is not a whole number within " + String(range.lowerBound) + "..."
          + String(range.upperBound))
    }
    return number
  }

  /// The value as a number within a range.
  ///
  /// - Parameter limits: the range in words.
  mutating func number(_ range: ClosedRange<Double>, _ limits: String) throws(Failure) -> Double {
    let text = try value()
    guard let number = Double(text), range.contains(number) else {
      throw .usage(option + " " + text + " is not a number within " + limits)
    }
    return number
  }

  /// What to say of an option that nobody knows.
  var unknown: Failure { .usage("there is no option " + option) }
}
