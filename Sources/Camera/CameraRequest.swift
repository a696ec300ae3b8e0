// SPDX-License-Identifier: Apache-2.0

/// What a user wants of a camera; what is nil is chosen.
public struct CameraRequest: Sendable {
  public var fourCC: FourCC?
  /// In pixels.
  public var width: Int?
  public var height: Int?
  /// Frames a second.
  public var rate: Double?
  /// The least size that keeps all detail for the network; the cheapest mode of at least this size
  /// is chosen.
  public var adequateWidth = 224
  public var adequateHeight = 224
  /// Controls to set, by the names that `swiftlet cameras --controls` prints.
  public var controls: [(name: String, value: Int)] = []
  /// Frame buffers in the driver, 3...32.
  public var bufferCount = 4

  public init() {}
}
