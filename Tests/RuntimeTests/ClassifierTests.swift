// SPDX-License-Identifier: Apache-2.0
import CAllocationCounter
import Testing

@testable import Runtime

@Suite("The classifier")
struct ClassifierTests {
  @Test("ranks the classes by what the network says of a picture")
  func ranks() throws {
    let file = ModelVerifierTests.base().build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    let image = Image(
      width: 5, height: 3, format: .rgb,
      pixels: (0..<45).map { UInt8($0 * 5) })
    let predictions = try classifier.classify(image, top: 3)
    #expect(predictions.count == 3)
    for (better, worse) in zip(predictions, predictions.dropFirst()) {
      #expect(better.probability >= worse.probability)
    }
    let all = try classifier.classify(image, top: 99)
    #expect(all.count == 4)
    #expect(abs(all.map(\.probability).reduce(0, +) - 1) < 1e-5)
    for prediction in all {
      #expect(prediction.label == classifier.label(prediction.classIndex))
    }
  }

  @Test("allocates nothing from the second picture of one size on")
  func allocations() throws {
    let file = ModelVerifierTests.base().build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    let pixels = [UInt8](repeating: 90, count: 40 * 30 * 4)
    func frame() throws(RuntimeError) {
      try classifier.run(
        pixels: pixels.span.bytes, width: 40, height: 30, bytesPerRow: 160, format: .bgra)
    }
    try frame()
    let before = swiftlet_allocation_count()
    for _ in 0..<5 { try frame() }
    #expect(swiftlet_allocation_count() == before)
  }

  @Test("sizes that do not match the pixels are an error")
  func invalidImage() throws {
    let file = ModelVerifierTests.base().build()
    var classifier = try Classifier(Model.load(file.span.bytes))
    let pixels = [UInt8](repeating: 0, count: 10)
    #expect(throws: RuntimeError.invalidImage(width: 4, height: 4)) {
      try classifier.run(
        pixels: pixels.span.bytes, width: 4, height: 4, bytesPerRow: 12, format: .rgb)
    }
    #expect(throws: RuntimeError.invalidImage(width: 0, height: 4)) {
      try classifier.run(
        pixels: pixels.span.bytes, width: 0, height: 4, bytesPerRow: 12, format: .rgb)
    }
  }
}
