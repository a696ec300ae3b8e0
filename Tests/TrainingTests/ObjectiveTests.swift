// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing
import TinyData

@testable import Training

/// Pictures 0...5; 2 and 3 have no text, 5 is not in the bank.
@Suite("Objectives")
struct ObjectiveTests {
  private let tiny: TinyTraining
  private let set: TeacherSet

  init() throws {
    tiny = try TinyTraining(domains: ["art"], each: 2)
    set = try tiny.set { bank in
      (bank.classes, bank.texts) = (["cat", "owl"], Array(bank.texts[..<6] + bank.texts[12...]))
      bank.paths.removeLast()
      bank.digests.removeLast()
      bank.images.removeLast(TinyData.width)
    }
  }

  private static let all: [Objective] = [
    .distillation(lambda: 0), .distillation(lambda: 0.3), .distillation(lambda: 1), .texts,
    .teacherLogits, .classifier,
  ]

  private func width(_ objective: Objective) -> Int {
    objective == .classifier ? set.classes.count : set.width
  }

  private func rows(_ objective: Objective) -> [Float] {
    var generator = SeededGenerator(seed: 31)
    return (0..<6 * width(objective)).map { _ in Float.random(in: -0.4...0.4, using: &generator) }
  }

  private func dot(_ p: some Sequence<Float>, _ q: some Sequence<Float>) -> Double {
    zip(p, q).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The definition of each, for one picture.
  private func expected(_ objective: Objective, _ p: ArraySlice<Float>, _ picture: Int) -> Double {
    let image = set.rowOf[picture].map { set.bank.image($0) }
    let label = set.classOf[picture]
    func text(_ index: Int) -> ArraySlice<Float> { set.texts[index * 6..<(index + 1) * 6] }
    func softmax(_ p: ArraySlice<Float>) -> [Double] {
      let powers = (0..<2).map { exp(20 * dot(p, text($0))) }
      return powers.map { $0 / (powers[0] + powers[1]) }
    }
    switch objective {
    case .distillation(let lambda):
      let imageTerm = image.map { -dot(p, $0) } ?? 0
      guard let label else { return imageTerm }
      return Double(lambda) * imageTerm - Double(1 - lambda) * dot(p, text(label))
    case .texts: return label.map { -log(softmax(p)[$0]) } ?? 0
    case .teacherLogits:
      guard let image else { return 0 }
      return -zip(softmax(image), softmax(p)).reduce(0) { $0 + $1.0 * log($1.1) }
    case .classifier:
      guard let label else { return 0 }
      let sum = p.reduce(0.0) { $0 + exp(Double($1)) }
      return log(sum) - Double(p[p.startIndex + label])
    }
  }

  /// float32 cosines times a scale of 20 are right to 1e-5.
  @Test("sum up what their definitions say, of any part of a batch", arguments: all)
  func values(_ objective: Objective) {
    let (p, width) = (rows(objective), width(objective))
    for part in [0..<6, 0..<1, 2..<4, 4..<6] {
      let pictures = [9, 9] + Array(0..<6)
      let slice = Array(p[part.lowerBound * width..<part.upperBound * width])
      let found = objective.run(slice, pictures[part.lowerBound + 2..<part.upperBound + 2], set)
      let sum = part.reduce(0.0) {
        $0 + expected(objective, p[$1 * width..<($1 + 1) * width], $1)
      }
      #expect(abs(found.sum - sum) < 2e-5, "\(part): \(found.sum), \(sum)")
      #expect(found.gradient.count == slice.count)
    }
  }

  /// float32 leaves three digits of a difference over a step of 0.001 at a scale of 20.
  @Test("have the gradients of their sums", arguments: all)
  func finiteDifferences(_ objective: Objective) {
    let p = rows(objective)
    let gradient = objective.run(p, [0, 1, 2, 3, 4, 5], set).gradient
    for index in p.indices {
      var (above, below) = (p, p)
      above[index] += 1e-3
      below[index] -= 1e-3
      let difference =
        (objective.run(above, [0, 1, 2, 3, 4, 5], set).sum
          - objective.run(below, [0, 1, 2, 3, 4, 5], set).sum)
        / Double(above[index] - below[index])
      #expect(
        abs(difference - Double(gradient[index])) < 5e-3 + 5e-3 * abs(difference), "\(index)")
    }
  }

  @Test("give a picture without what they need a gradient of 0")
  func silent() {
    func isSilent(_ objective: Objective, _ picture: Int) -> Bool {
      let width = width(objective)
      let gradient = objective.run(rows(objective), [0, 1, 2, 3, 4, 5], set).gradient
      return gradient[picture * width..<(picture + 1) * width].allSatisfy { $0 == 0 }
    }
    for picture in 0..<6 {
      let hasText = picture != 2 && picture != 3
      #expect(isSilent(.texts, picture) == !hasText)
      #expect(isSilent(.classifier, picture) == !hasText)
      #expect(isSilent(.teacherLogits, picture) == (picture == 5))
      // Without a text the image term counts alone, whatever lambda says.
      #expect(!isSilent(.distillation(lambda: 0), picture))
    }
  }
}
