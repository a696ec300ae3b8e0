// SPDX-License-Identifier: Apache-2.0

/// A float network in execution order: what the importer makes, the float executor runs and the
/// quantizer reads. Activations have batch 1 and layout NHWC; weights are OHWI.
///
/// A fully connected layer is a convolution whose kernel covers its whole input, so that a
/// flattening in NCHW order disappears into the order of its weights.
package struct FloatGraph: Sendable {
  /// One activation tensor.
  package struct Value: Sendable, Equatable {
    package var name: String
    package var shape: Shape

    package init(name: String, shape: Shape) {
      self.name = name
      self.shape = shape
    }
  }

  /// Index into `values`.
  package typealias ValueID = Int

  package var values: [Value]
  /// Every value but `input` is the output of exactly one node, which comes before its readers.
  package var nodes: [FloatNode]
  package var input: ValueID
  package var output: ValueID

  package init(values: [Value], nodes: [FloatNode], input: ValueID, output: ValueID) {
    self.values = values
    self.nodes = nodes
    self.input = input
    self.output = output
  }
}

/// Height, width and channels of an activation.
package struct Shape: Sendable, Hashable {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  package var count: Int { height * width * channels }
}

/// One operation, its inputs and its one output.
package struct FloatNode: Sendable {
  /// The node's name in the source file, for messages and reports.
  package var name: String
  package var operation: FloatOperation
  package var inputs: [FloatGraph.ValueID]
  package var output: FloatGraph.ValueID

  package init(
    name: String, operation: FloatOperation, inputs: [FloatGraph.ValueID],
    output: FloatGraph.ValueID
  ) {
    self.name = name
    self.operation = operation
    self.inputs = inputs
    self.output = output
  }
}

/// What a node computes.
package enum FloatOperation: Sendable {
  case convolution(FloatConvolution)
  /// `y = x * scale[c] + shift[c]`: a batch normalization in inference form.
  case scaleShift(scale: [Float], shift: [Float])
  /// `y = min(max(x, lower), upper)`; ReLU is `0 ... +infinity`.
  case clamp(lower: Float, upper: Float)
  /// Sum of two tensors of one shape.
  case add
  /// A global average pool has a window that covers its input.
  case averagePool(FloatWindow, countsPadding: Bool)
  case maxPool(FloatWindow)
  case pad(top: Int, left: Int, bottom: Int, right: Int, value: Float)
}

/// Kernel, strides, zero padding and dilation of a sliding window.
package struct FloatWindow: Sendable, Hashable {
  package var kernelHeight: Int
  package var kernelWidth: Int
  package var strideY = 1
  package var strideX = 1
  package var padTop = 0
  package var padLeft = 0
  package var padBottom = 0
  package var padRight = 0
  package var dilationY = 1
  package var dilationX = 1

  package init(kernelHeight: Int, kernelWidth: Int) {
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
  }

  /// The height and width of the output for an input of `shape`; nil if the window does not fit.
  package func outputSize(of shape: Shape) -> (height: Int, width: Int)? {
    let rows = shape.height + padTop + padBottom - dilationY * (kernelHeight - 1) - 1
    let columns = shape.width + padLeft + padRight - dilationX * (kernelWidth - 1) - 1
    guard rows >= 0, columns >= 0 else { return nil }
    return (rows / strideY + 1, columns / strideX + 1)
  }
}

/// A convolution with zero padding: `y = sum(x * weights) + bias`.
package struct FloatConvolution: Sendable {
  package var window: FloatWindow
  package var groups: Int
  package var inputChannels: Int
  package var outputChannels: Int
  /// OHWI: `[outputChannels][kernelHeight][kernelWidth][inputChannels / groups]`.
  package var weights: [Float]
  /// `[outputChannels]`.
  package var bias: [Float]

  package init(
    window: FloatWindow, groups: Int, inputChannels: Int, outputChannels: Int, weights: [Float],
    bias: [Float]
  ) {
    self.window = window
    self.groups = groups
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.weights = weights
    self.bias = bias
  }

  /// One filter for each input channel.
  package var isDepthwise: Bool {
    groups > 1 && groups == inputChannels && outputChannels == inputChannels
  }
}
