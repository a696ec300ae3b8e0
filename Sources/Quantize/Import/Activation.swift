// SPDX-License-Identifier: Apache-2.0

/// What an ONNX name stands for while the graph is read.
enum Operand {
  case activation(Activation)
  case constant(ConstantTensor)

  /// Activations are always of floats.
  var isFloat: Bool {
    if case .constant(let constant) = self { return constant.isFloat }
    return true
  }
}

/// An axis of an activation in the float graph.
enum PixelAxis: Equatable {
  case height
  case width
  case channel

  func length(in shape: Shape) -> Int {
    switch self {
    case .height: shape.height
    case .width: shape.width
    case .channel: shape.channels
    }
  }
}

/// An activation of the float graph (NHWC) and how the ONNX graph sees it.
///
/// Transposing, flattening and reshaping move nothing in the float graph: they only change `axes`.
struct Activation: Equatable {
  var value: FloatGraph.ValueID
  var shape: Shape
  /// For each axis of the ONNX tensor, the axes of the float graph that it runs through, the
  /// slowest first. Axes of length 1 are left out, so that equal views compare equal. A picture is
  /// `[[], [channel], [height], [width]]`, its flattening `[[], [channel, height, width]]`.
  var axes: [[PixelAxis]]

  init(value: FloatGraph.ValueID, shape: Shape, axes: [[PixelAxis]]) {
    self.value = value
    self.shape = shape
    self.axes = axes.map { axis in axis.filter { $0.length(in: shape) > 1 } }
  }

  /// Channels first, as ONNX has its pictures.
  static func picture(_ value: FloatGraph.ValueID, _ shape: Shape) -> Activation {
    Activation(value: value, shape: shape, axes: [[], [.channel], [.height], [.width]])
  }

  /// The dimensions that the ONNX graph sees.
  var dimensions: [Int] {
    axes.map { axis in axis.reduce(1) { $0 * $1.length(in: shape) } }
  }

  var isPicture: Bool { self == .picture(value, shape) }

  /// The same activation seen with other dimensions; nil where an axis would have to be cut.
  func reshaped(to dimensions: [Int]) -> Activation? {
    var rest = axes.flatMap { $0 }[...]
    var result: [[PixelAxis]] = []
    for dimension in dimensions {
      var axis: [PixelAxis] = []
      var length = 1
      while length < dimension, let next = rest.popFirst() {
        axis.append(next)
        length *= next.length(in: shape)
      }
      guard length == dimension else { return nil }
      result.append(axis)
    }
    return rest.isEmpty ? Activation(value: value, shape: shape, axes: result) : nil
  }

  /// The constant as one value for each channel; nil unless it broadcasts to that.
  func perChannel(_ constant: ConstantTensor) -> [Float]? {
    let floats = constant.floats
    let lead = axes.count - constant.dimensions.count
    guard lead >= 0 else { return nil }
    if floats.count == 1 { return Array(repeating: floats[0], count: shape.channels) }
    for (index, dimension) in constant.dimensions.enumerated() where dimension != 1 {
      guard axes[lead + index] == [.channel], dimension == shape.channels else { return nil }
    }
    return floats.count == shape.channels ? floats : nil
  }
}
