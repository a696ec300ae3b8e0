// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The part of each frame that is looked at.
public struct RegionOfInterest: Sendable, Equatable {
  /// A distance, in pixels or as a share of the frame's side.
  public enum Length: Sendable, Equatable {
    case pixels(Int)
    case percent(Double)

    func pixels(of side: Int) -> Int {
      switch self {
      case .pixels(let count): count
      // Rounds half away from zero.
      case .percent(let percent): Int((Double(side) * percent / 100).rounded())
      }
    }
  }

  public var x: Length
  public var y: Length
  public var width: Length
  public var height: Length

  /// What to say to a text that is no region.
  package static func explanation(of text: String) -> String {
    text + " is not X,Y,WIDTH,HEIGHT in pixels or percent, such as 25%,0,50%,100%"
  }

  public init(x: Length, y: Length, width: Length, height: Length) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Reads `X,Y,WIDTH,HEIGHT`, each in pixels or with a percent sign: `25%,0,50%,100%`.
  public init?(_ text: String) {
    var lengths: [Length] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if part.hasSuffix("%") {
        guard let percent = Double(String(part.dropLast())), (0...100).contains(percent) else {
          return nil
        }
        lengths.append(.percent(percent))
      } else {
        guard let pixels = Int(String(part)), (0...65_535).contains(pixels) else { return nil }
        lengths.append(.pixels(pixels))
      }
    }
    guard lengths.count == 4 else { return nil }
    self.init(x: lengths[0], y: lengths[1], width: lengths[2], height: lengths[3])
  }

  /// The region of a frame, cut off at its edges; nil when nothing is left of it.
  public func resolve(width frameWidth: Int, height frameHeight: Int) -> FrameRegion? {
    let left = x.pixels(of: frameWidth)
    let top = y.pixels(of: frameHeight)
    let right = min(left + width.pixels(of: frameWidth), frameWidth)
    let bottom = min(top + height.pixels(of: frameHeight), frameHeight)
    guard right > left, bottom > top else { return nil }
    return FrameRegion(x: left, y: top, width: right - left, height: bottom - top)
  }
}
