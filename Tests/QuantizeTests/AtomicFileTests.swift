// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Quantize

@Suite("Writing a file at once")
struct AtomicFileTests {
  @Test("a file is written, and written over, and nothing else is left")
  func write() throws {
    let folder = try TestFolder()
    for bytes: [UInt8] in [[1, 2, 3], [], (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }] {
      try AtomicFile.write(bytes, to: folder.path + "/model")
      #expect(try folder.bytes("model") == bytes)
      #expect(folder.names == ["model"])
    }
    try AtomicFile.check(folder.path + "/model")
    try AtomicFile.check(folder.path + "/other")
    #expect(folder.names == ["model"])
  }

  @Test("a model is as readable as any other new file")
  func permissions() throws {
    let folder = try TestFolder()
    try AtomicFile.write([1], to: folder.path + "/model")
    try folder.write([1], "plain")
    func mode(_ name: String) throws -> Int? {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)
      return attributes[.posixPermissions] as? Int
    }
    #expect(try mode("model") == mode("plain"))
  }

  @Test("where nothing can be written the old file stays")
  func unwritable() throws {
    let folder = try TestFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/model", withIntermediateDirectories: false)
    try folder.write([9], "model/inside")
    for act in [{ try AtomicFile.write([1], to: $0) }, AtomicFile.check] {
      #expect(throws: QuantizationError.unwritable(folder.path + "/model", errno: EISDIR)) {
        try act(folder.path + "/model")
      }
      #expect(throws: QuantizationError.unwritable("/no/such/model", errno: ENOENT)) {
        try act("/no/such/model")
      }
    }
    #expect(folder.names == ["model"])
    #expect(try folder.bytes("model/inside") == [9])
  }

  @Test("a file that cannot be finished leaves the old one and no other")
  func tooLarge() async throws {
    let folder = try TestFolder()
    try folder.write([9], "model")
    await #expect(processExitsWith: .success) { [path = folder.path + "/model" as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #expect(throws: QuantizationError.unwritable(path, errno: EFBIG)) {
        try AtomicFile.write([UInt8](repeating: 1, count: 5000), to: path)
      }
    }
    #expect(folder.names == ["model"])
    #expect(try folder.bytes("model") == [9])
  }

  @Test("a signal ends the program as it would have, without the temporary file")
  func signalled() async throws {
    let folder = try TestFolder()
    await #expect(processExitsWith: .signal(SIGINT)) { [path = folder.path + "/model" as String] in
      // A shell may have started the tests with it ignored.
      signal(SIGINT, SIG_DFL)
      let file = try PendingFile(beside: path)
      guard access(file.path, F_OK) == 0 else { exit(1) }
      // This thread blocks signals; another one takes it.
      kill(getpid(), SIGINT)
      sleep(20)
    }
    #expect(folder.names == [])
    await #expect(processExitsWith: .exitCode(3)) { [path = folder.path + "/ignored" as String] in
      signal(SIGINT, SIG_IGN)
      _ = try PendingFile(beside: path)
      kill(getpid(), SIGINT)
      usleep(100_000)
      exit(3)
    }
    #expect(folder.names.count == 1)
  }

  @Test("a program that handles the signal itself goes on, and the file is written")
  func handled() async throws {
    let folder = try TestFolder()
    await #expect(processExitsWith: .exitCode(3)) { [path = folder.path + "/model" as String] in
      signal(SIGINT) { _ in }
      let file = try PendingFile(beside: path)
      kill(getpid(), SIGINT)
      usleep(100_000)
      file.end()
      exit(3)
    }
    #expect(folder.names.count == 1)
  }

  @Test("several threads may write at a time")
  func concurrently() async throws {
    let folder = try TestFolder()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<16 {
        group.addTask {
          try AtomicFile.write(
            [UInt8](repeating: UInt8(index), count: 9), to: folder.path + "/m\(index % 4)")
        }
      }
      try await group.waitForAll()
    }
    #expect(folder.names == ["m0", "m1", "m2", "m3"])
  }

  @Test("signals are handled only while there is a temporary file")
  func signals() throws {
    let folder = try TestFolder()
    var before = sigaction()
    sigaction(SIGTERM, nil, &before)
    let file = try PendingFile(beside: folder.path + "/model")
    #expect(folder.names.count == 1)
    var during = sigaction()
    sigaction(SIGTERM, nil, &during)
    func address(_ action: sigaction) -> Int {
      unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    }
    #expect(address(during) != address(before))
    close(file.descriptor)
    unlink(file.path)
    file.end()
    var after = sigaction()
    sigaction(SIGTERM, nil, &after)
    #expect(address(after) == address(before))
    #expect(folder.names == [])
  }
}
