// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Pictures

@Suite("Pictures that cannot be read")
struct PictureErrorTests {
  @Test("an empty file, a text and a folder are told apart")
  func reasonsAreToldApart() throws {
    try withTemporaryFolder { folder in
      let empty = folder.appending(path: "empty.jpg").path
      try Data().write(to: URL(filePath: empty))
      let text = folder.appending(path: "text.png").path
      try Data("not a picture".utf8).write(to: URL(filePath: text))
      let missing = folder.appending(path: "missing.jpg").path
      #expect(throws: PictureError(name: empty, reason: .empty)) {
        try Pictures.decode(path: empty)
      }
      #expect(throws: PictureError(name: text, reason: .notAPicture)) {
        try Pictures.decode(path: text)
      }
      #expect(throws: PictureError(name: folder.path, reason: .isFolder)) {
        try Pictures.decode(path: folder.path)
      }
      #expect(throws: PictureError(name: missing, reason: .unreadable(errno: ENOENT))) {
        try Pictures.decode(path: missing)
      }
    }
  }

  @Test("errors name the picture and say what to do")
  func errorsNameThePicture() {
    let error = PictureError(name: "a/b.jpg", reason: .unreadable(errno: ENOENT))
    #expect(
      error.description
        == "a/b.jpg: cannot be read: No such file or directory; check the path and its permissions")
  }

  @Test("a header that promises too many pixels is refused before memory is taken")
  func hugeHeaderIsRefused() throws {
    var file = PNGChunks.magic
    func append(_ name: String, _ data: [UInt8]) {
      let body = Array(name.utf8) + data
      file += bigEndian(UInt32(data.count)) + body + bigEndian(checksum(body))
    }
    append("IHDR", bigEndian(60_000) + bigEndian(50_000) + [8, 2, 0, 0, 0])
    append("IDAT", [0x78, 0x9C, 3, 0, 0, 0, 0, 1])
    append("IEND", [])
    #expect(
      throws: PictureError(name: "x", reason: .tooLarge(width: 60_000, height: 50_000))
    ) {
      try Pictures.decode(bytes: file, name: "x")
    }
  }

  @Test("a folder's pictures are found below it, sorted bytewise, whatever their case")
  func findsPictures() throws {
    try withTemporaryFolder { folder in
      for name in ["b.JPG", "a.txt", "sub/c.png", "sub/.hidden.png", "Z.jpeg", "sub.png"] {
        let url = folder.appending(path: name)
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data([1]).write(to: url)
      }
      // A link back up must not make the search endless.
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "sub/up"), withDestinationURL: folder)
      let found = try Pictures.find(in: folder.path).map { $0.dropFirst(folder.path.count + 1) }
      #expect(found == ["Z.jpeg", "b.JPG", "sub.png", "sub/c.png"])
    }
  }

  @Test("a folder without pictures and a folder that is not there give errors")
  func emptyFolders() throws {
    try withTemporaryFolder { folder in
      #expect(throws: PictureError(name: folder.path, reason: .noPictures)) {
        try Pictures.find(in: folder.path)
      }
      let missing = folder.path + "/missing"
      #expect(throws: PictureError(name: missing, reason: .unreadable(errno: ENOENT))) {
        try Pictures.find(in: missing)
      }
    }
  }

  @Test("damaged orientation blocks mean upright")
  func damagedOrientation() {
    let block: [UInt8] = [
      0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0,
    ]
    #expect(Orientation(tiff: block[...]) == .turnedLeft)
    for count in 0..<20 {
      #expect(Orientation(tiff: block.prefix(count)) == .upright)
    }
    for index in block.indices {
      for value: UInt8 in [0, 0x4D, 0xFF] {
        var damaged = block
        damaged[index] = value
        _ = Orientation(tiff: damaged[...])
      }
    }
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
  }

  /// The CRC-32 of a PNG chunk's name and data.
  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      value ^= UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }
    return ~value
  }
}

/// Runs `body` with a fresh folder and removes it.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "swiftlet-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
