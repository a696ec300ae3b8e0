// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Testing

@testable import Runtime

/// The bundled model on the bundled pictures: the whole road from a file to a label.
@Suite("The bundled model")
struct BundledModelTests {
  static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("models").path
  static let model = models + "/efficientnet-lite0.swiftlet"
  static let sets = InstructionSet.allCases.filter(\.isSupported)

  @Test(
    "names what is in each bundled picture",
    arguments: [
      ("cat.jpg", ["tiger cat", "Egyptian cat", "tabby"]), ("coffee.jpg", ["espresso"]),
      ("photographer.png", ["tripod"]), ("rocket.jpg", ["missile", "projectile"]),
    ])
  func labels(_ name: String, _ expected: [String]) throws {
    var classifier = try Classifier(Self.model)
    let image = try Pictures.decode(path: "\(Self.models)/pictures/\(name)")
    let best = try #require(try classifier.classify(image, top: 1).first)
    #expect(expected.contains(best.label), "\(best)")
  }

  @Test("gives the stored digest on every instruction set", arguments: sets)
  func selftest(_ set: InstructionSet) throws {
    for threads in [1, 2] {
      let options = EngineOptions(threads: threads, instructionSet: set.name.description)
      let engine = try Engine.make(Model.open(Self.model), options: options)
      let record = engine.model.selftest
      let stored = try #require(record)
      let result = engine.selftest(seed: stored.seed)
      #expect(result == stored)
    }
  }

  @Test("gives the same scores for a photograph on every instruction set")
  func scores() throws {
    let image = try Pictures.decode(path: Self.models + "/pictures/coffee.jpg")
    let all = try Self.sets.map { set in
      let options = EngineOptions(instructionSet: set.name.description)
      var classifier = try Classifier(Self.model, options: options)
      _ = try classifier.classify(image)
      return (0..<classifier.labelCount).map { classifier.score($0).bitPattern }
    }
    #expect(Set(all).count == 1)
    #expect(Set(all[0]).count > 900, "the scores are not all alike")
  }
}
