// SPDX-License-Identifier: Apache-2.0

/// Which node the user means.
///
/// A selector is, in this order: nothing, for the first usable camera; a path, `/dev/video0` or any
/// link to a node; a node's number; a `by-id` or `by-path` link's name; a part of a camera's name or
/// of a link's name, whatever the case. Where several cameras match, the one that can be used and
/// has the lowest node number is taken: two equal cameras are told apart by their `by-path` links.
enum CameraSelector {
  /// - Parameters:
  ///   - resolved: the node behind a selector that is a path; nil if there is none.
  ///   - nodes: ordered by number.
  /// - Throws: `absent`, or why the node that was named is no camera.
  static func find(
    _ selector: String?, resolved: String?, in nodes: [CameraInfo]
  ) throws(CameraError) -> CameraInfo {
    guard let selector, !selector.isEmpty else { return try first(nodes) }
    if let named = nodes.first(where: { $0.path.isSame(as: resolved ?? selector) }) {
      return try requireCamera(named)
    }
    if isNumber(selector) {
      guard let node = nodes.first(where: { $0.path.isSame(as: "/dev/video" + selector) }) else {
        throw CameraError(.absent, device: "/dev/video" + selector)
      }
      return try requireCamera(node)
    }
    let matching = nodes.filter { matches(selector, $0) }
    if let camera = usable(matching) { return camera }
    guard let node = matching.first else { throw CameraError(.absent, device: selector) }
    return try requireCamera(node)
  }

  private static func first(_ nodes: [CameraInfo]) throws(CameraError) -> CameraInfo {
    if let camera = usable(nodes) { return camera }
    if let raw = nodes.first(where: { $0.kind == .rawBayer }) { return try requireCamera(raw) }
    throw CameraError(.absent, device: "")
  }

  private static func usable(_ nodes: [CameraInfo]) -> CameraInfo? {
    let cameras = nodes.filter { $0.kind == .camera }
    return cameras.first { $0.state == .usable } ?? cameras.first
  }

  private static func requireCamera(_ node: CameraInfo) throws(CameraError) -> CameraInfo {
    switch node.kind {
    case .camera: return node
    case .rawBayer: throw CameraError(.rawBayer, device: node.path, detail: node.name)
    case .metadata: throw CameraError(.notACamera, device: node.path, detail: "metadata only")
    case .output: throw CameraError(.notACamera, device: node.path, detail: "it takes pictures")
    case .other: throw CameraError(.notACamera, device: node.path, detail: node.driver)
    }
  }

  private static func matches(_ selector: String, _ node: CameraInfo) -> Bool {
    contains(node.name, selector) || contains(node.idLink, selector)
      || contains(node.pathLink, selector)
  }

  static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// Whether a part is in a text; ASCII letters are equal in both cases.
  static func contains(_ text: String, _ part: String) -> Bool {
    let (text, part) = (Array(text.utf8), Array(part.utf8))
    guard part.count <= text.count else { return false }
    return (0...text.count - part.count).contains { start in
      part.indices.allSatisfy { lowered(text[start + $0]) == lowered(part[$0]) }
    }
  }

  private static func lowered(_ character: UInt8) -> UInt8 {
    (65...90).contains(character) ? character + 32 : character
  }
}
