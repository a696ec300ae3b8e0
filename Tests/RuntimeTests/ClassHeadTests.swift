// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Foundation
import Testing

@testable import Runtime

@Suite("Class embeddings at run time")
struct ClassHeadTests {
  /// A convolution that covers the 2x2 input and makes an embedding, compared with `rows`.
  static func base(
    width: Int = 4, rows: [[Int8]] = [[127, 0, 0, 0], [0, 127, 0, 0], [0, -3, 4, 0]],
    weights: ((Int) -> Int8)? = nil
  ) -> ModelBuilder {
    var builder = ModelBuilder()
    var plain = PlainConvolution(
      outputChannels: width,
      weights: (0..<width * 12).map { weights?($0) ?? Int8($0 * 31 % 201 - 100) },
      bias: (0..<width).map { Int32($0 * 90 - 100) },
      multiplier: Array(repeating: 0.001, count: width))
    plain.kernel = (2, 2)
    builder.tensors = [
      .init(height: 2, width: 2, channels: 3, zeroPoint: 64),
      .init(channels: width, elementType: 1, upper: 0, scale: 1),
    ]
    var node = plain.node(input: 0, output: 1, channels: 3, padValue: 64, inputUpper: 127)
    (node.lower, node.upper) = (0, 0)
    builder.nodes = [node]
    builder.labels = rows.indices.map { "class \($0)" }
    builder.classes = ModelBuilder.Classes(width: UInt32(width), rows: rows)
    return builder
  }

  private func image(_ seed: Int) -> Image {
    Image(
      width: 3, height: 2, format: .rgb,
      pixels: (0..<18).map { UInt8(truncatingIfNeeded: $0 * 37 + seed * 91) })
  }

