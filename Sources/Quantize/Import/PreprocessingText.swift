// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Preprocessing as JSON; the names are those of `swiftlet inspect --json`.
struct PreprocessingText: Codable {
  /// Of byte values 0...255, three of each.
  var mean: [Float]
  var deviation: [Float]
  /// rgb, bgr or grey.
  var colourOrder: String
  /// centreCrop or squash.
  var resizeRule: String
  /// The shorter side before the crop, in pixels; 0 for squash.
  var resizeSize: Int

  struct Invalid: Error { let problem: String }

  private static let orders: [(String, PreprocessingRecord.ColourOrder)] = [
    ("rgb", .rgb), ("bgr", .bgr), ("grey", .grey),
  ]
  private static let rules: [(String, PreprocessingRecord.ResizeRule)] = [
    ("centreCrop", .centreCrop), ("squash", .squash),
  ]

  init(_ record: PreprocessingRecord) {
    mean = (0..<3).map { record.mean[$0] }
    deviation = (0..<3).map { record.deviation[$0] }
    colourOrder = Self.orders.first { $0.1 == record.colourOrder }?.0 ?? ""
    resizeRule = Self.rules.first { $0.1 == record.resizeRule }?.0 ?? ""
    resizeSize = record.resizeSize
  }

  /// The record. Whether it fits an input's size is another question.
  func record() throws(Invalid) -> PreprocessingRecord {
    guard mean.count == 3, deviation.count == 3, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else { throw Invalid(problem: "needs three finite means and three positive deviations") }
    guard let order = Self.orders.first(where: { $0.0 == colourOrder })?.1 else {
      throw Invalid(problem: "has a colourOrder that is none of rgb, bgr, grey")
    }
    guard let rule = Self.rules.first(where: { $0.0 == resizeRule })?.1 else {
      throw Invalid(problem: "has a resizeRule that is none of centreCrop, squash")
    }
    guard rule == .squash ? resizeSize == 0 : (1...GraphBuilder.maximumDimension) ~= resizeSize
    else { throw Invalid(problem: "has a resizeSize that does not fit its resizeRule") }
    return PreprocessingRecord(
      resizeRule: rule, resizeSize: resizeSize, colourOrder: order,
      mean: [mean[0], mean[1], mean[2]], deviation: [deviation[0], deviation[1], deviation[2]])
  }
}
