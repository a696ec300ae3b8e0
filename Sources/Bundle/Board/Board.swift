// SPDX-License-Identifier: Apache-2.0

/// A board's folder: `bundles/` by identifier, and the `state` that says which one starts.
///
/// A bundle is copied beside the others and flushed before the state names it, and the state is
/// replaced by one rename. So a board that loses its power at any point has either the old state
/// with the old bundle or the new state with the whole new one.
package struct Board<Files: BoardFiles>: Sendable {
  /// Starts without a good minute, after which a bundle on trial is given up.
  package static var trialLimit: Int { 3 }
  private static var incomingName: String { ".incoming" }

  package let folder: String
  let files: Files

  package init(_ folder: String, files: Files) {
    self.folder = folder
    self.files = files
  }

  private var bundles: String { folder + "/bundles" }
  private var statePath: String { folder + "/" + BoardState.fileName }

  package func bundleFolder(_ identifier: String) -> String { bundles + "/" + identifier }

  /// Nil where there is none, or none that is whole.
  package func state() -> BoardState? {
    do throws(BundleError) {
      guard let bytes = try files.read(statePath, limit: BoardState.byteLimit) else { return nil }
      return BoardState(bytes)
    } catch {
      return nil
    }
  }

  /// Copies a checked bundle beside the others and makes it the one that starts, on trial where
  /// there is one to return to.
  ///
  /// - Parameters:
  ///   - isShipped: whether it comes from the folder that the package ships.
  ///   - check: throws where the copy is not good; then nothing changes.
  /// - Throws: `unwritable`, also where the board's folder is missing; `unreadable`; or what `check`
  ///   throws.
  package func install(
    _ source: String, _ bundle: ModelBundle, isShipped: Bool,
    check: (_ folder: String) throws(BundleError) -> Void
  ) throws(BundleError) {
    try install(
      source, identifier: bundle.identifier, isSigned: bundle.isSigned, isShipped: isShipped,
      check: check)
  }

  func install(
    _ source: String, identifier: String, isSigned: Bool, isShipped: Bool,
    check: (_ folder: String) throws(BundleError) -> Void
  ) throws(BundleError) {
    try files.makeFolder(bundles)
    try files.synchronize(folder)
    let token = try files.lock(folder)
    defer { files.unlock(token) }
    var state = state() ?? BoardState()
    let isCurrent = state.current.utf8.elementsEqual(identifier.utf8)
    if !isCurrent {
      try copy(source, identifier, isSigned: isSigned, keeping: state, check: check)
      if state.trusted.isEmpty { state.trusted = state.current }
      state.current = identifier
      state.attempts = 0
    }
    if isShipped { state.shipped = identifier }
    try write(state)
    removeOthers(than: state)
  }

  /// Copies into a folder without a name, checks it there, and names it at the end.
  private func copy(
    _ source: String, _ identifier: String, isSigned: Bool, keeping state: BoardState,
    check: (_ folder: String) throws(BundleError) -> Void
  ) throws(BundleError) {
    removeOthers(than: state)
    if isThere(identifier, check: check) { return }
    let incoming = bundleFolder(Self.incomingName)
    files.remove(incoming)
    try files.makeFolder(incoming)
    var names = [ModelBundle.modelName, ModelBundle.manifestName]
    if isSigned { names.append(ModelBundle.signatureName) }
    for name in names { try files.copy(source + "/" + name, to: incoming + "/" + name) }
    try files.synchronize(incoming)
    do throws(BundleError) {
      try check(incoming)
      try files.rename(incoming, to: bundleFolder(identifier))
    } catch {
      files.remove(incoming)
      throw error
    }
    try files.synchronize(bundles)
  }

  /// Whether the trusted bundle comes back, which is never removed before another one is trusted.
  /// A damaged one is removed.
  private func isThere(
    _ identifier: String, check: (_ folder: String) throws(BundleError) -> Void
  ) -> Bool {
    let folder = bundleFolder(identifier)
    guard !files.names(in: folder).isEmpty else { return false }
    do throws(BundleError) {
      try check(folder)
      return true
    } catch {
      files.remove(folder)
      return false
    }
  }

  private func write(_ state: BoardState) throws(BundleError) {
    let temporary = statePath + ".part"
    try files.write(state.bytes, to: temporary)
    try files.rename(temporary, to: statePath)
    try files.synchronize(folder)
  }

  private func removeOthers(than state: BoardState) {
    for name in files.names(in: bundles)
    where BoardState.isIdentifier(name.utf8) && !name.utf8.elementsEqual(state.current.utf8)
      && !name.utf8.elementsEqual(state.trusted.utf8)
    {
      files.remove(bundleFolder(name))
    }
  }
}

