// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@Suite("Float executor")
struct FloatExecutorTests {
  private static func values(_ count: Int, seed: UInt64) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Double(state >> 40) / 8_388_608 - 1)
    }
  }

  private static func graph(
    _ operations: [(FloatOperation, [Int], Shape)], input: Shape
  ) -> FloatGraph {
    var values = [FloatGraph.Value(name: "input", shape: input)]
    var nodes: [FloatNode] = []
    for (index, (operation, inputs, shape)) in operations.enumerated() {
      values.append(FloatGraph.Value(name: "v\(index)", shape: shape))
      nodes.append(
        FloatNode(name: "n\(index)", operation: operation, inputs: inputs, output: index + 1))
    }
    return FloatGraph(values: values, nodes: nodes, input: 0, output: operations.count)
  }

  private static func convolution(
    _ window: FloatWindow, groups: Int, inputs: Int, outputs: Int
  ) -> FloatConvolution {
    let count = outputs * window.kernelHeight * window.kernelWidth * inputs / groups
    return FloatConvolution(
      window: window, groups: groups, inputChannels: inputs, outputChannels: outputs,
      weights: values(count, seed: 3), bias: values(outputs, seed: 5))
  }

  struct Geometry: Sendable, CustomTestStringConvertible {
    var kernel: (height: Int, width: Int)
    var stride = 1
    var pads = (top: 0, left: 0, bottom: 0, right: 0)
    var dilation = 1
    var groups = 1
    var inputs: Int
    var outputs: Int
    var size: (height: Int, width: Int)

    var window: FloatWindow {
      var window = FloatWindow(kernelHeight: kernel.height, kernelWidth: kernel.width)
      (window.strideY, window.strideX) = (stride, stride)
      (window.padTop, window.padLeft) = (pads.top, pads.left)
      (window.padBottom, window.padRight) = (pads.bottom, pads.right)
      (window.dilationY, window.dilationX) = (dilation, dilation)
      return window
    }

    var testDescription: String {
      "\(size) x \(inputs) -> \(outputs), kernel \(kernel), stride \(stride), pads \(pads), "
        + "dilation \(dilation), groups \(groups)"
    }
  }

  static let geometries: [Geometry] = [
    Geometry(kernel: (1, 1), inputs: 1, outputs: 1, size: (1, 1)),
    Geometry(kernel: (1, 1), inputs: 5, outputs: 7, size: (1, 5)),
    Geometry(kernel: (1, 1), inputs: 3, outputs: 8, size: (2, 3)),
    Geometry(kernel: (1, 1), inputs: 13, outputs: 9, size: (7, 1)),
    Geometry(kernel: (1, 1), inputs: 4, outputs: 17, size: (5, 5)),
    Geometry(kernel: (1, 1), stride: 2, inputs: 4, outputs: 15, size: (6, 5)),
    Geometry(
      kernel: (3, 3), stride: 2, pads: (0, 0, 1, 1), inputs: 3, outputs: 16, size: (9, 11)),
    Geometry(kernel: (3, 2), pads: (2, 1, 0, 3), inputs: 2, outputs: 3, size: (4, 7)),
    Geometry(kernel: (3, 3), pads: (2, 2, 2, 2), dilation: 2, inputs: 3, outputs: 5, size: (6, 5)),
    Geometry(kernel: (5, 7), inputs: 3, outputs: 11, size: (5, 7)),
    Geometry(kernel: (2, 2), pads: (9, 0, 0, 9), inputs: 2, outputs: 2, size: (2, 2)),
    Geometry(kernel: (3, 3), pads: (1, 1, 1, 1), groups: 2, inputs: 6, outputs: 4, size: (5, 4)),
    Geometry(kernel: (3, 3), groups: 3, inputs: 3, outputs: 6, size: (5, 4)),
    Geometry(kernel: (3, 3), pads: (1, 1, 1, 1), groups: 15, inputs: 15, outputs: 15, size: (4, 5)),
    Geometry(
      kernel: (5, 5), stride: 2, pads: (1, 2, 2, 1), groups: 17, inputs: 17, outputs: 17,
      size: (7, 6)),
    Geometry(
      kernel: (3, 3), pads: (3, 3, 3, 3), dilation: 3, groups: 16, inputs: 16, outputs: 16,
      size: (4, 4)),
  ]

  /// The definition of a convolution, in binary64.
  private static func defined(
    _ convolution: FloatConvolution, _ input: [Float], _ size: Shape, _ result: Shape
  ) -> [Double] {
    let (window, depth) = (convolution.window, convolution.inputChannels / convolution.groups)
    let perGroup = convolution.outputChannels / convolution.groups
    var output: [Double] = []
    for y in 0..<result.height {
      for x in 0..<result.width {
        for channel in 0..<result.channels {
          var sum = Double(convolution.bias[channel])
          for tapY in 0..<window.kernelHeight {
            for tapX in 0..<window.kernelWidth {
              let row = y * window.strideY - window.padTop + tapY * window.dilationY
              let column = x * window.strideX - window.padLeft + tapX * window.dilationX
              guard (0..<size.height).contains(row), (0..<size.width).contains(column) else {
                continue
              }
              for index in 0..<depth {
                let from = channel / perGroup * depth + index
                let weight = ((channel * window.kernelHeight + tapY) * window.kernelWidth + tapX)
                sum +=
                  Double(convolution.weights[weight * depth + index])
                  * Double(input[(row * size.width + column) * size.channels + from])
              }
            }
          }
          output.append(sum)
        }
      }
    }
    return output
  }

  /// The tolerance is that of at most 125 binary32 products of numbers below 1.
  @Test("a convolution is its definition", arguments: geometries)
  func convolution(_ geometry: Geometry) throws {
    let size = Shape(
      height: geometry.size.height, width: geometry.size.width, channels: geometry.inputs)
    let window = geometry.window
    let out = try #require(window.outputSize(of: size))
    let result = Shape(height: out.height, width: out.width, channels: geometry.outputs)
    let convolution = Self.convolution(
      window, groups: geometry.groups, inputs: geometry.inputs, outputs: geometry.outputs)
    let graph = Self.graph([(.convolution(convolution), [0], result)], input: size)
    let input = Self.values(size.count, seed: 11)
    let expected = Self.defined(convolution, input, size, result)
    let output = try FloatExecutor(graph: graph, threads: 1).run(input)
    try #require(output.count == expected.count)
    for (found, wanted) in zip(output, expected) { #expect(abs(Double(found) - wanted) < 1e-5) }
    for threads in [2, 3, 8] {
      #expect(try FloatExecutor(graph: graph, threads: threads).run(input) == output)
    }
  }

  /// input -> relu -> add(relu, input) -> convolution -> clamp -> global average
  private static let residual: FloatGraph = {
    let (size, wide) = (
      Shape(height: 6, width: 5, channels: 3), Shape(height: 6, width: 5, channels: 9)
    )
    let point = convolution(
      FloatWindow(kernelHeight: 1, kernelWidth: 1), groups: 1, inputs: 3, outputs: 9)
    return graph(
      [
        (.clamp(lower: 0, upper: .infinity), [0], size), (.add, [1, 0], size),
        (.convolution(point), [2], wide), (.clamp(lower: 0, upper: 1), [3], wide),
        (
          .averagePool(FloatWindow(kernelHeight: 6, kernelWidth: 5), countsPadding: false), [4],
          Shape(height: 1, width: 1, channels: 9)
        ),
      ], input: size)
  }()

  @Test("every activation is visited once, in order, before it is overwritten")
  func visits() throws {
    let executor = FloatExecutor(graph: Self.residual, threads: 2)
    let input = Self.values(90, seed: 2)
    var seen: [(id: Int, values: [Float])] = []
    let output = try executor.run(input) { id, values in seen.append((id, Array(values))) }
    #expect(seen.map(\.id) == [0, 1, 2, 3, 4, 5])
    #expect(seen.map(\.values.count) == Self.residual.values.map(\.shape.count))
    #expect(seen[0].values == input)
    #expect(seen[1].values == input.map { max($0, 0) })
    #expect(seen[2].values == input.map { max($0, 0) + $0 })
    #expect(seen[4].values == seen[3].values.map { min(max($0, 0), 1) })
    #expect(seen[3].values.contains { $0 < 0 })
    #expect(seen[5].values == output)
    #expect(try executor.run(input) == output)
  }

  @Test("an error of the visitor ends the run")
  func visitorThrows() {
    struct Stop: Error {}
    let executor = FloatExecutor(graph: Self.residual, threads: 1)
    #expect(throws: Stop.self) {
      try executor.run(Self.values(90, seed: 2)) { id, _ in if id == 3 { throw Stop() } }
    }
  }

  @Test("an input of the wrong length is refused")
  func wrongInput() {
    let executor = FloatExecutor(graph: Self.residual, threads: 1)
    #expect(throws: FloatExecutor.WrongInput.self) { try executor.run([1, 2, 3]) }
  }

  @Test("one executor serves several tasks at a time")
  func concurrentRuns() async throws {
    let executor = FloatExecutor(graph: Self.residual, threads: 2)
    let inputs = (0..<8).map { Self.values(90, seed: $0) }
    let expected = try inputs.map { try executor.run($0) }
    try await withThrowingTaskGroup(of: (Int, [Float]).self) { group in
      for (index, input) in inputs.enumerated() {
        group.addTask { (index, try executor.run(input)) }
      }
      for try await (index, output) in group { #expect(output == expected[index]) }
    }
  }

  @Test("a window at the border counts what the file format says")
  func poolsAtTheBorder() throws {
    var window = FloatWindow(kernelHeight: 2, kernelWidth: 2)
    (window.padTop, window.padLeft) = (1, 1)
    let size = Shape(height: 2, width: 2, channels: 1)
    func run(_ operation: FloatOperation) throws -> [Float] {
      try FloatExecutor(graph: Self.graph([(operation, [0], size)], input: size), threads: 1)
        .run([-4, -8, -2, -6])
    }
    #expect(try run(.averagePool(window, countsPadding: false)) == [-4, -6, -3, -5])
    #expect(try run(.averagePool(window, countsPadding: true)) == [-1, -3, -1.5, -5])
    #expect(try run(.maxPool(window)) == [-4, -4, -2, -2])
  }
}
