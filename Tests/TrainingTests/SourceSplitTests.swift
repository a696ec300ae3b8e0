// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

@testable import Training

@Suite("Division of the source domains")
struct SourceSplitTests {
  private let tiny: TinyTraining

  init() throws { tiny = try TinyTraining(each: 5) }

  @Test("is disjoint, complete, four fifths, and of the sources alone")
  func complete() throws {
    let set = try tiny.set()
    let split = try SourceSplit(set, sources: ["photo", "art"], seed: 1)
    #expect(split.training.map(\.count) == [12, 12] && split.validation.map(\.count) == [3, 3])
    for (place, domain) in ["art", "photo"].enumerated() {
      let all = split.training[place] + split.validation[place]
      #expect(all.sorted() == set.pictures.indices.filter { set.pictures[$0].domain == domain })
    }
  }

  @Test("depends on the seed alone")
  func seeded() throws {
    let set = try tiny.set()
    let split = try SourceSplit(set, sources: ["art", "photo"], seed: 1)
    let same = try SourceSplit(set, sources: ["photo", "art"], seed: 1)
    #expect(split.training == same.training && split.validation == same.validation)
    let other = try SourceSplit(set, sources: ["art", "photo"], seed: 2)
    #expect(split.validation != other.validation)
    // The domains are divided independently of each other.
    #expect(split.validation[0] != split.validation[1].map { $0 - 15 })
  }

  @Test("leaves out pictures that are broken or that the bank lacks")
  func leftOut() throws {
    try Data().write(to: URL(fileURLWithPath: tiny.data.pictures + "/art/cat/0.png"))
    let set = try tiny.set { bank in
      bank.paths[3] = "art/cat/elsewhere.png"
      bank.digests = []
    }
    let split = try SourceSplit(set, sources: ["art"], seed: 1)
    #expect((split.training[0] + split.validation[0]).sorted() == [1, 2] + Array(4..<15))
  }

  @Test("has a picture on both sides, whatever the share", arguments: [0, 0.01, 0.5, 0.99, 1])
  func shares(share: Double) throws {
    let split = try SourceSplit(tiny.set(), sources: ["art"], share: share, seed: 3)
    #expect(!split.training[0].isEmpty && !split.validation[0].isEmpty)
    #expect(split.training[0].count + split.validation[0].count == 15)
  }

  @Test("of a single picture, or of an unknown domain, is an error that says so")
  func impossible() throws {
    let set = try tiny.set { bank in
      bank.paths = bank.paths.map { $0.hasPrefix("art/") && $0 != "art/cat/0.png" ? "x/" + $0 : $0 }
    }
    let one = #expect(throws: TrainingError.self) {
      try SourceSplit(set, sources: ["art", "photo"], seed: 1)
    }
    #expect(one?.description.contains("'art' has 1 of 15") == true)
    let unknown = #expect(throws: TrainingError.self) {
      try SourceSplit(set, sources: ["cartoon"], seed: 1)
    }
    #expect(unknown?.description.contains("'cartoon'") == true)
    #expect(unknown?.description.contains("art, photo, sketch") == true)
  }
}