  /// Cosines in binary64, from the float embedding and the rows.
  private func cosines(_ embedding: [Float], _ rows: [[Int8]]) -> [Double] {
    func norm(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let plain = embedding.map(Double.init)
    return rows.map { row in
      let other = row.map(Double.init)
      return zip(plain, other).reduce(0) { $0 + $1.0 * $1.1 } / norm(plain) / norm(other)
    }
  }

  /// The steps of the embedding are 1/32767 of its greatest element, so each is off by half of one;
  /// by Cauchy and Schwarz a cosine by no more than sqrt(width) / 65534 of that element's share.
  @Test("cosines are those of binary64", arguments: [1, 2, 7, 511, 512, 513, 1031])
  func reference(_ width: Int) throws {
    var random = TestRandom(.random(in: 0...(.max)))
    print("cosines: SWIFTLET_TEST_SEED=\(random.seed) replays them")
    var rows = (0..<5).map { _ in
      (0..<width).map { $0 == 0 ? Int8(1) : Int8.random(in: -128...127, using: &random) }
    }
    rows.append(Array(repeating: -128, count: width))
    rows.append(Array(repeating: 127, count: width))
    let file = Self.base(width: width, rows: rows).build()
    let model = try Model.load(file.span.bytes)
    let record = model.classes
    var head = ClassHead(record)
    for magnitude: Float in [1, 1e-38, 1e30] {
      for embedding in [
        (0..<width).map { _ in Float.random(in: -1...1, using: &random) * magnitude },
        Array(repeating: -magnitude, count: width), Array(repeating: magnitude, count: width),
      ] {
        head.run(embedding.span, model)
        let bound = 2 * Double(width).squareRoot() / 32767 + 1e-6
        for (cosine, truth) in zip(head.cosines, cosines(embedding, rows)) {
          #expect(abs(Double(cosine) - truth) <= bound)
        }
      }
    }
    head.run([Float](repeating: 0, count: width).span, model)
    #expect(head.cosines.allSatisfy { $0 == 0 })
  }

  @Test("the bits are those of the document's equations")
  func bits() throws {
    let file = Self.base().build()
    let model = try Model.load(file.span.bytes)
    let record = model.classes
    var head = ClassHead(record)
    let embedding: [Float] = [0.3, -0.7, 1.9, 0]
    head.run(embedding.span, model)
    let steps = embedding.map {
      Int64((Double($0) * (32767 / Double(Float(1.9)))).rounded(.toNearestOrEven))
    }
    let norm = Double(steps.reduce(0) { $0 + $1 * $1 }).squareRoot()
    let rows: [[Int64]] = [[127, 0, 0, 0], [0, 127, 0, 0], [0, -3, 4, 0]]
    for (cosine, row) in zip(head.cosines, rows) {
      let dot = zip(steps, row).reduce(0) { $0 + $1.0 * $1.1 }
      let scale = Float(1 / Double(row.reduce(0) { $0 + $1 * $1 }).squareRoot())
      #expect(cosine == Float(Double(dot) * Double(scale) / norm))
    }
  }

  @Test("classes are ranked by their cosines, with the same bits on every instruction set")
  func instructionSets() throws {
    var builder = Self.base()
    builder.classes?.method = 1
    builder.classes?.temperature = 1
    builder.classes?.threshold = 0.4
    let file = builder.build()
    for seed in 0..<8 {
      var expected: [UInt32]?
      for isa in InstructionSet.allCases {
        guard isa.isSupported else {
          print("skipped: \(isa.name) is not of this machine")
          continue
        }
        var classifier = try Classifier(
          Model.load(file.span.bytes),
          options: EngineOptions(threads: 2, instructionSet: isa.name.description))
        let predictions = try classifier.classify(image(seed))
        #expect(predictions.count == 3 && classifier.labelCount == 3)
        let found = classifier.rejectionScore()
        let score = try #require(found)
        #expect(predictions.allSatisfy { $0.isUnknown == (score < 0.4) })
        let embedding = (0..<4).map { classifier.engine.score($0) }
        let truth = cosines(embedding, builder.classes?.rows ?? [])
        #expect(predictions[0].classIndex == truth.indices.max { truth[$0] < truth[$1] })
        #expect(
          zip(0..<3, truth).allSatisfy { abs(Double(classifier.score($0)) - 100 * $1) < 0.01 })
        let bits =
          (0..<3).flatMap { [classifier.score($0), classifier.probability($0)] }.map(\.bitPattern)
          + [score.bitPattern]
        expected = expected ?? bits
        #expect(bits == expected, "\(isa.name)")
      }
    }
  }

  @Test("rejection scores are those of their papers' equations")
  func rejection() throws {
    var builder = Self.base()
    builder.classes?.negativeCount = 1
    builder.classes?.method = 2
    builder.classes?.temperature = 0.5
    let file = builder.build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    let predictions = try classifier.classify(image(1))
    // The negative label competes, and is never decided.
    #expect(classifier.labelCount == 2 && predictions.count == 2)
    #expect(Set(predictions.map(\.classIndex)) == [0, 1])
    let cosines = (0..<3).map { Double(classifier.score($0)) / 100 }
    #expect(abs((0..<3).reduce(0) { $0 + classifier.probability($1) } - 1) < 1e-5)
    for temperature: Float in [0.01, 0.5, 1, 0x1p20] {
      let values = cosines.map { exp($0 / Double(temperature)) }
      let sum = values.reduce(0, +)
      func score(_ method: RejectionRule.Method) -> Double {
        Double(
          classifier.rejectionScore(RejectionRule(method: method, temperature: temperature)) ?? -1)
      }
      // A score is off by 1e-6 by its exponential, and by what 2^-24 of x / temperature makes.
      let tolerance = 2e-6 + 1e-6 / Double(temperature)
      #expect(abs(score(.maximumSoftmax) - max(values[0], values[1]) / sum) < tolerance)
      #expect(abs(score(.negativeLabels) - (values[0] + values[1]) / sum) < tolerance)
    }
    #expect(classifier.rejection?.method == .negativeLabels)
  }

