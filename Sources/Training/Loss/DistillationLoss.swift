// SPDX-License-Identifier: Apache-2.0

/// The loss of both stages of VL2V-ADiP (arXiv 2310.08255):
/// `L = -lambda mean cos(p, I) - (1 - lambda) mean cos(p, T)`.
///
/// p, I and T are rows of unit norm. Where a picture's class has no text, the image term alone
/// counts, with weight 1.
public struct DistillationLoss: Sendable {
  /// The weight of the image embeddings, 0...1; published: 0.5.
  public var lambda: Float
  public var width: Int

  public init(lambda: Float = 0.5, width: Int) {
    self.lambda = lambda
    self.width = width
  }

  /// - Parameters:
  ///   - p: the student's embeddings, `[rows][width]`.
  ///   - images: the teacher's image embeddings, the same shape.
  ///   - texts: the teacher's embedding of each picture's class; nil where there is none.
  ///   - gradient: of p, `[rows][width]`, overwritten.
  /// - Returns: the mean over the rows.
  public func run(
    _ p: Features, images: Features, texts: [Features?], into gradient: MutableFeatures
  ) -> Double {
    let rows = texts.count
    guard rows > 0 else { return 0 }
    var loss = 0.0
    for row in 0..<rows {
      let start = row * width
      let imageWeight = texts[row] == nil ? 1 : lambda
      for column in 0..<width {
        let text = texts[row].map { $0[column] } ?? 0
        let target = imageWeight * images[start + column] + (1 - imageWeight) * text
        loss -= Double(p[start + column]) * Double(target)
        gradient[start + column] = -target / Float(rows)
      }
    }
    return loss / Double(rows)
  }
}
