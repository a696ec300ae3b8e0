// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Which pictures a step takes: as many of each source domain, each domain's in an order of its own
/// that is drawn anew when it is used up. Any step can be asked for, so a run resumes anywhere.
public struct BatchSampler: Sendable {
  /// One picture's place in a batch, and the seed of its variation.
  struct Item: Sendable, Equatable {
    var picture: Int
    var seed: UInt64
  }

  private let domains: [[Int]]
  /// Pictures of each domain in a batch.
  public let perDomain: Int
  private let seed: UInt64
  public var batchCount: Int { perDomain * domains.count }

  public init(_ domains: [[Int]], perDomain: Int, seed: UInt64) {
    (self.domains, self.perDomain, self.seed) = (domains, perDomain, seed)
  }

  /// - Parameter step: from 0.
  func items(at step: Int) -> [Item] {
    var items: [Item] = []
    for (domain, pictures) in domains.enumerated() {
      var epoch = -1
      var order: [Int] = []
      for place in step * perDomain..<(step + 1) * perDomain {
        if place / pictures.count != epoch {
          epoch = place / pictures.count
          var generator = SeededGenerator(seed: Self.mixed(seed, UInt64(domain), UInt64(epoch)))
          order = pictures.shuffled(using: &generator)
        }
        items.append(
          Item(
            picture: order[place % pictures.count],
            seed: Self.mixed(seed ^ 0xA5A5, UInt64(domain), UInt64(place))))
      }
    }
    return items
  }

  /// One seed of three numbers.
  static func mixed(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 {
    var generator = SeededGenerator(seed: a)
    generator = SeededGenerator(seed: generator.next() ^ b)
    generator = SeededGenerator(seed: generator.next() ^ c)
    return generator.next()
  }
}
