// SPDX-License-Identifier: Apache-2.0

/// Calibration pictures on which choices are judged, evenly spread over all. Where there are few
/// pictures they take part in everything else as well.
struct HeldOutPictures {
  private static let maximumCount = 8
  /// With fewer pictures nothing is held out.
  private static let leastTotal = 24

  let all: [Int]
  private let isApart: Bool

  /// - Parameter count: of all calibration pictures.
  init(count: Int) {
    let chosen = min(Self.maximumCount, count)
    all = (0..<chosen).map { ($0 * 2 + 1) * count / (2 * chosen) }
    isApart = count >= Self.leastTotal
  }

  /// Whether a picture is kept out of what is judged.
  func contains(_ picture: Int) -> Bool { isApart && all.contains(picture) }

  func first(_ count: Int) -> [Int] { Array(all.prefix(count)) }
}
