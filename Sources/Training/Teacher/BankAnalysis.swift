// SPDX-License-Identifier: Apache-2.0

/// How robust the embeddings of a bank are: what the paper looks at before it distils
/// (VL2V-ADiP, arXiv 2310.08255, section 3).
public struct BankAnalysis: Sendable {
  /// Mean cosines between pictures of one class, of different classes, and with class texts.
  public struct Similarity: Sendable {
    /// Between the pictures of a class and the class's prototype in the same domain.
    public var intraClass: Double
    /// Between prototypes of different classes of a domain.
    public var interClass: Double
    /// Between a picture and the text of its class.
    public var ownText: Double
    /// Between a picture and the texts of the other classes.
    public var otherText: Double
  }

  public struct Domain: Sendable {
    public var name: String
    /// Pictures whose class has a text.
    public var pictureCount: Int
    /// The share of pictures whose nearest class text is their own, 0...1.
    public var zeroShot: Double
    public var similarity: Similarity
  }

  public let domains: [Domain]
  /// The share of the pictures of one domain (column) that the prototypes of another one (row)
  /// classify right, 0...1; among the classes that both have.
  public let transfer: [[Double]]
  /// Mean cosine between texts of different classes.
  public let textSimilarity: Double
  /// Pictures whose label has no text.
  public let withoutText: Int
  /// Of all pictures with a text.
  public let zeroShot: Double

  /// Computes everything of a bank, on the classes that its pictures have.
  public init(_ bank: EmbeddingBank) {
    let pictures = BankPictures(bank)
    let prototypes = pictures.prototypes()
    domains = pictures.domains.indices.map { domain in
      pictures.summary(domain, prototypes[domain])
    }
    transfer = pictures.domains.indices.map { from in
      pictures.domains.indices.map { to in pictures.accuracy(of: prototypes[from], on: to) }
    }
    textSimilarity = pictures.textSimilarity()
    withoutText = bank.paths.count - pictures.count
    let right = domains.reduce(0.0) { $0 + $1.zeroShot * Double($1.pictureCount) }
    zeroShot = pictures.count == 0 ? 0 : right / Double(pictures.count)
  }
}
