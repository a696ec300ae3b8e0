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
    case clipped
    case add
    case globalPool(GlobalAveragePool)
    case averagePool(AveragePool)
    case maxPool(MaxPool)
  }

  struct Node: Sendable {
    var name: String
    var operation: Operation
    var inputs: [Int]
    var output: Int
    /// Of the parameters; empty for layers without any.
    var weights = 0..<0
    var bias = 0..<0
    /// Where given, the output is clipped to `0...limit`, infinite for ReLU.
    var limit: Float?
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

  private(set) var memory = StudentMemory(nodes: [], sizes: [], input: 0)

  /// - Parameter source: the ONNX file's name, for errors.
  init(_ graph: FloatGraph, source: String) throws(TrainingError) {
    let fused = FusedGraph(GraphOptimizer.optimize(graph))
    let graph = fused.source
    sizes = graph.values.map(\.shape.count)
    input = graph.input
    let shape = graph.values[graph.input].shape
    (inputHeight, inputWidth) = (shape.height, shape.width)
    features = graph.output
    var nodes = fused.nodes
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
    memory = StudentMemory(nodes: self.nodes, sizes: sizes, input: input)
  }

  /// Floats of the scratch memory that a dense convolution needs.
  var scratchCount: Int {
    let counts = nodes.map { node in
      if case .dense(let layer) = node.operation { return layer.scratchCount }
      return 0
    }
    return counts.max() ?? 0
  }

  private mutating func add(
    _ node: FusedGraph.Node, _ graph: FloatGraph, _ source: String
  ) throws(TrainingError) {
    let shape = graph.values[node.inputs[0]].shape
    func unsupported(_ what: String) -> TrainingError {
      TrainingError("\(source): node \(node.name): \(what) cannot be trained yet")
    }
    var result = Node(name: node.name, operation: .add, inputs: node.inputs, output: node.output)
    var (lower, upper) = (node.lower, node.upper)
    switch node.operation {
    case .convolution(let convolution): try add(convolution, shape, &result, unsupported)
    case .clamp(let least, let most):
      (lower, upper) = (least, most)
      result.operation = .clipped
    case .add: break
    case .averagePool(let form, let countsPadding):
      let isGlobal = (form.kernelHeight, form.kernelWidth) == (shape.height, shape.width)
      result.operation =
        isGlobal
        ? .globalPool(
          GlobalAveragePool(pixels: shape.height * shape.width, channels: shape.channels))
        : .averagePool(
          AveragePool(try window(form, shape, unsupported), countsPadding: countsPadding))
    case .maxPool(let form):
      result.operation = .maxPool(MaxPool(try window(form, shape, unsupported)))
    case .scaleShift: throw unsupported("a batch normalization without a convolution before it")
    case .pad: throw unsupported("a padding of its own")
    }
    if lower > -.infinity || upper < .infinity {
      guard lower == 0 else { throw unsupported("a clamp that does not begin at 0") }
      result.limit = upper
    }
    nodes.append(result)
  }

  private func window(
    _ form: FloatWindow, _ shape: Shape, _ unsupported: (String) -> TrainingError
  ) throws(TrainingError) -> Window {
    guard form.dilationX == 1, form.dilationY == 1 else { throw unsupported("a dilation") }
    return Window(
      inputHeight: shape.height, inputWidth: shape.width, channels: shape.channels,
      kernel: (form.kernelHeight, form.kernelWidth), stride: (form.strideY, form.strideX),
      pads: (form.padTop, form.padLeft, form.padBottom, form.padRight))
  }

  private mutating func add(
    _ convolution: FloatConvolution, _ shape: Shape, _ node: inout Node,
    _ unsupported: (String) -> TrainingError
  ) throws(TrainingError) {
    let window = try window(convolution.window, shape, unsupported)
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
