// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing
import TinyData

@testable import Training

@Suite("Stores of pictures")
struct PictureStoreTests {
  private let tiny: TinyTraining
  private let folder: PictureFolder

  init() throws {
    tiny = try TinyTraining(each: 3)
    folder = try PictureFolder(tiny.data.pictures)
  }

  private var digests: [String: String] {
    Dictionary(uniqueKeysWithValues: zip(tiny.data.bank.paths, tiny.data.bank.digests))
  }

  @Test("The folders say domains and labels")
  func folders() throws {
    #expect(folder.pictures.count == 27)
    #expect(folder.domains == TinyData.domains && folder.labels == TinyData.labels)
    #expect(folder.pictures.map(\.path) == folder.pictures.map(\.path).sorted())
    let flat = try PictureFolder(tiny.data.pictures + "/art")
    #expect(flat.domains == ["all"] && flat.labels == TinyData.labels)
    #expect(flat.pictures[0].path == "cat/0.png")
    #expect(throws: TrainingError.self) { try PictureFolder(tiny.data.pictures + "/art/cat") }
    #expect(throws: TrainingError.self) { try PictureFolder(tiny.folder + "/none") }
  }

  @Test("Any budget gives the same pixels", arguments: [0, 5 * 864, 1 << 30], [1, 3])
  func budgets(byteCount: Int, threads: Int) throws {
    let whole = try PictureStore(folder, digests: digests)
    let store = try PictureStore(folder, byteCount: byteCount, threads: threads)
    #expect(store.usable == Array(0..<27))
    for index in 0..<27 {
      let (image, expected) = (store.image(index), whole.image(index))
      #expect(image.pixels == expected.pixels && image.width == 18 && image.height == 16)
    }
  }

  @Test("Large pictures are reduced to the side that is kept, in any budget")
  func reduced() throws {
    let path = tiny.data.pictures + "/art/cat/0.png"
    try TinyData.writePNG(
      (0..<90 * 60 * 3).map { UInt8($0 % 251) }, width: 90, height: 60, to: path)
    for byteCount in [0, 1 << 30] {
      let store = try PictureStore(folder, byteCount: byteCount, keptSide: 24)
      let image = store.image(0)
      #expect(image.width == 36 && image.height == 24)
      #expect(store.image(1).width == 18)
      var resizer = PictureResizer(width: 36, height: 24)
      let full = try PictureStore(folder, keptSide: 60).image(0)
      #expect(full.width == 90)
      #expect(image.pixels == resizer.pixels(of: full, PictureRegion(full)))
    }
  }

  @Test("Broken pictures are named, counted and left out")
  func broken() throws {
    for (path, bytes) in [("art/cat/1.png", "no picture"), ("sketch/owl/2.png", "")] {
      try Data(bytes.utf8).write(to: URL(fileURLWithPath: tiny.data.pictures + "/" + path))
    }
    let store = try PictureStore(folder)
    #expect(store.broken.map(\.index) == [1, 26])
    #expect(store.broken[0].reason.contains("art/cat/1.png"))
    #expect(store.broken[1].reason.contains("sketch/owl/2.png"))
    #expect(store.usable == Array(0..<27).filter { $0 != 1 && $0 != 26 })
  }

  @Test("A picture with another digest is an error that names it")
  func digestMismatch() throws {
    var other = digests
    other["photo/dog/1.png"] = String(repeating: "0", count: 64)
    let error = #expect(throws: TrainingError.self) {
      try PictureStore(folder, digests: other, threads: 3)
    }
    #expect(error?.description.contains("photo/dog/1.png") == true)
    #expect(error?.description.contains("bank verify") == true)
    // Digests may be written in capitals, and of other pictures too.
    other = digests.mapValues { $0.uppercased() }
    other["elsewhere/cat/1.png"] = "00"
    #expect(try PictureStore(folder, digests: other).broken.isEmpty)
  }

  @Test("A picture that is gone later is an error before its stand-in counts")
  func gone() throws {
    let store = try PictureStore(folder, byteCount: 0)
    _ = store.image(3)
    try store.checkPresence()
    try FileManager.default.removeItem(atPath: tiny.data.pictures + "/art/dog/0.png")
    _ = store.image(3)
    let error = #expect(throws: TrainingError.self) { try store.checkPresence() }
    #expect(error?.description.contains("art/dog/0.png") == true)
  }
}
