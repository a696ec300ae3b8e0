// SPDX-License-Identifier: Apache-2.0

/// Texts of a model file hold no control characters, so that they can be printed as they are.
enum PrintableText {
  /// The text without U+0000...U+001F and U+007F...U+009F, all that Unicode calls control
  /// characters (general category Cc).
  static func of(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }))
  }
}
