// SPDX-License-Identifier: Apache-2.0

/// What a network may take on a board that nobody has measured: its work by a rate that such
/// processors reach, from low to high. A guess that tells 10 from 100 milliseconds, no more.
struct SpeedEstimate {
  /// The instruction set that the runner would choose.
  let instructionSet: String
  /// Milliseconds a frame on one core.
  let fastest: Double
  let slowest: Double

  /// - Parameter operations: multiply-accumulates of the network.
  /// - Returns: nil where the board does not tell its clock.
  init?(_ report: BoardReport, operations: Double) {
    guard let megahertz = report.megahertz, megahertz > 0 else { return nil }
    let rate = Self.rate(report)
    instructionSet = rate.name
    let cyclesPerMillisecond = Double(megahertz) * 1000
    fastest = operations / (rate.high * cyclesPerMillisecond)
    slowest = operations / (rate.low * cyclesPerMillisecond)
  }

  /// ARM's numbers of cores that execute in order.
  private static let inOrderParts = ["0xc07", "0xd03", "0xd04", "0xd05", "0xd46"]

  /// Multiply-accumulates a cycle of one core, all layers together.
  private static func rate(_ report: BoardReport) -> (name: String, low: Double, high: Double) {
    func has(_ feature: String) -> Bool { report.features.contains(feature) }
    switch report.target {
    case .x86?:
      if has("avx512_vnni") { return ("avx512vnni", 25, 90) }
      if has("avx_vnni") { return ("avxvnni", 12, 60) }
      return has("avx2") ? ("avx2", 10, 45) : ("scalar", 0.1, 0.4)
    case .aarch64?, .armv7?:
      let isInOrder = inOrderParts.contains(report.part ?? "")
      if has("i8mm") && report.target == .aarch64 {
        return isInOrder ? ("i8mm", 5, 14) : ("i8mm", 12, 40)
      }
      if has("asimddp") && report.target == .aarch64 {
        return isInOrder ? ("dotprod", 3, 9) : ("dotprod", 8, 24)
      }
      if has("asimd") || has("neon") {
        return isInOrder ? ("neon", 1.5, 4) : ("neon", 3, 8)
      }
      return ("scalar", 0.04, 0.2)
    case .armv6?, nil: return ("scalar", 0.04, 0.15)
    }
  }
}
