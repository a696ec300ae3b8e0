// SPDX-License-Identifier: Apache-2.0

/// A format of a camera with the sizes and frame rates that it comes in.
public struct CameraMode: Sendable, Equatable {
  /// Pixels along one side: `minimum`, `minimum + step`, ... up to `maximum`.
  public struct Side: Sendable, Equatable {
    public var minimum: Int
    public var maximum: Int
    public var step: Int

    public init(_ minimum: Int, _ maximum: Int, step: Int = 1) {
      self.minimum = minimum
      self.maximum = maximum
      self.step = step > 0 ? step : 1
    }

    public init(_ exact: Int) { self.init(exact, exact) }

    /// The least length of at least `length`, or the greatest there is.
    func covering(_ length: Int) -> Int {
      if length <= minimum { return minimum }
      let steps = (length - minimum + step - 1) / step
      return min(minimum + steps * step, minimum + (maximum - minimum) / step * step)
    }

    func contains(_ length: Int) -> Bool {
      length >= minimum && length <= maximum && (length - minimum) % step == 0
    }
  }

  public var fourCC: FourCC
  /// What the driver calls the format.
  public var name: String
  public var isCompressed: Bool
  /// Whether the driver or a library makes it of another format.
  public var isEmulated: Bool
  public var width: Side
  public var height: Side
  /// Frames a second, one range for each choice; empty where the driver does not say.
  public var rates: [ClosedRange<Double>]

  public init(
    _ fourCC: FourCC, name: String = "", isCompressed: Bool = false, isEmulated: Bool = false,
    width: Side, height: Side, rates: [ClosedRange<Double>] = []
  ) {
    self.fourCC = fourCC
    self.name = name
    self.isCompressed = isCompressed
    self.isEmulated = isEmulated
    self.width = width
    self.height = height
    self.rates = rates
  }

  /// Whether there is one size only.
  public var isDiscrete: Bool { width.minimum == width.maximum && height.minimum == height.maximum }
}
