// SPDX-License-Identifier: Apache-2.0

/// A video node of the system.
public struct CameraInfo: Sendable, Equatable {
  public enum Kind: UInt8, Sendable {
    /// Sends pictures.
    case camera
    /// Sends raw sensor data, which libcamera must develop first.
    case rawBayer
    /// Sends what belongs to pictures, but no pictures.
    case metadata
    /// Takes pictures.
    case output
    /// Encoders, decoders, scalers and anything else.
    case other
  }

  public enum State: UInt8, Sendable {
    case usable
    /// Another program streams from it.
    case busy
    /// No permission; what kind it is cannot be said then.
    case denied
    /// It cannot be asked for another reason.
    case failed
  }

  /// The node, `/dev/video0`.
  public var path: String
  public var name: String
  public var driver: String
  /// Where it is connected, `usb-0000:01:00.0-1.2`.
  public var bus: String
  /// The link in `/dev/v4l/by-id` that names the camera's model and serial number; may be empty.
  public var idLink: String
  /// The link in `/dev/v4l/by-path` that names the port; may be empty.
  public var pathLink: String
  public var kind: Kind
  public var state: State

  public init(
    path: String, name: String, driver: String = "", bus: String = "", idLink: String = "",
    pathLink: String = "", kind: Kind = .camera, state: State = .usable
  ) {
    self.path = path
    self.name = name
    self.driver = driver
    self.bus = bus
    self.idLink = idLink
    self.pathLink = pathLink
    self.kind = kind
    self.state = state
  }

  /// What stays when the node's number changes.
  public var identity: CameraIdentity {
    CameraIdentity(name: name, bus: bus, idLink: idLink, pathLink: pathLink)
  }
}

/// What a camera is known by when it comes back under another node.
///
/// Two equal cameras differ by the port that they are plugged into, and by the serial number in the
/// `by-id` link where the maker gave them one. So the same name at the same port is the same camera;
/// failing that, the same `by-id` link at another port is the camera, moved, unless that link does
/// not tell two connected cameras apart. A camera of the same name at another port without such a
/// link is another one.
public struct CameraIdentity: Sendable, Equatable {
  public var name: String
  public var bus: String
  public var idLink: String
  public var pathLink: String

  public init(name: String, bus: String, idLink: String = "", pathLink: String = "") {
    self.name = name
    self.bus = bus
    self.idLink = idLink
    self.pathLink = pathLink
  }

  /// The same camera among these, or nil.
  package func find(in cameras: [CameraInfo]) -> CameraInfo? {
    let named = cameras.filter {
      $0.name.isSame(as: name) && $0.kind != .metadata && $0.kind != .output
    }
    // udev makes the links after the node, so a link may be missing still.
    let here = named.filter { camera in
      camera.bus.isSame(as: bus)
        && (pathLink.isEmpty || camera.pathLink.isEmpty || camera.pathLink.isSame(as: pathLink))
    }
    if let camera = here.first { return camera }
    let moved = named.filter { !idLink.isEmpty && $0.idLink.isSame(as: idLink) }
    return moved.count == 1 ? moved[0] : nil
  }
}
