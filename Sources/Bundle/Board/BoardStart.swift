// SPDX-License-Identifier: Apache-2.0
import Runtime

/// A model that a board starts with, and what is to be done for it while it runs.
package struct BoardStart: ~Copyable {
  package let model: Model
  package let manifest: BundleManifest
  /// Where the model lies, for people.
  package let path: String
  let identifier: String
  private let needsSettling: Bool
  private let isTrial: Bool
  private let board: Board<SystemFiles>?

  /// Milliseconds of watching after which a bundle is trusted.
  package static let goodMilliseconds = 60_000

  private init(
    model: consuming Model, bundle: ModelBundle, plan: BoardPlan?, board: Board<SystemFiles>?
  ) {
    self.model = model
    manifest = bundle.manifest
    path = bundle.modelPath
    identifier = bundle.identifier
    needsSettling = plan?.needsSettling ?? false
    isTrial = plan?.isTrial ?? false
    self.board = board
  }

  package consuming func takeModel() -> Model { model }

  /// Takes a new bundle from `shipped`, decides which one starts, and opens it.
  ///
  /// - Parameters:
  ///   - folder: the board's folder, writable.
  ///   - shipped: the bundle that came with the package; nil for none.
  ///   - key: what bundles must be signed with; nil where they need not.
  ///   - tell: hears, for the log, what is not as usual.
  /// - Throws: `noBundle`, when none starts; `unreadable` for the folder.
  package static func open(
    _ folder: String, shipped: String?, key: PublicKey?, tell: (String) -> Void
  ) throws(BundleError) -> BoardStart {
    let board = Board(folder, files: SystemFiles())
    if let shipped { take(shipped, key, board, tell) }
    let plan = try board.begin()
    if let name = plan.givenUp {
      tell("the bundle \(name) did not run for a minute in its starts; the one before it starts")
    }
    if let failure = plan.failure { tell(failure.description) }
    for (index, identifier) in plan.candidates.enumerated() {
      do throws(BundleError) {
        return try open(
          board.bundleFolder(identifier), key, index == 0 ? plan : nil, board)
      } catch {
        tell("the bundle \(identifier) does not start: \(error.description)")
        if index == 0 && plan.isTrial { reject(identifier, board, tell) }
      }
    }
    // Not a state that an update can leave, but a disk may.
    if let shipped { return try open(shipped, key, nil, nil) }
    throw .noBundle(folder)
  }

  private static func open(
    _ folder: String, _ key: PublicKey?, _ plan: BoardPlan?, _ board: Board<SystemFiles>?
  ) throws(BundleError) -> BoardStart {
    let bundle = try ModelBundle(folder, key: key)
    // The start was counted: a self-test that ends the program is one that failed.
    if plan?.needsSettling == true { try bundle.test() }
    let model = try bundle.openModel()
    return BoardStart(model: model, bundle: bundle, plan: plan, board: board)
  }

  /// A shipped bundle that cannot be taken leaves the board as it was.
  private static func take(
    _ shipped: String, _ key: PublicKey?, _ board: Board<SystemFiles>, _ tell: (String) -> Void
  ) {
    do throws(BundleError) {
      let bundle = try ModelBundle(shipped, key: key)
      if let state = board.state(), state.shipped.utf8.elementsEqual(bundle.identifier.utf8) {
        return
      }
      try board.install(shipped, bundle, isShipped: true) { (copy) throws(BundleError) in
        _ = try ModelBundle(copy, key: key).openModel()
      }
    } catch {
      tell("the bundle of the package was not taken: \(error.description)")
    }
  }

  private static func reject(
    _ identifier: String, _ board: Board<SystemFiles>, _ tell: (String) -> Void
  ) {
    do throws(BundleError) { try board.reject(identifier) } catch { tell(error.description) }
  }
}

/// What a program on the board does with its bundle later, on any thread.
package struct BoardTrial: Sendable {
  private let board: Board<SystemFiles>
  private let identifier: String
  private let isTrial: Bool

  fileprivate init(board: Board<SystemFiles>, identifier: String, isTrial: Bool) {
    self.board = board
    self.identifier = identifier
    self.isTrial = isTrial
  }

  /// To call once, after `BoardStart.goodMilliseconds` of watching.
  /// - Throws: `unwritable`.
  package func settle() throws(BundleError) { try board.settle(identifier) }

  /// To call when a signal ended the watch before that.
  /// - Throws: `unwritable`.
  package func withdraw() throws(BundleError) {
    if isTrial { try board.withdraw(identifier) }
  }
}

extension BoardStart {
  /// Nil where nothing is left to do.
  package var trial: BoardTrial? {
    guard needsSettling, let board else { return nil }
    return BoardTrial(board: board, identifier: identifier, isTrial: isTrial)
  }
}

/// Installs a bundle on a board by hand: `swiftlet-run update`.
package enum BoardUpdate {
  /// Checks the bundle and its self-test twice, where it lies and on the board's disk, and makes it
  /// the one that starts next.
  ///
  /// - Returns: its manifest.
  /// - Throws: what is wrong with the bundle, or the folder; the board is then as it was.
  package static func install(
    _ source: String, board folder: String, key: PublicKey?
  ) throws(BundleError) -> BundleManifest {
    let bundle = try ModelBundle(source, key: key)
    try bundle.test()
    let files = SystemFiles()
    try files.makeFolder(folder)
    let board = Board(folder, files: files)
    try board.install(source, bundle, isShipped: false) { (copy) throws(BundleError) in
      try ModelBundle(copy, key: key).test()
    }
    return bundle.manifest
  }
}
