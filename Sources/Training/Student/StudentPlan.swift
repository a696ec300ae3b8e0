// SPDX-License-Identifier: Apache-2.0
import Quantize

/// A student's backbone as layers, from the picture to its pooled features.
///
/// Batch normalizations are folded into the convolutions before them, which trains them as frozen
/// ones (published for ResNet-50) and leaves pictures of a batch independent of each other.
struct StudentPlan: Sendable {
  enum Operation: Sendable {
    case pointwise(Linear, pixels: Int)
    case dense(Convolution)
    case depthwise(DepthwiseConvolution)
    case clipped(ClippedLinear)
    case add
    case globalPool(GlobalAveragePool)
  }

  struct Node: Sendable {
    var name: String
    var operation: Operation
    var inputs: [Int]
    var output: Int
    /// Of the parameters; empty for layers without any.
    var weights = 0..<0
    var bias = 0..<0
  }

  private(set) var nodes: [Node] = []
  /// Floats of each value, for one picture.
  private(set) var sizes: [Int]
  let input: Int
  /// The value that holds the pooled features.
  private(set) var features: Int
  /// F.
  var featureCount: Int { sizes[features] }
  /// Height and width of the input, three channels.
  let inputHeight: Int
  let inputWidth: Int
  /// In the order of the nodes; depthwise weights as `[height][width][channels]`.
  private(set) var parameters: [Float] = []

  /// - Parameter source: the ONNX file's name, for errors.
  init(_ graph: FloatGraph, source: String) throws(TrainingError) {
    let graph = GraphOptimizer.optimize(graph)
    sizes = graph.values.map(\.shape.count)
    input = graph.input
    let shape = graph.values[graph.input].shape
    (inputHeight, inputWidth) = (shape.height, shape.width)
    features = graph.output
    var nodes = graph.nodes
    // The classifier: a fully connected layer at the end.
    if let last = nodes.last, case .convolution = last.operation, last.output == graph.output,
      graph.values[last.inputs[0]].shape.height == 1, graph.values[last.inputs[0]].shape.width == 1
    {
      features = last.inputs[0]
      nodes.removeLast()
    }
    guard graph.values[features].shape.height == 1, graph.values[features].shape.width == 1,
      shape.channels == 3
    else {
      throw TrainingError(
        "\(source): the student does not lead from a colour picture to pooled features; export it "
          + "with its global average pool")
    }
    for node in nodes { try add(node, graph, source) }
  }

  private mutating func add(
    _ node: FloatNode, _ graph: FloatGraph, _ source: String
  ) throws(TrainingError) {
    let shape = graph.values[node.inputs[0]].shape
    func unsupported(_ what: String) -> TrainingError {
      TrainingError("\(source): node \(node.name): \(what) cannot be trained yet")
    }
    var result = Node(name: node.name, operation: .add, inputs: node.inputs, output: node.output)
    switch node.operation {
    case .convolution(let convolution): try add(convolution, shape, &result, unsupported)
    case .clamp(let lower, let upper):
      guard lower == 0 else { throw unsupported("a clamp that does not begin at 0") }
      result.operation = .clipped(ClippedLinear(limit: upper))
    case .add: break
    case .averagePool(let window, _):
      guard window.kernelHeight == shape.height, window.kernelWidth == shape.width else {
        throw unsupported("an average pool that is not global")
      }
      result.operation = .globalPool(
        GlobalAveragePool(pixels: shape.height * shape.width, channels: shape.channels))
    case .scaleShift: throw unsupported("a batch normalization without a convolution before it")
    case .maxPool: throw unsupported("a maximum pool")
    case .pad: throw unsupported("a padding of its own")
    }
    nodes.append(result)
  }

  private mutating func add(
    _ convolution: FloatConvolution, _ shape: Shape, _ node: inout Node,
    _ unsupported: (String) -> TrainingError
  ) throws(TrainingError) {
    let form = convolution.window
    guard form.dilationX == 1, form.dilationY == 1 else { throw unsupported("a dilation") }
    let window = Window(
      inputHeight: shape.height, inputWidth: shape.width, channels: shape.channels,
      kernel: (form.kernelHeight, form.kernelWidth), stride: (form.strideY, form.strideX),
      pads: (form.padTop, form.padLeft, form.padBottom, form.padRight))
    var weights = convolution.weights
    if convolution.isDepthwise {
      node.operation = .depthwise(DepthwiseConvolution(window))
      weights = Self.transposed(weights, rows: shape.channels, columns: window.taps)
    } else if convolution.groups > 1 {
      throw unsupported("a convolution of \(convolution.groups) groups")
    } else if window.kernel == (1, 1) && window.stride == (1, 1) && window.pads == (0, 0, 0, 0) {
      node.operation = .pointwise(
        Linear(inputs: shape.channels, outputs: convolution.outputChannels),
        pixels: shape.height * shape.width)
    } else {
      node.operation = .dense(Convolution(window, outputs: convolution.outputChannels))
    }
    node.weights = append(weights)
    node.bias = append(convolution.bias)
  }

  private mutating func append(_ values: [Float]) -> Range<Int> {
    let start = parameters.count
    parameters += values
    return start..<parameters.count
  }

  /// `[rows][columns]` to `[columns][rows]`.
  static func transposed(_ values: [Float], rows: Int, columns: Int) -> [Float] {
    var result = values
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return result
  }
}
