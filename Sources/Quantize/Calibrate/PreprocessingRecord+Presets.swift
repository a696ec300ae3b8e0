// SPDX-License-Identifier: Apache-2.0
import Runtime

extension PreprocessingRecord {
  /// Mean and deviation of the ImageNet training set, on the scale 0...255; squashed.
  public static let imageNet = PreprocessingRecord(
    resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [123.675, 116.28, 103.53],
    deviation: [58.395, 57.12, 57.375])

  /// (byte - 127) / 128, as EfficientNet-Lite was trained; squashed.
  public static let efficientNetLite = PreprocessingRecord(
    resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [127, 127, 127],
    deviation: [128, 128, 128])
}

/// Mean and deviation that have a name on the command line.
public enum PreprocessingPreset: String, Sendable, CaseIterable {
  case imagenet
  case efficientnetLite = "efficientnet-lite"

  public var record: PreprocessingRecord { self == .imagenet ? .imageNet : .efficientNetLite }
}
