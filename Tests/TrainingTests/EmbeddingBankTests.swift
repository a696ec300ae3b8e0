// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

@testable import Training

@Suite("Embedding banks")
struct EmbeddingBankTests {
  /// Two domains of two classes each, width 2; changed by `change`.
  private func bank(
    image: [Float] = [1, 0, 0.8, 0.6, 0, 1, 1, 0], imageShape: [Int] = [4, 2],
    text: [Float] = [1, 0, 0.6, 0.8, 0, 1, 0, 1], textShape: [Int] = [2, 2, 2],
    _ change: (inout [String: String]) -> Void = { _ in }
  ) throws -> EmbeddingBank {
    var metadata = [
      "format": "embedding-bank/1", "model": "test", "logit_scale": "100",
      "paths": "[\"p/cat/1.jpg\",\"p/cat/2.jpg\",\"q/big_dog/1.jpg\",\"q/cat/1.jpg\"]",
      "classes": "[\"cat\",\"big dog\"]", "templates": "[\"a {}\",\"the {}\"]",
    ]
    change(&metadata)
    var writer = SafetensorsWriter(metadata: metadata)
    writer.add(half: "image", image, shape: imageShape)
    writer.add(half: "text", text, shape: textShape)
    return try EmbeddingBank(Safetensors(Data(try writer.bytes()), name: "bank"))
  }

  @Test func embeddingsAreNormalizedAndTemplatesAveraged() throws {
    let bank = try bank(image: [2, 0, 0.8, 0.6, 0, 1, 1, 0])
    #expect(Array(bank.image(0)) == [1, 0])
    #expect(bank.oddNormCount == 1)
    // (1, 0) and (0.6, 0.8) lie 53 degrees apart; their mean points halfway between.
    let text = Array(bank.text(0))
    #expect(abs(text[0] - 0.8944) < 1e-3 && abs(text[1] - 0.4472) < 1e-3)
    #expect(Array(bank.text(1)) == [0, 1])
  }

  @Test func labelsFindTheirTexts() throws {
    let bank = try bank { $0["aliases"] = "{\"kitten\":\"cat\"}" }
    #expect(bank.classIndex(ofLabel: "cat") == 0)
    #expect(bank.classIndex(ofLabel: "kitten") == 0)
    #expect(bank.classIndex(ofLabel: "big_dog") == 1)
    #expect(bank.classIndex(ofLabel: "bird") == nil)
    #expect(bank.label(ofImage: 2) == "big_dog" && bank.domain(ofImage: 2) == "q")
  }

  @Test func analysisIsThatOfTheDefinition() throws {
    let analysis = BankAnalysis(try bank())
    #expect(analysis.domains.map(\.name) == ["p", "q"])
    #expect(analysis.domains.map(\.pictureCount) == [2, 2])
    #expect(analysis.domains.map(\.zeroShot) == [1, 1])
    #expect(analysis.zeroShot == 1 && analysis.withoutText == 0)
    // Domain p has no dog, so its prototypes say cat to every cat.
    #expect(analysis.transfer == [[1, 1], [1, 1]])
    // The texts: (0.8944, 0.4472) and (0, 1).
    #expect(abs(analysis.textSimilarity - 0.4472) < 1e-3)
    #expect(abs(analysis.domains[1].similarity.interClass) < 1e-6)
  }

  /// In domain q cats look like p's dogs, and dogs like p's cats.
  @Test func whatDoesNotCarryOverIsSeen() throws {
    let bank = try bank(image: [1, 0, 0, 1, 0, 1, 1, 0], text: [1, 0, 1, 0, 0, 1, 0, 1]) {
      $0["paths"] = "[\"p/cat/1.jpg\",\"p/big_dog/1.jpg\",\"q/cat/1.jpg\",\"q/big_dog/1.jpg\"]"
    }
    let analysis = BankAnalysis(bank)
    #expect(analysis.domains.map(\.zeroShot) == [1, 0])
    #expect(analysis.zeroShot == 0.5)
    #expect(analysis.transfer == [[1, 0], [0, 1]])
    #expect(analysis.domains.map(\.similarity.ownText) == [1, 0])
    #expect(analysis.domains.map(\.similarity.otherText) == [0, 1])
    #expect(analysis.domains.map(\.similarity.intraClass) == [1, 1])
  }

  @Test(arguments: [
    ("format", "embedding-bank/2"), ("logit_scale", "0"), ("logit_scale", "much"),
    ("paths", "[\"a/b.jpg\"]"), ("paths", "no"), ("classes", "[\"cat\",\"cat\"]"),
    ("templates", "[]"), ("sha256", "[\"00\"]"), ("labels", "[1,2,3,4]"), ("aliases", "[]"),
    ("paths", "[\"a/b.jpg\",\"a/b.jpg\",\"a/c.jpg\",\"a/d.jpg\"]"),
  ])
  func badMetadataIsAnError(_ key: String, _ value: String) {
    #expect(throws: TrainingError.self) { try bank { $0[key] = value } }
  }

  @Test func badNumbersAreErrorsThatNameTheRow() {
    for bad in [Float.nan, .infinity, 0] {
      let error = #expect(throws: TrainingError.self) {
        try bank(image: [1, 0, bad, 0, 0, 1, 1, 0])
      }
      #expect(error?.description.contains("p/cat/2.jpg") == true)
    }
    #expect(throws: TrainingError.self) { try bank(textShape: [2, 1, 4]) }
    #expect(throws: TrainingError.self) { try bank(imageShape: [2, 4]) }
    // Two templates that point away from each other have no mean.
    #expect(throws: TrainingError.self) { try bank(text: [1, 0, -1, 0, 0, 1, 0, 1]) }
  }

  @Test func otherPicturesAreNamed() throws {
    let folder = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["p/cat", "q/big_dog", "q/cat"] {
      try FileManager.default.createDirectory(
        atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for name in ["p/cat/1.jpg", "p/cat/2.jpg", "q/big_dog/1.jpg"] {
      try Data("abc".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
    // FIPS 180-2, appendix B.1: the digest of "abc".
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    let other = String(repeating: "0", count: 64)
    let bank = try bank { $0["sha256"] = "[\"\(abc)\",\"\(other)\",\"\(abc)\",\"\(abc)\"]" }
    let problems = try bank.differences(from: folder)
    #expect(problems.count == 2)
    #expect(problems[0].hasPrefix("p/cat/2.jpg") && problems[1].contains("q/cat/1.jpg"))
    #expect(throws: TrainingError.self) { try self.bank().differences(from: folder) }
  }
}
