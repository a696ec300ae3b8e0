// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Runtime
import Testing

/// One line of Tests/Golden/pictures/expected.txt, which tools/make_golden_pictures.py made.
private struct GoldenPicture: CustomTestStringConvertible, Sendable {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Golden/pictures").standardizedFileURL

  let name: String
  let width: Int
  let height: Int
  let format: PixelFormat
  let result: String

  var path: String { Self.folder.appending(path: name).path }
  var testDescription: String { name }

  init?(line: Substring) {
    let words = line.split(separator: " ").map(String.init)
    let formats: [String: PixelFormat] = ["rgb": .rgb, "rgba": .rgba, "grey": .grey]
    guard words.count == 5, let width = Int(words[1]), let height = Int(words[2]),
      let format = formats[words[3]]
    else { return nil }
    name = words[0]
    self.width = width
    self.height = height
    self.format = format
    result = words[4]
  }

  static func load() -> [GoldenPicture] {
    let url = folder.appending(path: "expected.txt")
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return [] }
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .compactMap(GoldenPicture.init)
  }
}

@Suite("Decoding pictures against Pillow")
struct GoldenPictureTests {
  @Test("the golden folder is there and every line is understood")
  func goldenFolderIsComplete() {
    #expect(GoldenPicture.load().count == 27)
  }

  @Test("equals Pillow byte for byte", arguments: GoldenPicture.load())
  fileprivate func equalsPillow(_ golden: GoldenPicture) throws {
    let image = try Pictures.decode(path: golden.path)
    #expect(image.width == golden.width)
    #expect(image.height == golden.height)
    #expect(image.format == golden.format)
    if golden.result.hasPrefix("fnv:") {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in image.pixels { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      #expect("fnv:" + String(format: "%016lx", hash) == golden.result)
    } else {
      #expect(image.pixels.map { String(format: "%02x", $0) }.joined() == golden.result)
    }
  }

  @Test("every picture that is cut short gives an error", arguments: GoldenPicture.load())
  fileprivate func cutPicturesThrow(_ golden: GoldenPicture) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: golden.path)))
    // A JPEG without its end marker alone is whole.
    let whole = golden.name.hasSuffix(".jpg") ? bytes.count - 2 : bytes.count
    for count in stride(from: 0, to: whole, by: 3) {
      let error = #expect(throws: PictureError.self) {
        try Pictures.decode(bytes: Array(bytes.prefix(count)), name: golden.name)
      }
      if count == 0 { #expect(error?.reason == .empty) }
    }
  }

  @Test("damaged bytes give an error or a picture, never a crash", arguments: GoldenPicture.load())
  fileprivate func damagedPicturesAreSafe(_ golden: GoldenPicture) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: golden.path)))
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<60 {
      var damaged = bytes
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      damaged[index] = UInt8.random(in: 0...255, using: &generator)
      if let image = try? Pictures.decode(bytes: damaged, name: golden.name) {
        #expect(image.width > 0 && image.height > 0)
      }
    }
  }
}

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
