// SPDX-License-Identifier: Apache-2.0

/// Texts of a model file hold no control characters, so that they can be printed as they are.
enum PrintableText {
  /// The text without its control characters.
  static func of(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
  }
}
