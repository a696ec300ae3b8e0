// SPDX-License-Identifier: Apache-2.0

/// Pictures that a bank has under several paths.
public struct BankDuplicates: Sendable {
  /// Groups of two or more pictures, as indices, in the bank's order.
  public typealias Groups = [[Int]]

  /// The same bytes by their SHA-256; empty where the bank has none.
  public let digests: Groups
  /// The same embedding, number for number.
  public let embeddings: Groups

  public init(_ bank: EmbeddingBank) {
    digests = Self.groups(bank.digests.map { $0.lowercased() })
    let rows = bank.paths.indices.map { index in Array(bank.image(index)) }
    embeddings = Self.groups(rows)
  }

  private static func groups(_ keys: [some Hashable]) -> Groups {
    Dictionary(grouping: keys.indices) { keys[$0] }.values.filter { $0.count > 1 }
      .sorted { $0[0] < $1[0] }
  }

  /// Groups whose pictures have different labels: at most one of them is right.
  public static func contradictions(_ groups: Groups, in bank: EmbeddingBank) -> Groups {
    groups.filter { group in Set(group.map { bank.label(ofImage: $0) }).count > 1 }
  }
}