  @Test("a model without classes or without a rule knows every picture")
  func noRule() throws {
    for builder in [Self.base(), ModelVerifierTests.base()] {
      let file = builder.build()
      var classifier = try Classifier(Model.load(file.span.bytes))
      #expect(try classifier.classify(image(2)).allSatisfy { !$0.isUnknown })
      #expect(classifier.rejectionScore() == nil && classifier.rejection == nil)
    }
  }

  @Test("nothing is allocated from the second picture on")
  func allocations() throws {
    var builder = Self.base()
    builder.classes?.method = 1
    builder.classes?.temperature = 1
    let file = builder.build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    let pixels = [UInt8](repeating: 90, count: 40 * 30 * 4)
    func frame() throws(RuntimeError) {
      try classifier.run(
        pixels: pixels.span.bytes, width: 40, height: 30, bytesPerRow: 160, format: .bgra)
      _ = classifier.isUnknown
    }
    try frame()
    let before = swiftlet_allocation_count()
    for _ in 0..<5 { try frame() }
    #expect(swiftlet_allocation_count() == before)
  }

  // MARK: - The verifier

  private func error(_ change: (inout ModelBuilder) -> Void) -> RuntimeError? {
    var builder = Self.base()
    change(&builder)
    let file = builder.build()
    do throws(RuntimeError) {
      _ = try Model.load(file.span.bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test("the verifier proves every field of the class section")
  func verifier() {
    #expect(error { _ in } == nil)
    func defect(_ change: (inout ModelBuilder.Classes) -> Void) -> ModelDefect? {
      switch error({ if $0.classes != nil { change(&$0.classes!) } }) {
      case .malformed(let defect, _), .malformedNode(let defect, _): defect
      default: nil
      }
    }
    for width: UInt32 in [0, 65_536, .max] { #expect(defect { $0.width = width } == .classes) }
    #expect(defect { $0.width = 3 } == .sectionSize)
    for count: UInt32 in [3, 4, .max] {
      #expect(defect { $0.negativeCount = count } == .classes)
    }
    #expect(defect { $0.negativeCount = 2 } == nil)
    for scale: Float in [0, -1, .nan, .infinity, 0x1p21, 0x1p-21] {
      #expect(defect { $0.logitScale = scale } == .classes)
      #expect(defect { ($0.method, $0.temperature) = (1, scale) } == .classes)
    }
    #expect(defect { ($0.method, $0.temperature) = (3, 1) } == .classes)
    for threshold: Float in [-0.1, 1.1, .nan, .infinity] {
      #expect(defect { ($0.method, $0.temperature, $0.threshold) = (2, 1, threshold) } == .classes)
    }
    #expect(defect { $0.temperature = 1 } == .reservedNotZero)
    #expect(defect { $0.threshold = 0.5 } == .reservedNotZero)
    #expect(defect { $0.reserved = 1 } == .reservedNotZero)
    #expect(defect { $0.padding = 1 } == .reservedNotZero)
    #expect(defect { $0.rows[1] = [0, 0, 0, 0] } == .embedding)
    for scale: Float in [0, -1, .nan, .infinity, (1 / 127 as Float).nextUp] {
      #expect(defect { $0.scales = [scale, 1 / 127, 0.2] } == .embedding)
    }
    #expect(defect { $0.scales = [1 / 127, 1 / 127, 0.2] } == nil)
    #expect(defect { $0.rows = [] } == .sectionSize)
    #expect(defect { $0.rows[2] = [1] } == .sectionSize)
  }

  @Test("classes want an embedding of real numbers and their width, and a label each")
  func output() {
    func isDefect(_ found: RuntimeError?, _ defect: ModelDefect) -> Bool {
      if case .malformedNode(defect, _) = found { true } else { false }
    }
    #expect(isDefect(error { $0.labels.removeLast() }, .labels))
    #expect(isDefect(error { $0.labels.append("more") }, .labels))
    let wide: [[Int8]] = [[1, 0, 0, 0, 0]]
    #expect(
      isDefect(
        error {
          $0.classes = ModelBuilder.Classes(width: 5, rows: wide)
          $0.labels = ["a"]
        }, .output))
    #expect(
      isDefect(
        error {
          $0.tensors[1] = .init(channels: 4)
          $0.nodes[0].upper = 127
        }, .output))
  }

  @Test("a runtime that does not know the section says that the file is newer")
  func unknownSection() {
    // What a runtime without class embeddings meets in kind 9, this one meets in kind 11.
    var file = Self.base().build()
    let place = 64 + 7 * 24
    #expect(file[place] == 9)
    file[place] = 11
    ModelBuilder.fixChecksum(&file)
    #expect(throws: RuntimeError.newerVersion(found: 11)) { _ = try Model.load(file.span.bytes) }
  }

  @Test("the verifier wants an offset for each row, none out of range, and rows")
  func offsets() {
    func isDefect(_ change: (inout ModelBuilder) -> Void) -> Bool {
      if case .malformed(.classOffsets, _) = error(change) { true } else { false }
    }
    #expect(error { $0.classOffsets = [-2, 0, 2] } == nil)
    for values: [Float] in [[], [0, 0], [0, 0, 0, 0]] {
      #expect(isDefect { $0.classOffsets = values })
    }
    for value: Float in [.nan, .infinity, Float(2).nextUp, Float(-2).nextDown] {
      #expect(isDefect { $0.classOffsets = [0, 0, value] })
    }
    #expect(
      isDefect {
        $0.classOffsets = [0, 0, 0, 0]
        $0.classes = nil
        $0.labels.append("more")
      })
  }

  @Test("an offset is added to its class's cosine, in binary32, and to no other")
  func offsetsCount() throws {
    var builder = Self.base()
    builder.classes?.method = 1
    builder.classes?.temperature = 1
    let plain = builder.build()
    builder.classOffsets = [0.25, 0, -0.75]
    let raised = builder.build()
    var first = try Classifier(Model.load(plain.span.bytes))
    var second = try Classifier(Model.load(raised.span.bytes))
    let embedding: [Float] = [0.3, -0.7, 1.9, 0]
    first.compute(embedding: embedding)
    second.compute(embedding: embedding)
    let file = try Model.load(plain.span.bytes)
    let other = try Model.load(raised.span.bytes)
    #expect((0..<3).map { file.classOffset($0) } == [0, 0, 0])
    #expect((0..<3).map { other.classOffset($0) } == [0.25, 0, -0.75])
    var head = ClassHead(file.classes)
    head.run(embedding.span, file)
    let cosines = zip(head.cosines, [0.25, 0, -0.75] as [Float]).map { $0 + $1 }
    #expect((0..<3).map { second.score($0) } == cosines.map { 100 * $0 })
    #expect(first.score(1) == second.score(1))
    #expect(second.classIndex(rank: 0) == 0 && first.classIndex(rank: 0) == 2)
    // The rejection score is that of the raised cosines.
    let values = cosines.map { exp(Double($0)) }
    let score = second.rejectionScore() ?? -1
    #expect(abs(Double(score) - (values.max() ?? 0) / values.reduce(0, +)) < 1e-6)
  }

  @Test("any changed byte of the section is refused or runs")
  func flips() throws {
    var random = TestRandom(.random(in: 0...(.max)))
    print("class sections: SWIFTLET_TEST_SEED=\(random.seed) replays them")
    var builder = Self.base()
    builder.classOffsets = [0.5, -0.5, 0]
    let good = builder.build()
    for place in good.count - 204..<good.count {
      var file = good
      file[place] ^= UInt8.random(in: 1...255, using: &random)
      ModelBuilder.fixChecksum(&file)
      do throws(RuntimeError) {
        var classifier = try Classifier(Model.load(file.span.bytes))
        _ = try classifier.classify(image(3))
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }
}
