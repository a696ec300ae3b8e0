// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Bundle

@Suite("Board")
struct BoardTests {
  static let first = String(repeating: "1", count: 32)
  static let second = String(repeating: "2", count: 32)
  static let third = String(repeating: "3", count: 32)

  /// A disk with sources to install from, flushed.
  static func disk() throws -> CrashingFiles {
    let files = CrashingFiles()
    for identifier in [first, second, third] {
      try files.makeFolder(identifier)
      for name in [ModelBundle.modelName, ModelBundle.manifestName] {
        files.put(content(identifier, name), identifier + "/" + name)
      }
      try files.synchronize(identifier)
    }
    try files.makeFolder("board")
    try files.synchronize("")
    return files
  }

  static func content(_ identifier: String, _ name: String) -> [UInt8] {
    Array((identifier + name).utf8)
  }

  static func isWhole(_ files: CrashingFiles, _ folder: String, _ identifier: String) -> Bool {
    [ModelBundle.modelName, ModelBundle.manifestName].allSatisfy { name in
      (try? files.read(folder + "/" + name, limit: .max)) == content(identifier, name)
    }
  }

  static func install(
    _ identifier: String, _ board: Board<CrashingFiles>, _ files: CrashingFiles
  ) throws {
    try board.install(identifier, identifier: identifier, isSigned: false, isShipped: false) {
      (copy) throws(BundleError) in
      guard isWhole(files, copy, identifier) else { throw .changed(.model, copy) }
    }
  }

  /// What starts: the first candidate that is whole.
  static func start(_ board: Board<CrashingFiles>, _ files: CrashingFiles) throws -> String? {
    try board.begin().candidates.first { isWhole(files, board.bundleFolder($0), $0) }
  }

  @Test("the first bundle starts as often as it likes, and is trusted after a good minute")
  func firstInstallation() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    for _ in 0..<10 { #expect(try Self.start(board, files) == Self.first) }
    #expect(board.state()?.trusted == "")
    try board.settle(Self.first)
    #expect(board.state()?.trusted == Self.first)
    #expect(try board.begin().needsSettling == false)
  }

  @Test("a new bundle that never runs for a minute is given up after its starts")
  func trial() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    try board.settle(Self.first)
    try Self.install(Self.second, board, files)
    for _ in 0..<Board<CrashingFiles>.trialLimit {
      let plan = try board.begin()
      #expect(plan.isTrial && plan.needsSettling)
      #expect(plan.candidates == [Self.second, Self.first])
    }
    let plan = try board.begin()
    #expect(plan.givenUp == Self.second && !plan.isTrial && !plan.needsSettling)
    #expect(plan.candidates.first == Self.first)
    #expect(try board.begin().givenUp == nil)
  }

  @Test("starts that are ended on purpose do not count against a bundle on trial")
  func withdrawal() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    try board.settle(Self.first)
    try Self.install(Self.second, board, files)
    for _ in 0..<10 {
      #expect(try Self.start(board, files) == Self.second)
      try board.withdraw(Self.second)
    }
    try board.settle(Self.second)
    #expect(board.state()?.trusted == Self.second)
    #expect(files.names(in: "board/bundles") == [Self.second])
  }

  @Test("a bundle whose self-test fails on trial goes back at once")
  func rejection() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    try board.settle(Self.first)
    try Self.install(Self.second, board, files)
    #expect(try board.begin().candidates.first == Self.second)
    try board.reject(Self.second)
    #expect(try board.begin().candidates.first == Self.first)
    // Somebody who is late must not turn back what happened since.
    try board.settle(Self.second)
    #expect(board.state()?.trusted == Self.first)
  }

  @Test("an update during a trial keeps the trusted bundle, and the trusted one may come back")
  func updatesDuringTrial() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    try board.settle(Self.first)
    try Self.install(Self.second, board, files)
    try Self.install(Self.third, board, files)
    #expect(board.state()?.trusted == Self.first)
    #expect(files.names(in: "board/bundles") == [Self.first, Self.third])
    try Self.install(Self.first, board, files)
    #expect(board.state()?.isTrial == false)
    #expect(try Self.start(board, files) == Self.first)
  }

  @Test("a bundle that is not good changes nothing")
  func badBundle() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    files.put([1], Self.second + "/" + ModelBundle.modelName)
    #expect(throws: BundleError.self) { try Self.install(Self.second, board, files) }
    #expect(board.state()?.current == Self.first)
    #expect(files.names(in: "board/bundles") == [Self.first])
  }

  @Test("a damaged state does not keep a whole bundle from starting")
  func damagedState() throws {
    let files = try Self.disk()
    let board = Board("board", files: files)
    try Self.install(Self.first, board, files)
    files.put(Array("swiftlet-state 1\ncurrent".utf8), "board/state")
    #expect(board.state() == nil)
    #expect(try Self.start(board, files) == Self.first)
  }

  @Test("a power cut before any step of an update leaves a whole bundle that starts")
  func powerCuts() throws {
    var generator = SystemRandomNumberGenerator()
    var cuts = 0
    for step in 0..<100 {
      var wasCut = false
      for _ in 0..<20 {
        let files = try Self.disk()
        let board = Board("board", files: files)
        try Self.install(Self.first, board, files)
        try board.settle(Self.first)
        files.powerOn(cutAt: step)
        wasCut = !Self.update(board, files)
        files.cutPower(&generator)
        files.powerOn()
        try Self.expectWhole(board, files, step)
        cuts += 1
      }
      if !wasCut { break }
      #expect(step < 99, "the update never ended")
    }
    print("board: \(cuts) power cuts")
  }

  /// An update, its start on trial and its good minute; false where the power was cut.
  private static func update(_ board: Board<CrashingFiles>, _ files: CrashingFiles) -> Bool {
    do {
      try install(second, board, files)
      let plan = try board.begin()
      if plan.failure != nil { return false }
      try board.settle(second)
      return true
    } catch { return false }
  }

  private static func expectWhole(
    _ board: Board<CrashingFiles>, _ files: CrashingFiles, _ step: Int
  ) throws {
    let plan = try board.begin()
    let chosen = try #require(plan.candidates.first, "nothing starts after a cut at step \(step)")
    #expect(isWhole(files, board.bundleFolder(chosen), chosen), "cut at step \(step)")
    // What it could return to is whole as well.
    let state = try #require(board.state())
    #expect(isWhole(files, board.bundleFolder(state.trusted), state.trusted), "step \(step)")
    // And the next update goes through.
    try install(third, board, files)
    #expect(try start(board, files) == third)
  }
}
