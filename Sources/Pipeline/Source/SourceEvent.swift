// SPDX-License-Identifier: Apache-2.0

/// What can go wrong while watching; docs/events.md says when each occurs.
public enum FaultKind: UInt8, Sendable, CaseIterable {
  case cameraAbsent, cameraGone, cameraFrozen, cameraBusy, cameraDenied, cameraUnsupported
  case cameraFailed, frameDamaged, pictureFailed, logFailed, sinkFailed

  /// As events write it.
  public var name: String {
    switch self {
    case .cameraAbsent: "camera-absent"
    case .cameraGone: "camera-gone"
    case .cameraFrozen: "camera-frozen"
    case .cameraBusy: "camera-busy"
    case .cameraDenied: "camera-denied"
    case .cameraUnsupported: "camera-unsupported"
    case .cameraFailed: "camera-failed"
    case .frameDamaged: "frame-damaged"
    case .pictureFailed: "picture-failed"
    case .logFailed: "log-failed"
    case .sinkFailed: "sink-failed"
    }
  }
}

/// Something that failed.
public struct Fault: Sendable {
  public var kind: FaultKind
  /// What happened, where, and what to do next.
  public var message: String
  /// The camera's node, the file, or the sink.
  public var device: String
  /// The system's error number; 0 for none.
  public var errno: Int32

  public init(_ kind: FaultKind, message: String, device: String, errno: Int32 = 0) {
    self.kind = kind
    self.message = message
    self.device = device
    self.errno = errno
  }
}

/// Where frames come from, once they do.
public struct SourceDescription: Sendable {
  /// The camera's node, the file, or `-`.
  public var device: String
  /// What the camera calls itself.
  public var name: String
  /// Four characters, as V4L2 names it.
  public var format: String
  /// In pixels; 0 where each frame has its own size.
  public var width: Int
  public var height: Int
  /// Frames a second; 0 when unknown.
  public var rate: Double

  public init(
    device: String, name: String, format: String, width: Int, height: Int, rate: Double
  ) {
    self.device = device
    self.name = name
    self.format = format
    self.width = width
    self.height = height
    self.rate = rate
  }
}

/// What a source reports beside its frames.
package enum SourceEvent {
  /// Frames come, for the first time or again.
  case streaming(SourceDescription)
  case fault(Fault)
  /// There will be no more frames.
  case ended
}
