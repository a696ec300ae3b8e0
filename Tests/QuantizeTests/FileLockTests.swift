// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Testing

@testable import Quantize

@Suite("Locked files")
struct FileLockTests {
  @Test("what another program does to a locked file is seen")
  func changes() throws {
    let folder = try TestFolder()
    let path = folder.path + "/a"
    for change: (String) throws -> Void in [
      { try Data("other".utf8).write(to: URL(fileURLWithPath: $0), options: .atomic) },
      { path in
        let handle = try #require(FileHandle(forWritingAtPath: path))
        handle.truncateFile(atOffset: 1)
      },
      { try FileManager.default.removeItem(atPath: $0) },
    ] {
      try folder.write(Array("first".utf8), "a")
      let lock = try FileLock(path)
      try lock.check()
      try change(path)
      #expect(throws: FileChanged.self) { try lock.check() }
    }
    #expect(throws: QuantizationError.self) { try FileLock(folder.path + "/none") }
  }

  @Test("a second lock waits, and is one of the file that lies there then")
  func waiting() async throws {
    let folder = try TestFolder()
    let path = folder.path + "/a"
    try folder.write(Array("first".utf8), "a")
    // The other one renames this over the file when it begins to wait.
    try folder.write(Array("second".utf8), "a.new")
    var lock: FileLock? = try FileLock(path)
    let second = Task.detached {
      let lock = try FileLock(path) { rename(path + ".new", path) }
      try lock.check()
      return try String(contentsOfFile: path, encoding: .utf8)
    }
    try await Task.sleep(for: .milliseconds(200))
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(try await second.value == "second")
  }
}
