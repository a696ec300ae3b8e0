// SPDX-License-Identifier: Apache-2.0

/// The part of a frame that is looked at, in pixels.
public struct FrameRegion: Sendable, Equatable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Whether it has at least one pixel and lies inside of a frame.
  public func isInside(width frameWidth: Int, height frameHeight: Int) -> Bool {
    x >= 0 && y >= 0 && width >= 1 && height >= 1 && x < frameWidth && y < frameHeight
      && width <= frameWidth - x && height <= frameHeight - y
  }
}
