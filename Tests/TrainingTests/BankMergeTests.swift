// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

@testable import Training

@Suite("Merging embedding banks")
struct BankMergeTests {
  private typealias Row = (path: String, values: [Float])
  private static let prepared =
    #"{"size":[224,224],"fit":"crop","interpolation":"bicubic","mean":[0.5,0.5,0.5],"#
    + #""std":[0.25,0.25,0.25]}"#

  private func json(_ list: [String]) throws -> String {
    String(decoding: try JSONEncoder().encode(list), as: UTF8.self)
  }

  /// A part with these pictures, whose digests are their paths.
  private func part(
    _ rows: [Row], text: [Float] = [1, 0, 0.6, 0.8], single: Bool = false, name: String = "part",
    _ change: (inout [String: String]) -> Void = { _ in }
  ) throws -> BankPart {
    var metadata = [
      "format": "embedding-bank/1", "model": "test", "logit_scale": "100", "notes": "by hand",
      "paths": try json(rows.map(\.path)), "sha256": try json(rows.map { "AB" + $0.path }),
      "classes": "[\"cat\",\"dog\"]", "templates": "[\"a {}\"]", "preprocessing": Self.prepared,
      "vendor": "someone",
    ]
    change(&metadata)
    var writer = SafetensorsWriter(metadata: metadata)
    let images = rows.flatMap(\.values)
    if single {
      writer.add(single: "image", images, shape: [rows.count, 2])
      writer.add(single: "text", text, shape: [2, 1, 2])
    } else {
      writer.add(half: "image", images, shape: [rows.count, 2])
      writer.add(half: "text", text, shape: [2, 1, 2])
    }
    return try BankPart(Safetensors(Data(try writer.bytes()), name: name), name: name)
  }

  private func merged(_ parts: BankPart...) throws -> BankPart {
    let bytes = try BankMerge(parts).writer().bytes()
    return try BankPart(Safetensors(Data(bytes), name: "merged"), name: "merged")
  }

  // Not of unit norm, so that normalizing would change them.
  private let first: [Row] = [("q/cat/2.jpg", [1, 0.01]), ("p/cat/\u{E9}.jpg", [0.6, 0.81])]
  private let second: [Row] = [("p/cat/z.jpg", [0, 1.002]), ("P/dog/1.jpg", [0.8, 0.6])]

  @Test func onePartKeepsItsRows() throws {
    let part = try part(first)
    let merged = try merged(part)
    #expect(merged.bank.paths == ["p/cat/\u{E9}.jpg", "q/cat/2.jpg"])
    #expect(Array(merged.image(0)) == Array(part.image(1)))
    #expect(Array(merged.image(1)) == Array(part.image(0)))
    #expect(merged.texts == part.texts && merged.imageType == .float16)
    for key in ["model", "logit_scale", "notes", "classes", "templates", "vendor"] {
      #expect(merged.metadata[key] == part.metadata[key], "\(key)")
    }
    #expect(merged.bank.preprocessing == part.bank.preprocessing)
    #expect(merged.bank.preprocessing?.size == [224, 224])
  }

  @Test func theOrderOfThePartsDoesNotMatter() throws {
    let one = try part(first) { $0["aliases"] = "{\"kitten\":\"cat\"}" }
    let two = try part(second, text: [1, 0.000003, 0.6004, 0.8]) {
      $0["aliases"] = "{\"puppy\":\"dog\"}"
      $0["notes"] = "elsewhere"
    }
    let merge = try BankMerge([one, two])
    #expect(try merge.writer().bytes() == BankMerge([two, one]).writer().bytes())
    #expect(merge.pictureCount == 4 && merge.droppedCount == 0)
    let bank = try merged(one, two).bank
    // By bytes: capitals first, accents last.
    #expect(bank.paths == ["P/dog/1.jpg", "p/cat/z.jpg", "p/cat/\u{E9}.jpg", "q/cat/2.jpg"])
    #expect(bank.digests == bank.paths.map { ("AB" + $0).lowercased() })
    #expect(bank.aliases == ["kitten": "cat", "puppy": "dog"])
    #expect(bank.notes == "by hand; elsewhere")
  }

