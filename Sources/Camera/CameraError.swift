// SPDX-License-Identifier: Apache-2.0

/// Why a camera cannot be used. `description` says what happened, where, and what to do next.
public struct CameraError: Error, Sendable, Equatable {
  public enum Reason: UInt8, Sendable {
    /// No such device, or none that the selector names.
    case absent
    /// The device was unplugged, or its driver unbound, while it was in use.
    case gone
    /// Another program streams from it (EBUSY).
    case busy
    /// No permission (EACCES, EPERM).
    case denied
    /// The node is no camera that sends pictures.
    case notACamera
    /// The node sends raw Bayer data: run the program under libcamerify.
    case rawBayer
    /// No format, size or rate of it can be used, or not the one that was asked for.
    case unsupported
    /// No frame came in time.
    case frozen
    /// A control has no such name, or does not take the value.
    case control
    /// Any other failure of a system call.
    case failed
  }

  public let reason: Reason
  /// The device's path, or the selector that found none.
  public let device: String
  /// The system call or the control that failed; empty where there was none.
  public let operation: String
  /// The error number; 0 where there was none.
  public let errno: Int32
  /// What more there is to say, such as what the camera offers instead; may be empty.
  public let detail: String

  public init(
    _ reason: Reason, device: String, operation: String = "", errno: Int32 = 0,
    detail: String = ""
  ) {
    self.reason = reason
    self.device = device
    self.operation = operation
    self.errno = errno
    self.detail = detail
  }
}
