// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing
import TinyData

@testable import Training

@Suite("Pictures with what a bank knows of them")
struct TeacherSetTests {
  private let tiny: TinyTraining

  init() throws { tiny = try TinyTraining(each: 2) }

  @Test("Every picture has its row and class")
  func plain() throws {
    let set = try tiny.set()
    #expect(set.classes == TinyData.labels && set.width == TinyData.width)
    #expect(set.texts == tiny.data.bank.texts)
    // The folder is sorted as the bank was written.
    #expect(set.rowOf == Array(0..<18))
    #expect(set.classOf == (0..<18).map { $0 / 2 % 3 })
    for picture in 0..<18 { #expect(set.teacherDecision(picture) == set.classOf[picture]) }
  }

  @Test("Labels that are one text's aliases are one class")
  func aliases() throws {
    let set = try tiny.set { bank in
      bank.classes = ["pet", "bird", "unused"]
      bank.aliases = ["cat": "pet", "dog": "pet", "owl": "bird"]
    }
    #expect(set.classes == ["bird", "pet"])
    #expect(set.classOf == (0..<18).map { [1, 1, 0][$0 / 2 % 3] })
    // The texts follow the classes' order, not the bank's.
    #expect(Array(set.texts[..<6]) == [0, 1, 0, 0, 0, 0])
    #expect(Array(set.texts[6...]) == [1, 0, 0, 0, 0, 0])
  }

  @Test("Labels without a text have no class, and pictures that the bank lacks no row")
  func unknown() throws {
    let set = try tiny.set { bank in
      (bank.classes, bank.texts) = (["cat", "owl"], Array(bank.texts[..<12]))
      bank.paths.removeLast(3)
      bank.digests.removeLast(3)
      bank.images.removeLast(3 * TinyData.width)
    }
    #expect(set.classes == ["cat", "owl"])
    #expect(set.classOf == (0..<18).map { [0, nil, 1][$0 / 2 % 3] })
    #expect(set.rowOf == (0..<18).map { $0 < 15 ? $0 : nil })
    #expect(set.teacherDecision(17) == nil)
  }

  @Test("A class that was asked for and has no text is an error that says what to do")
  func missing() throws {
    #expect(try tiny.set(classes: ["owl", "cat"]).classes == ["cat", "owl"])
    let error = #expect(throws: TrainingError.self) { try tiny.set(classes: ["cat", "bee"]) }
    #expect(error?.description.contains("'bee'") == true)
    let none = #expect(throws: TrainingError.self) {
      try tiny.set { $0.classes = ["a", "b", "c"] }
    }
    #expect(none?.description.contains("bank inspect") == true)
  }

  @Test("The bank's own labels go before folders")
  func labels() throws {
    let set = try tiny.set { bank in
      bank.labels = bank.paths.map { $0.contains("/0.png") ? "owl" : "cat" }
    }
    #expect(set.classes == ["cat", "owl"])
    #expect(set.classOf == (0..<18).map { $0 % 2 == 0 ? 1 : 0 })
  }

  @Test("Two ways to write the same accent are two pictures")
  func accents() throws {
    let names = ["\u{E9}.png", "e\u{301}.png"]
    for name in names {
      try FileManager.default.copyItem(
        atPath: tiny.data.pictures + "/art/cat/0.png",
        toPath: tiny.data.pictures + "/art/cat/" + name)
    }
    let set = try tiny.set { bank in
      bank.paths += names.map { "art/cat/" + $0 }
      bank.digests = []
      bank.images += Array(bank.images[..<12])
      bank.labels = bank.paths.indices.map { $0 == 19 ? "dog" : "cat" }
    }
    #expect(set.pictures.count == 20)
    for (index, picture) in set.pictures.enumerated() where picture.path.hasSuffix(names[0]) {
      // Equal as text, so the bytes tell which one this is.
      let isSecond = picture.path.utf8.elementsEqual("art/cat/\(names[1])".utf8)
      #expect(set.rowOf[index] == (isSecond ? 19 : 18))
      #expect(picture.label == (isSecond ? "dog" : "cat"))
    }
  }
}
