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

  @Test("256 levels go where they remove much noise, not where there is much of it")
  func precision() throws {
    let graph = FusedGraph(GraphOptimizer.optimize(SmallStudents.residual))
    let classes = graph.nodes.dropLast().map { [$0.output] }
    let sensitivity = ActivationSensitivity(graph)
    let none = [Double](repeating: 0, count: classes.count)
    func chosen(_ coarse: [Double], _ fine: [Double]) -> Set<Int> {
      sensitivity.choose(classes, coarse: coarse, fine: fine)
    }
    #expect(chosen(none, none).isEmpty)
    var coarse = none, fine = none
    (coarse[0], coarse[1]) = (0.0012, 0.0001)
    (fine[0], fine[1]) = (0.0012, 0)
    // The range cuts off what makes the first one's noise.
    #expect(!chosen(coarse, fine).contains(classes[0][0]))
    (coarse[0], fine[0]) = (0.1, 0.02)
    #expect(chosen(coarse, fine).contains(classes[0][0]))
  }

  @Test("a range is chosen for its own number of levels; a pooled pixel keeps all it has seen")
  func ranges() throws {
    let graph = FusedGraph(GraphOptimizer.optimize(SmallStudents.residual))
    let classes = graph.nodes.map { [$0.output] }
    func search(noise: @escaping (RangeMethod) -> Double) throws -> RangeSearch {
      try RangeSearch(classes, graph: graph, options: QuantizationOptions()) { classes, method in
        [Double](repeating: noise(method), count: classes.count)
      }
    }
    let harsh = try search { $0 == .percentile(99.5) ? 0.1 : 0.2 }
    let gentle = try search { $0 == .minMax ? 0.1 : 0.095 }
    for values in classes {
      let shape = graph.source.values[values[0]].shape
      #expect(gentle.method(values) == .minMax)
      #expect(
        harsh.method(values) == (shape.height * shape.width > 1 ? .percentile(99.5) : .minMax))
    }
    #expect(harsh.noise.contains(0.1) && gentle.noise.allSatisfy { $0 == 0.1 })
  }
}
