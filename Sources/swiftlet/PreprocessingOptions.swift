// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

/// What options say of preprocessing; nil where they say nothing.
struct PreprocessingOptions {
  /// One number, or three.
  var mean: [Float]?
  var deviation: [Float]?
  /// The shorter side before the centre crop; 0 squashes.
  var resize: Int?
  var colourOrder: PreprocessingRecord.ColourOrder?

  /// That of the ImageNet training set, with the usual crop.
  static let standard = {
    var record = PreprocessingRecord.imageNet
    record.resizeRule = .centreCrop
    record.resizeSize = 256
    return record
  }()

  var saysEverything: Bool {
    mean != nil && deviation != nil && resize != nil && colourOrder != nil
  }

  /// `base` with what the options say in its place.
  func applied(to base: PreprocessingRecord) -> PreprocessingRecord {
    func triple(_ values: [Float]) -> InlineArray<3, Float> {
      values.count == 3 ? [values[0], values[1], values[2]] : .init(repeating: values[0])
    }
    var record = base
    if let mean { record.mean = triple(mean) }
    if let deviation { record.deviation = triple(deviation) }
    if let resize {
      (record.resizeRule, record.resizeSize) = (resize == 0 ? .squash : .centreCrop, resize)
    }
    if let colourOrder { record.colourOrder = colourOrder }
    return record
  }

  /// The parts of `base` that remain, for people.
  func remainder(of base: PreprocessingRecord) -> [String] {
    func list(_ values: InlineArray<3, Float>) -> String {
      values[0] == values[1] && values[1] == values[2]
        ? "\(values[0])" : "\(values[0]) \(values[1]) \(values[2])"
    }
    var parts: [String] = []
    if mean == nil { parts.append("mean \(list(base.mean))") }
    if deviation == nil { parts.append("deviation \(list(base.deviation))") }
    if colourOrder == nil { parts.append("colour order \(base.colourOrder)") }
    if resize == nil {
      parts.append(
        base.resizeRule == .squash
          ? "squashing" : "shorter side \(base.resizeSize), centre crop")
    }
    return parts
  }
}
