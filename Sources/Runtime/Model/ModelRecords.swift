// SPDX-License-Identifier: Apache-2.0

/// One activation tensor of a model: `real = scale * (q - zeroPoint)`, NHWC, batch 1.
public struct TensorRecord: Sendable, Equatable {
  public var height: Int
  public var width: Int
  public var channels: Int
  public var elementType: ElementType
  /// No element exceeds this: 127 or 255; 0 for float32.
  public var upper: Int
  public var scale: Float
  public var zeroPoint: Int

  public init(
    height: Int, width: Int, channels: Int, elementType: ElementType, upper: Int, scale: Float,
    zeroPoint: Int
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.elementType = elementType
    self.upper = upper
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  public var elementCount: Int { height * width * channels }
  public var byteCount: Int { elementType == .float32 ? elementCount * 4 : elementCount }
}

/// One node of a model, its fields as in docs/model-format.md. Offsets count from the start of the
/// data section.
package struct NodeRecord: Sendable, Equatable {
  package var operation: Operator
  package var input: Int
  /// The second operand of an addition; -1 elsewhere.
  package var secondInput = -1
  package var output: Int
  package var kernelHeight = 0
  package var kernelWidth = 0
  package var strideY = 0
  package var strideX = 0
  package var padTop = 0
  package var padLeft = 0
  package var padBottom = 0
  package var padRight = 0
  package var dilationY = 0
  package var dilationX = 0
  package var groups = 0
  package var lower = 0
  package var upper = 0
  package var countsPadding = false
  package var padValue = 0
  package var multiplier: Float = 0
  package var secondMultiplier: Float = 0
  package var weightsOffset = 0
  package var biasOffset = 0
  package var multiplierOffset = 0
  package var proofOffset = 0
  package var nameOffset = 0
  package var nameByteCount = 0

  package init(operation: Operator, input: Int, output: Int) {
    self.operation = operation
    self.input = input
    self.output = output
  }
}

/// How a picture becomes the input; docs/model-format.md, *Preprocessing*.
public struct PreprocessingRecord: Sendable, Equatable {
  public enum ResizeRule: UInt32, Sendable { case squash = 0, centreCrop = 1 }
  public enum Filter: UInt32, Sendable { case bilinear = 0 }
  public enum ColourOrder: UInt32, Sendable { case rgb = 0, bgr = 1, grey = 2 }

  public var resizeRule: ResizeRule
  /// The shorter side before the crop, in pixels; 0 for `squash`.
  public var resizeSize: Int
  public var filter: Filter = .bilinear
  public var colourOrder: ColourOrder
  /// Of byte values 0...255, a channel each: `real = (byte - mean) / deviation`.
  public var mean: InlineArray<3, Float>
  public var deviation: InlineArray<3, Float>

  public init(
    resizeRule: ResizeRule, resizeSize: Int, colourOrder: ColourOrder,
    mean: InlineArray<3, Float>, deviation: InlineArray<3, Float>
  ) {
    self.resizeRule = resizeRule
    self.resizeSize = resizeSize
    self.colourOrder = colourOrder
    self.mean = mean
    self.deviation = deviation
  }

  public static func == (lhs: Self, rhs: Self) -> Bool {
    var equal =
      lhs.resizeRule == rhs.resizeRule && lhs.resizeSize == rhs.resizeSize
      && lhs.filter == rhs.filter && lhs.colourOrder == rhs.colourOrder
    for i in 0..<3 {
      equal = equal && lhs.mean[i] == rhs.mean[i] && lhs.deviation[i] == rhs.deviation[i]
    }
    return equal
  }
}

/// The stored self-test: an input made from `seed`, and the digests of it and of its output.
package struct SelftestRecord: Sendable, Equatable {
  package var seed: UInt64
  package var inputDigest: UInt64
  package var outputDigest: UInt64

  package init(seed: UInt64, inputDigest: UInt64, outputDigest: UInt64) {
    self.seed = seed
    self.inputDigest = inputDigest
    self.outputDigest = outputDigest
  }
}