  @Test func whatCameTwiceIsKeptOnce() throws {
    let merge = try BankMerge([part(first), part(second + [first[0]])])
    #expect(merge.pictureCount == 4 && merge.droppedCount == 1)
    let other: [Row] = [(first[0].path, [0, 1])]
    for parts in [
      [try part(first), try part(other)],
      [try part(first), try part([first[0]]) { $0["sha256"] = "[\"00\"]" }],
      [try part(first), try part([first[0]]) { $0["labels"] = "[\"dog\"]" }],
    ] {
      let error = #expect(throws: TrainingError.self) { try BankMerge(parts) }
      #expect(error?.description.contains("q/cat/2.jpg") == true)
    }
  }

  @Test func labelsComeFromFoldersWhereAPartHasNone() throws {
    let labelled = try part(second) { $0["labels"] = "[\"cat\",\"dog\"]" }
    let bank = try merged(part(first), labelled).bank
    #expect(bank.labels == ["dog", "cat", "cat", "cat"])
  }

  @Test func singlePrecisionLosesNothing() throws {
    let row: [Row] = [("a/cat/1.jpg", [0.1234567, 0.9923507])]
    let single = try part(row, text: [1, 0, 0.60001, 0.8], single: true)
    let merged = try merged(part(first), single)
    #expect(merged.imageType == .float32 && Array(merged.image(0)) == row[0].values)
    // float16 of the same texts is a rounding of them.
    #expect(merged.textType == .float32 && merged.texts == single.texts)
  }

  @Test(arguments: [
    ("model", "other"), ("logit_scale", "99"), ("classes", "[\"cat\",\"horse\"]"),
    ("templates", "[\"the {}\"]"), ("aliases", "{\"kitten\":\"dog\"}"), ("sha256", "[]"),
    ("preprocessing", prepared.replacingOccurrences(of: "crop", with: "pad")),
  ])
  func whatDiffersIsNamed(_ key: String, _ value: String) throws {
    let one = try part(first, name: "one") { $0["aliases"] = "{\"kitten\":\"cat\"}" }
    let two = try part(second, name: "two") { $0[key] = value }
    let error = #expect(throws: TrainingError.self) { try BankMerge([one, two]).writer() }
    let description = try #require(error?.description)
    let word = ["classes": "class", "templates": "template", "aliases": "alias"][key] ?? key
    #expect(description.contains(word) && description.contains("two"), "\(description)")
  }

  @Test func otherTextsAndWidthsAreErrors() throws {
    let error = #expect(throws: TrainingError.self) {
      try BankMerge([part(first), part(second, text: [1, 0, 0.6, 0.802])])
    }
    #expect(error?.description.contains("'dog'") == true)
    var writer = SafetensorsWriter(
      metadata: try part(first).metadata.merging(["paths": "[\"a/b/c.jpg\"]", "sha256": "[\"\"]"]) {
        $1
      })
    writer.add(half: "image", [1, 0, 0], shape: [1, 3])
    writer.add(half: "text", [1, 0, 0, 0, 1, 0], shape: [2, 1, 3])
    let wide = try BankPart(Safetensors(Data(try writer.bytes()), name: "wide"), name: "wide")
    let width = #expect(throws: TrainingError.self) { try BankMerge([part(first), wide]) }
    #expect(width?.description.contains("width") == true)
  }

  @Test(arguments: [
    "[]", #"{"size":[224]}"#, prepared.replacingOccurrences(of: "[224,224]", with: "[224]"),
    prepared.replacingOccurrences(of: "[224,224]", with: "[0,224]"),
    prepared.replacingOccurrences(of: "crop", with: "fold"),
    prepared.replacingOccurrences(of: "[0.25,0.25,0.25]", with: "[0.25,0,0.25]"),
  ])
  func badPreprocessingIsAnError(_ text: String) {
    let error = #expect(throws: TrainingError.self) {
      try part(first) { $0["preprocessing"] = text }
    }
    #expect(error?.description.contains("preprocessing") == true)
  }

  @Test func picturesUnderSeveralPathsAreFound() throws {
    let rows: [Row] = [
      ("p/cat/1.jpg", [1, 0]), ("p/dog/2.jpg", [0, 1]), ("p/cat/3.jpg", [1, 0]),
      ("p/dog/4.jpg", [0.6, 0.8]), ("q/cat/5.jpg", [0, 1]),
    ]
    let bank = try part(rows) { $0["sha256"] = "[\"aa\",\"bb\",\"AA\",\"cc\",\"dd\"]" }.bank
    let duplicates = BankDuplicates(bank)
    #expect(duplicates.digests == [[0, 2]])
    #expect(duplicates.embeddings == [[0, 2], [1, 4]])
    #expect(BankDuplicates.contradictions(duplicates.embeddings, in: bank) == [[1, 4]])
  }
}
