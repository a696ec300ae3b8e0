// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How pictures were brought to the form that the vision-language model sees. docs/embedding-bank.md
/// says what each member means.
public struct BankPreprocessing: Sendable, Equatable, Codable {
  /// What happens to a picture that is no square.
  public enum Fit: String, Sendable, Codable {
    /// The shorter side becomes the size, the middle is cut out.
    case crop
    /// Both sides become the size, whatever the picture's proportions.
    case squash
    /// The longer side becomes the size, the rest is filled.
    case pad
  }

  /// Height and width of the model's input in pixels.
  public var size: [Int]
  public var fit: Fit
  /// `bilinear`, `bicubic`, `nearest`, or another name.
  public var interpolation: String
  /// Of red, green and blue on the scale 0...1: subtracted, then divided by `std`.
  public var mean: [Double]
  public var std: [Double]

  /// One line for people.
  public var summary: String {
    func list(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: " ") }
    return "\(size[1])x\(size[0]), \(fit.rawValue), \(interpolation), "
      + "mean \(list(mean)), deviation \(list(std))"
  }

  /// What is wrong with the numbers; nil where nothing is.
  var problem: String? {
    if size.count != 2 || !size.allSatisfy({ (1...65_536).contains($0) }) {
      return "'size' must be height and width, 1...65536"
    }
    if interpolation.isEmpty { return "'interpolation' is empty" }
    if mean.count != 3 || !mean.allSatisfy(\.isFinite) { return "'mean' must be three numbers" }
    if std.count != 3 || !std.allSatisfy({ $0.isFinite && $0 > 0 }) {
      return "'std' must be three positive numbers"
    }
    return nil
  }
}
