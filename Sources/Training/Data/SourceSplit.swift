// SPDX-License-Identifier: Apache-2.0
import Quantize

/// The pictures of the source domains, divided into those that train and those that choose the
/// checkpoint: the protocol of DomainBed (Gulrajani and Lopez-Paz, arXiv 2007.01434).
public struct SourceSplit: Sendable {
  /// By domain, in the order of the names.
  public let training: [[Int]]
  public let validation: [[Int]]

  /// - Parameters:
  ///   - sources: domains; each must have two pictures that the bank knows.
  ///   - share: of each domain's pictures that train, 0...1.
  ///   - seed: of the division.
  /// - Throws: `TrainingError`.
  public init(
    _ set: TeacherSet, sources: [String], share: Double = 0.8, seed: UInt64
  ) throws(TrainingError) {
    let usable = set.store.usable
    var (training, validation) = ([[Int]](), [[Int]]())
    for domain in sources.sorted() {
      let all = usable.filter { set.pictures[$0].domain == domain }
      guard !all.isEmpty else {
        let known = set.store.folder.domains.joined(separator: ", ")
        throw TrainingError(
          "\(set.store.folder.root): there is no domain '\(domain)' with pictures; it has \(known)")
      }
      var known = all.filter { set.rowOf[$0] != nil }
      guard known.count >= 2 else {
        throw TrainingError(
          "the domain '\(domain)' has \(known.count) of \(all.count) pictures in the bank; two or "
            + "more are needed, one to train and one to choose the checkpoint")
      }
      var generator = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ UInt64(training.count))
      known.shuffle(using: &generator)
      let count = min(max(Int((Double(known.count) * share).rounded()), 1), known.count - 1)
      training.append(known[..<count].sorted())
      validation.append(known[count...].sorted())
    }
    (self.training, self.validation) = (training, validation)
  }
}
