// SPDX-License-Identifier: Apache-2.0

/// What an ONNX name stands for while the graph is read.
enum Operand {
  case activation(Activation)
  case constant(ConstantTensor)
}

/// An activation of the float graph (NHWC) and how the ONNX graph sees it.
struct Activation {
  enum Form {
    /// `[1, C, H, W]`
    case channelsFirst
    /// `[1, H, W, C]`
    case channelsLast
    /// `[1, C * H * W]`, flattened from `[1, C, H, W]`
    case flat
    /// `[1, H * W * C]`, flattened from `[1, H, W, C]`
    case flatChannelsLast
  }

  var value: FloatGraph.ValueID
  var shape: Shape
  var form: Form

  /// The dimensions that the ONNX graph sees.
  var dimensions: [Int] {
    switch form {
    case .channelsFirst: [1, shape.channels, shape.height, shape.width]
    case .channelsLast: [1, shape.height, shape.width, shape.channels]
    case .flat, .flatChannelsLast: [1, shape.count]
    }
  }

  var isFlat: Bool { form == .flat || form == .flatChannelsLast }
  var isPoint: Bool { shape.height == 1 && shape.width == 1 }

  /// The same activation in a form of rank 2.
  var flattened: Activation {
    var copy = self
    if form == .channelsFirst { copy.form = .flat }
    if form == .channelsLast { copy.form = .flatChannelsLast }
    return copy
  }

  /// The axis of the ONNX tensor that holds the channels; nil where they are flattened with the
  /// pixels.
  var channelAxis: Int? {
    switch form {
    case .channelsFirst: 1
    case .channelsLast: 3
    case .flat, .flatChannelsLast: isPoint ? 1 : nil
    }
  }
}
