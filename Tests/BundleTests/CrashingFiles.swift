// SPDX-License-Identifier: Apache-2.0
import Synchronization

@testable import Bundle

/// A disk in memory whose power can be cut before any step.
///
/// As POSIX promises no more: the bytes of a file last once it is flushed, its name once the folder
/// is. A cut loses any of the changes of names since then, not only the last ones, and tears files
/// that were not flushed.
final class CrashingFiles: BoardFiles, Sendable {
  final class Node {
    var bytes: [UInt8] = []
    var isFolder = false
    var names: [String: Node] = [:]
    var lasting: [String: Node] = [:]
    /// Changes since the folder was flushed: names that come, and names that go.
    var pending: [[(name: String, node: Node?)]] = []

    init(isFolder: Bool) { self.isFolder = isFolder }
  }

  private struct Disk {
    let root = Node(isFolder: true)
    var steps = 0
    var cutAt = Int.max
    var isTrusting = true
  }

  nonisolated(unsafe) private var disk = Disk()

  /// Steps since the last `powerOn`.
  var steps: Int { disk.steps }

  /// Every step from now on fails, the first `step` ones apart.
  func powerOn(cutAt step: Int = .max) {
    disk.steps = 0
    disk.cutAt = step
  }

  /// Forgets what was not flushed.
  func cutPower(_ generator: inout some RandomNumberGenerator) {
    Self.crash(disk.root, &generator)
  }

  private static func crash(_ node: Node, _ generator: inout some RandomNumberGenerator) {
    for change in node.pending where Bool.random(using: &generator) {
      for (name, target) in change { node.lasting[name] = target }
    }
    node.pending = []
    node.names = node.lasting
    for child in node.names.values { crash(child, &generator) }
  }

  private func step(_ path: String) throws(BundleError) {
    guard disk.steps < disk.cutAt else { throw .unwritable(path, errno: 5) }
    disk.steps += 1
  }

  private func find(_ path: String) -> Node? {
    path.split(separator: "/").reduce(disk.root as Node?) { $0?.names[String($1)] }
  }

  private func change(_ path: String, to node: Node?) {
    apply([(path, node)])
  }

  private func apply(_ changes: [(path: String, node: Node?)]) {
    var named: [(name: String, node: Node?)] = []
    var parent: Node?
    for (path, node) in changes {
      var parts = path.split(separator: "/").map(String.init)
      let name = parts.removeLast()
      parent = find(parts.joined(separator: "/"))
      parent?.names[name] = node
      named.append((name, node))
    }
    parent?.pending.append(named)
  }

  func put(_ bytes: [UInt8], _ path: String) {
    let node = Node(isFolder: false)
    node.bytes = bytes
    change(path, to: node)
  }

  // MARK: - BoardFiles

  func read(_ path: String, limit: Int) throws(BundleError) -> [UInt8]? { find(path)?.bytes }

  func write(_ bytes: [UInt8], to path: String) throws(BundleError) {
    try step(path)
    // The name is there before the bytes are.
    put(Array(bytes.prefix(bytes.count / 2)), path)
    try step(path)
    find(path)?.bytes = bytes
  }

  func copy(_ source: String, to path: String) throws(BundleError) {
    guard let bytes = find(source)?.bytes else { throw .unreadable(source, errno: 2) }
    try write(bytes, to: path)
  }

  func rename(_ path: String, to target: String) throws(BundleError) {
    try step(path)
    guard let node = find(path) else { throw .unwritable(path, errno: 2) }
    apply([(path, nil), (target, node)])
  }

  func makeFolder(_ path: String) throws(BundleError) {
    try step(path)
    if find(path) == nil { change(path, to: Node(isFolder: true)) }
  }

  func synchronize(_ folder: String) throws(BundleError) {
    try step(folder)
    guard let node = find(folder) else { return }
    node.lasting = node.names
    node.pending = []
  }

  func remove(_ path: String) {
    guard let node = find(path) else { return }
    for name in node.names.keys.sorted() {
      do throws(BundleError) { try step(path) } catch { return }
      change(path + "/" + name, to: nil)
    }
    do throws(BundleError) { try step(path) } catch { return }
    change(path, to: nil)
  }

  func names(in folder: String) -> [String] { find(folder)?.names.keys.sorted() ?? [] }
  func lock(_ folder: String) throws(BundleError) -> Int32 { 0 }
  func unlock(_ token: Int32) {}
}
