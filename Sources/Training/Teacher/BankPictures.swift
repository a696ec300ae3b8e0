// SPDX-License-Identifier: Apache-2.0
import COpenBLAS

/// The pictures of a bank whose class has a text, by domain, with the classes that occur.
struct BankPictures {
  /// One unit vector for each class; nil where the domain has no picture of it.
  typealias Prototypes = [[Float]?]

  /// In the order of their names.
  let domains: [String]
  private let bank: EmbeddingBank
  /// Classes of the bank that pictures have, in its order.
  private let classes: [Int]
  /// For each domain the pictures and their classes, as indices into `classes`.
  private let members: [[(picture: Int, classIndex: Int)]]
  /// Cosines of every picture of a domain with the text of every class, `[member][class]`.
  private let cosines: [[Float]]

  init(_ bank: EmbeddingBank) {
    self.bank = bank
    var labels: [String: Int?] = [:]
    var found: [(picture: Int, domain: String, classIndex: Int)] = []
    for picture in bank.paths.indices {
      let label = bank.label(ofImage: picture)
      let known = labels[label] ?? bank.classIndex(ofLabel: label)
      labels[label] = .some(known)
      guard let known else { continue }
      found.append((picture, bank.domain(ofImage: picture), known))
    }
    let domains = Set(found.map(\.domain)).sorted()
    let classes = Set(found.map(\.classIndex)).sorted()
    let domainIndex = Dictionary(uniqueKeysWithValues: domains.enumerated().map { ($1, $0) })
    let classIndex = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    var members = [[(picture: Int, classIndex: Int)]](repeating: [], count: domains.count)
    for entry in found {
      guard let domain = domainIndex[entry.domain], let index = classIndex[entry.classIndex] else {
        continue
      }
      members[domain].append((entry.picture, index))
    }
    self.domains = domains
    self.classes = classes
    self.members = members
    let texts = classes.flatMap { Array(bank.text($0)) }
    cosines = members.map { Self.products(bank, $0.map(\.picture), texts) }
  }

  var count: Int { members.reduce(0) { $0 + $1.count } }

  /// The products of pictures and rows of the same width, `[picture][row]`.
  private static func products(
    _ bank: EmbeddingBank, _ pictures: [Int], _ rows: [Float]
  ) -> [Float] {
    let width = bank.width
    let rowCount = rows.count / width
    guard !pictures.isEmpty, rowCount > 0 else { return [] }
    let images = pictures.flatMap { Array(bank.image($0)) }
    var products = [Float](repeating: 0, count: pictures.count * rowCount)
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, blasint(pictures.count), blasint(rowCount),
      blasint(width), 1, images, blasint(width), rows, blasint(width), 0, &products,
      blasint(rowCount))
    return products
  }

  /// The mean of each class's pictures, normalized, for each domain.
  func prototypes() -> [Prototypes] {
    members.map { members in
      var sums = [[Float]](
        repeating: [Float](repeating: 0, count: bank.width), count: classes.count)
      var counts = [Int](repeating: 0, count: classes.count)
      for member in members {
        counts[member.classIndex] += 1
        for (column, value) in bank.image(member.picture).enumerated() {
          sums[member.classIndex][column] += value
        }
      }
      return zip(sums, counts).map { sum, count in
        let norm = sum.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        return count == 0 || norm == 0 ? nil : sum.map { Float(Double($0) / norm) }
      }
    }
  }

  /// What one domain is like.
  func summary(_ domain: Int, _ prototypes: Prototypes) -> BankAnalysis.Domain {
    let members = members[domain]
    var right = 0
    var (own, other, intra) = (0.0, 0.0, 0.0)
    for (row, member) in members.enumerated() {
      let cosines = cosines[domain][row * classes.count..<(row + 1) * classes.count]
      let best = cosines.indices.max { cosines[$0] < cosines[$1] } ?? cosines.startIndex
      if best - cosines.startIndex == member.classIndex { right += 1 }
      let mine = Double(cosines[cosines.startIndex + member.classIndex])
      own += mine
      let others = cosines.reduce(0.0) { $0 + Double($1) } - mine
      other += others / Double(max(classes.count - 1, 1))
      if let prototype = prototypes[member.classIndex] {
        intra += dot(bank.image(member.picture), prototype[...])
      }
    }
    let count = Double(max(members.count, 1))
    return BankAnalysis.Domain(
      name: domains[domain], pictureCount: members.count, zeroShot: Double(right) / count,
      similarity: BankAnalysis.Similarity(
        intraClass: intra / count, interClass: meanCosine(prototypes.compactMap { $0 }),
        ownText: own / count, otherText: other / count))
  }

  /// How many pictures of a domain have their own class's prototype nearest, among the classes that
  /// have one and that the domain has.
  func accuracy(of prototypes: Prototypes, on domain: Int) -> Double {
    let present = Set(members[domain].map(\.classIndex))
    let known = prototypes.indices.filter { prototypes[$0] != nil && present.contains($0) }
    let tested = members[domain].filter { prototypes[$0.classIndex] != nil }
    let rows = known.flatMap { prototypes[$0] ?? [] }
    let products = Self.products(bank, tested.map(\.picture), rows)
    var right = 0
    for (row, member) in tested.enumerated() {
      let cosines = products[row * known.count..<(row + 1) * known.count]
      let best = cosines.indices.max { cosines[$0] < cosines[$1] } ?? cosines.startIndex
      if known[best - cosines.startIndex] == member.classIndex { right += 1 }
    }
    return tested.isEmpty ? 0 : Double(right) / Double(tested.count)
  }

  /// The mean cosine between the texts of different classes.
  func textSimilarity() -> Double { meanCosine(classes.map { Array(bank.text($0)) }) }

  /// Of all pairs of different rows; 0 where there is none.
  private func meanCosine(_ rows: [[Float]]) -> Double {
    var sum = 0.0
    var count = 0
    for first in rows.indices {
      for second in rows.indices where second > first {
        sum += dot(rows[first][...], rows[second][...])
        count += 1
      }
    }
    return count == 0 ? 0 : sum / Double(count)
  }

  private func dot(_ lhs: ArraySlice<Float>, _ rhs: ArraySlice<Float>) -> Double {
    zip(lhs, rhs).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
