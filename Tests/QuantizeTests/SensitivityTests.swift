// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Quantize

@Suite("What an activation's rounding does to the output")
struct SensitivityTests {
  @Test("eight pictures of many are held out, evenly; few pictures take part in everything")
  func heldOut() {
    let many = HeldOutPictures(count: 100)
    #expect(many.all == [6, 18, 31, 43, 56, 68, 81, 93])
    #expect((0..<100).filter(many.contains) == many.all)
    #expect(many.first(2) == [6, 18])
    let few = HeldOutPictures(count: 5)
    #expect(few.all == [0, 1, 2, 3, 4])
    #expect(!(0..<5).contains(where: few.contains))
  }

  @Test("a quarter of the step makes far less noise, and rounding nothing makes none")
  func noise() throws {
    let run = try StudentRun(SmallStudents.residual)
    let sensitivity = ActivationSensitivity(run.graph)
    let values = run.graph.nodes.dropLast().map(\.output).filter {
      (run.calibration.activations[$0]?.upper ?? 0) > 0
    }
    let classes = values.map { [$0] }
    func noise(levels: Int) throws -> [Double] {
      var activations = run.calibration.activations
      for value in values {
        let storage = activations[value]!
        let part = Float(storage.upper) / Float(levels)
        activations[value] = ActivationQuantization(
          upper: levels, scale: storage.scale * part,
          zeroPoint: Int((Float(storage.zeroPoint) / part).rounded()), ratios: storage.ratios)
      }
      return try sensitivity.noise(
        of: classes, activations, pictures: [0, 1, 2, 3, 4], of: run.pictures, threads: 2)
    }
    let (coarse, fine) = (try noise(levels: 15), try noise(levels: 60))
    // 16 times less, but for rounding's own randomness.
    #expect(coarse.reduce(0, +) > 5 * fine.reduce(0, +))
    #expect(fine.allSatisfy { $0 > 0 })
    #expect(
      try sensitivity.noise(
        of: [[run.graph.input]], run.calibration.activations, pictures: [0], of: run.pictures,
        threads: 1) == [0])
  }
}
