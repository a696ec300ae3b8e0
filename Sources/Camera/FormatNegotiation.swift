// SPDX-License-Identifier: Apache-2.0

/// What is asked of the driver.
package struct FormatChoice: Sendable, Equatable {
  package var fourCC: FourCC
  package var width: Int
  package var height: Int
  /// Frames a second; nil leaves it to the driver.
  package var rate: Double?
}

/// Which of a camera's modes is used.
///
/// The user's format, size and rate are obeyed or refused. Of what remains the best is, in this
/// order:
/// 1. one that is used as it is, in colour; then one that the driver or a library emulates; then
///    grey; then one that needs libv4lconvert, if that is installed;
/// 2. one that covers the adequate width and height; if none does, the one that comes closest;
/// 3. one that reaches the wanted rate, which is 15 frames a second if the user names none; if none
///    does, the fastest; a mode whose rate is unknown is taken for fast enough;
/// 4. the cheapest: pixels times bytes a pixel, and for JPEG six times as much as for YUYV. So raw
///    pictures win where USB is fast enough for them, MJPG where it is not, and of one format the
///    smallest size;
/// 5. the one that the driver names first.
///
/// Without a wish for the rate it is the highest up to 30. Where sizes are a range, the smallest
/// common 4:3 size that covers is taken, because cameras cut or squeeze others.
package enum FormatNegotiation {
  /// - Parameter hasConverter: whether libv4lconvert is there.
  /// - Throws: `unsupported`, with what there is instead.
  package static func choose(
    _ modes: [CameraMode], _ request: CameraRequest, hasConverter: Bool = false,
    device: String = ""
  ) throws(CameraError) -> FormatChoice {
    var best: Candidate?
    for mode in modes {
      guard let candidate = Candidate(mode, request, hasConverter: hasConverter) else { continue }
      if let current = best, !candidate.isBetter(than: current) { continue }
      best = candidate
    }
    guard let best else {
      throw CameraError(
        .unsupported, device: device, detail: ModeSummary.refusal(modes, request))
    }
    return best.choice
  }
}

/// A mode with the size and rate that would be used, and how good that is.
private struct Candidate {
  static let adequateRate = 15.0
  static let usualRate = 30.0

  let choice: FormatChoice
  /// Compared in order; less is better.
  private let ranks: InlineArray<4, Double>

  /// nil if the mode cannot be used, or not as the user wants it.
  init?(_ mode: CameraMode, _ request: CameraRequest, hasConverter: Bool) {
    if let wanted = request.fourCC, wanted != mode.fourCC { return nil }
    guard mode.fourCC.isNative || hasConverter else { return nil }
    guard let (width, height) = Self.size(mode, request) else { return nil }
    let rate: Double?
    if let wanted = request.rate {
      guard let offered = Self.rate(mode, wanted) else { return nil }
      rate = offered
    } else {
      rate = Self.usualRate(mode)
    }
    choice = FormatChoice(fourCC: mode.fourCC, width: width, height: height, rate: rate)
    let kind: Double =
      !mode.fourCC.isNative ? 3 : mode.fourCC == .grey ? 2 : mode.isEmulated ? 1 : 0
    let covered = min(
      Double(width) / Double(max(request.adequateWidth, 1)),
      Double(height) / Double(max(request.adequateHeight, 1)))
    let reached = request.rate == nil ? (rate ?? Self.adequateRate) / Self.adequateRate : 1
    let cost = Double(width) * Double(height) * Double(mode.fourCC.costPerPixel)
    ranks = [kind, -min(covered, 1), -min(reached, 1), cost]
  }

  func isBetter(than other: Candidate) -> Bool {
    for index in 0..<4 where ranks[index] != other.ranks[index] {
      return ranks[index] < other.ranks[index]
    }
    return false
  }

  private static func size(_ mode: CameraMode, _ request: CameraRequest) -> (Int, Int)? {
    if let width = request.width, !mode.width.contains(width) { return nil }
    if let height = request.height, !mode.height.contains(height) { return nil }
    var (width, height) = (mode.width.minimum, mode.height.minimum)
    if !mode.isDiscrete {
      (width, height) = commonSize(mode, request.adequateWidth, request.adequateHeight)
    }
    return (request.width ?? width, request.height ?? height)
  }

  private static func commonSize(_ mode: CameraMode, _ width: Int, _ height: Int) -> (Int, Int) {
    let lengths: InlineArray<7, Int> = [160, 320, 640, 800, 1024, 1280, 1600]
    for index in 0..<7 {
      let (common, side) = (lengths[index], lengths[index] * 3 / 4)
      if common >= width, side >= height, mode.width.contains(common), mode.height.contains(side) {
        return (common, side)
      }
    }
    return (mode.width.covering(width), mode.height.covering(height))
  }

  /// The offered rate that is the wanted one, within a percent: 30 is 29.97 too.
  private static func rate(_ mode: CameraMode, _ wanted: Double) -> Double? {
    if mode.rates.isEmpty { return wanted }
    for range in mode.rates
    where wanted >= range.lowerBound * 0.99 && wanted <= range.upperBound * 1.01 {
      return min(max(wanted, range.lowerBound), range.upperBound)
    }
    return nil
  }

  private static func usualRate(_ mode: CameraMode) -> Double? {
    var (below, above) = (0.0, Double.infinity)
    for range in mode.rates {
      if range.lowerBound <= usualRate * 1.01 {
        below = max(below, min(range.upperBound, max(usualRate, range.lowerBound)))
      } else {
        above = min(above, range.lowerBound)
      }
    }
    return below > 0 ? below : above.isFinite ? above : nil
  }
}