extension Board {
  /// Decides what starts, and counts the start of a bundle on trial before it happens.
  /// - Throws: `unreadable` for a folder that cannot be locked.
  package func begin() throws(BundleError) -> BoardPlan {
    let token = try files.lock(folder)
    defer { files.unlock(token) }
    guard var state = state() else { return BoardPlan(candidates: others(than: BoardState())) }
    var plan = BoardPlan(candidates: [])
    if state.isTrial {
      plan.isTrial = true
      if state.attempts >= Self.trialLimit {
        plan.givenUp = state.current
        plan.isTrial = false
        state.current = state.trusted
        state.attempts = 0
      } else {
        state.attempts += 1
      }
      do throws(BundleError) {
        try write(state)
      } catch {
        // A start that cannot be counted must not be one on trial.
        plan.isTrial = false
        plan.failure = error
        state.current = state.trusted
      }
    }
    plan.needsSettling = !state.current.utf8.elementsEqual(state.trusted.utf8)
    plan.candidates = [state.current]
    if state.isTrial { plan.candidates.append(state.trusted) }
    plan.candidates += others(than: state)
    return plan
  }

  private func others(than state: BoardState) -> [String] {
    files.names(in: bundles).filter { name in
      BoardState.isIdentifier(name.utf8) && !name.utf8.elementsEqual(state.current.utf8)
        && !name.utf8.elementsEqual(state.trusted.utf8)
    }
  }

  /// After a good minute: the bundle is the one to return to, and others go.
  package func settle(_ identifier: String) throws(BundleError) {
    try change(identifier) { state in
      state.trusted = identifier
      state.attempts = 0
    }
    if let state = state() { removeOthers(than: state) }
  }

  /// The bundle on trial is not good: the trusted one starts from now on.
  package func reject(_ identifier: String) throws(BundleError) {
    try change(identifier) { state in
      guard state.isTrial else { return }
      state.current = state.trusted
      state.attempts = 0
    }
  }

  /// A start on trial that was ended on purpose does not count.
  package func withdraw(_ identifier: String) throws(BundleError) {
    try change(identifier) { state in
      if state.isTrial && state.attempts > 0 { state.attempts -= 1 }
    }
  }

  /// Changes the state while `identifier` is the current bundle.
  private func change(
    _ identifier: String, _ body: (inout BoardState) -> Void
  ) throws(BundleError) {
    let token = try files.lock(folder)
    defer { files.unlock(token) }
    guard var state = state(), state.current.utf8.elementsEqual(identifier.utf8) else { return }
    body(&state)
    try write(state)
  }
}

/// What may start, in order, and why.
package struct BoardPlan {
  /// Identifiers; the first whole one starts.
  package var candidates: [String]
  /// The first candidate is on trial.
  package var isTrial = false
  /// A good minute makes the first candidate the trusted one.
  package var needsSettling = false
  /// A bundle that was on trial for too long; its predecessor starts.
  package var givenUp: String?
  /// Why the trial could not be counted.
  package var failure: BundleError?

  init(candidates: [String]) { self.candidates = candidates }
}
