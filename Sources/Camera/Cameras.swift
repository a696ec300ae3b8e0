// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The system's cameras.
public enum Cameras {
  /// All video nodes, those too that send no pictures, by number.
  public static func all() -> [CameraInfo] {
    var numbers: [Int] = []
    for name in CText.names(in: "/dev") {
      if let number = nodeNumber(name) { numbers.append(number) }
    }
    numbers.sort()
    let links = DeviceLinks.all()
    return numbers.map { info("/dev/video" + String($0), links) }
  }

  /// The camera that a selector names.
  ///
  /// - Parameters:
  ///   - selector: a path, a link, a node's number, or a part of a name; nil for the first camera
  ///     that can be used.
  ///   - identity: of a camera that was in use; if it is connected, under whichever node, it is the
  ///     answer, and only otherwise the selector decides.
  /// - Throws: `absent`, `rawBayer` or `notACamera`. A camera that is busy or denied is found.
  public static func find(
    _ selector: String?, preferring identity: CameraIdentity? = nil
  ) throws(CameraError) -> CameraInfo {
    let resolved = selector.flatMap { resolve($0) }
    // A node that is named is the only one to be opened; it may lie anywhere, in a container say.
    if identity == nil, let resolved {
      let node = info(resolved, DeviceLinks.all())
      return try CameraSelector.find(selector, resolved: resolved, in: [node])
    }
    var nodes = all()
    if let identity, let camera = identity.find(in: nodes) { return camera }
    if let resolved, !nodes.contains(where: { $0.path.isSame(as: resolved) }) {
      nodes.append(info(resolved, DeviceLinks.all()))
    }
    return try CameraSelector.find(selector, resolved: resolved, in: nodes)
  }

  /// The same camera, if it is connected, under whichever node.
  ///
  /// - Throws: `absent`.
  public static func find(_ identity: CameraIdentity) throws(CameraError) -> CameraInfo {
    guard let camera = identity.find(in: all()) else {
      throw CameraError(.absent, device: identity.name, detail: identity.bus)
    }
    return camera
  }

  /// What a node sends.
  ///
  /// - Parameter path: `/dev/video0`.
  public static func modes(of path: String) throws(CameraError) -> [CameraMode] {
    try VideoDevice.open(path).modes()
  }

  /// What can be set on a node, and what it is set to.
  public static func controls(of path: String) throws(CameraError) -> [CameraControl] {
    try VideoDevice.open(path).controls()
  }

  /// Sets controls one after another, by the names of `CameraControl`.
  ///
  /// - Throws: `control` for a name or a value that there is not.
  public static func set(
    _ controls: [(name: String, value: Int)], of path: String
  ) throws(CameraError) {
    try VideoDevice.open(path).set(controls)
  }

  private static func info(_ path: String, _ links: [DeviceLinks.Link]) -> CameraInfo {
    var info = CameraInfo(path: path, name: "")
    info.idLink = DeviceLinks.first(links, to: path, in: .byID)
    info.pathLink = DeviceLinks.first(links, to: path, in: .byPath)
    do throws(CameraError) {
      try VideoDevice.open(path).describe(&info)
    } catch {
      info.name = CText.line("/sys/class/video4linux/" + lastPart(path) + "/name") ?? ""
      info.state = error.reason == .denied ? .denied : error.reason == .busy ? .busy : .failed
      if error.reason == .notACamera { info.kind = .other }
    }
    return info
  }

  /// `3` for `video3`.
  private static func nodeNumber(_ name: String) -> Int? {
    guard name.begins(with: "video") else { return nil }
    let digits = String(decoding: Array(name.utf8)[5...], as: UTF8.self)
    return CameraSelector.isNumber(digits) ? Int(digits) : nil
  }

  private static func resolve(_ selector: String) -> String? {
    if selector.begins(with: "/") { return CText.resolve(selector) }
    if CameraSelector.isNumber(selector) { return CText.resolve("/dev/video" + selector) }
    for folder in DeviceLinks.Folder.allCases {
      if let path = CText.resolve(folder.path + "/" + selector) { return path }
    }
    return nil
  }

  private static func lastPart(_ path: String) -> String {
    let bytes = Array(path.utf8)
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    return String(decoding: bytes[start...], as: UTF8.self)
  }
}
