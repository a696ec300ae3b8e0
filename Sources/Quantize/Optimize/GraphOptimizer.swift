// SPDX-License-Identifier: Apache-2.0

/// Rewrites a float graph into an equal one with fewer operations: identities go, constant scales
/// and shifts move into the convolutions before them, zero padding into the windows behind it.
package enum GraphOptimizer {
  /// The passes, repeated until none of them finds anything; then unused values are dropped.
  package static func optimize(_ graph: FloatGraph) -> FloatGraph {
    var graph = graph
    let passes: [(inout FloatGraph) -> Bool] = [
      removeIdentities, joinClamps, foldScaleShift, foldPads, removeUnread,
    ]
    var changed = true
    while changed {
      changed = false
      for pass in passes where pass(&graph) { changed = true }
    }
    replaceScaleShift(&graph)
    return compacted(graph)
  }

  /// Drops nodes that return their input as it is; their readers read the input.
  static func removeIdentities(_ graph: inout FloatGraph) -> Bool {
    guard let index = graph.nodes.firstIndex(where: { isIdentity($0, in: graph) }) else {
      return false
    }
    let node = graph.nodes[index]
    // A graph whose output is its input has nothing to run; leave that node.
    guard !(node.output == graph.output && node.inputs[0] == graph.input) else { return false }
    graph.nodes.remove(at: index)
    graph.redirect(node.output, to: node.inputs[0])
    return true
  }

  private static func isIdentity(_ node: FloatNode, in graph: FloatGraph) -> Bool {
    switch node.operation {
    case .clamp(let lower, let upper):
      lower == -.infinity && upper == .infinity
    case .pad(let top, let left, let bottom, let right, _):
      top == 0 && left == 0 && bottom == 0 && right == 0
    case .scaleShift(let scale, let shift):
      scale.allSatisfy { $0 == 1 } && shift.allSatisfy { $0 == 0 }
    case .averagePool(let window, _), .maxPool(let window):
      window == FloatWindow(kernelHeight: 1, kernelWidth: 1)
    case .convolution, .add:
      false
    }
  }

  /// `clamp(clamp(x, a, b), c, d)` is one clamp, when nobody else reads the inner one.
  static func joinClamps(_ graph: inout FloatGraph) -> Bool {
    for (index, node) in graph.nodes.enumerated() {
      guard case .clamp(let lower, let upper) = node.operation,
        let inner = graph.soleProducer(of: node),
        case .clamp(let innerLower, let innerUpper) = graph.nodes[inner].operation
      else { continue }
      func limit(_ x: Float) -> Float { min(max(x, lower), upper) }
      graph.nodes[index].operation = .clamp(lower: limit(innerLower), upper: limit(innerUpper))
      graph.nodes[index].inputs = graph.nodes[inner].inputs
      graph.nodes.remove(at: inner)
      return true
    }
    return false
  }

  /// `(w * x + b) * scale + shift` is a convolution with other weights and another bias.
  static func foldScaleShift(_ graph: inout FloatGraph) -> Bool {
    for (index, node) in graph.nodes.enumerated() {
      guard case .scaleShift(let scale, let shift) = node.operation,
        let producer = graph.soleProducer(of: node),
        case .convolution(var convolution) = graph.nodes[producer].operation
      else { continue }
      let length = convolution.weights.count / convolution.outputChannels
      for channel in 0..<convolution.outputChannels {
        for i in channel * length..<(channel + 1) * length {
          convolution.weights[i] *= scale[channel]
        }
        convolution.bias[channel] = convolution.bias[channel] * scale[channel] + shift[channel]
      }
      graph.nodes[producer].operation = .convolution(convolution)
      graph.nodes[producer].output = node.output
      graph.nodes.remove(at: index)
      return true
    }
    return false
  }

  /// What is left of the scales and shifts becomes 1x1 convolutions, a filter a channel.
  static func replaceScaleShift(_ graph: inout FloatGraph) {
    for (index, node) in graph.nodes.enumerated() {
      guard case .scaleShift(let scale, let shift) = node.operation else { continue }
      let window = FloatWindow(kernelHeight: 1, kernelWidth: 1)
      let convolution = FloatConvolution(
        window: window, groups: scale.count, inputChannels: scale.count,
        outputChannels: scale.count, weights: scale, bias: shift)
      graph.nodes[index].operation = .convolution(convolution)
    }
  }

  /// Drops nodes whose output nobody reads.
  static func removeUnread(_ graph: inout FloatGraph) -> Bool {
    let read = Set(graph.nodes.flatMap(\.inputs)).union([graph.output])
    let before = graph.nodes.count
    graph.nodes.removeAll { !read.contains($0.output) }
    return graph.nodes.count != before
  }

  /// The graph without the values that no node touches any more.
  static func compacted(_ graph: FloatGraph) -> FloatGraph {
    let used = Set(graph.nodes.map(\.output)).union([graph.input, graph.output])
    let kept = graph.values.indices.filter { used.contains($0) }
    let renumbered = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    func new(_ id: FloatGraph.ValueID) -> FloatGraph.ValueID { renumbered[id] ?? id }
    return FloatGraph(
      values: kept.map { graph.values[$0] },
      nodes: graph.nodes.map {
        FloatNode(
          name: $0.name, operation: $0.operation, inputs: $0.inputs.map(new), output: new($0.output)
        )
      },
      input: new(graph.input), output: new(graph.output))
  }
}

extension FloatGraph {
  /// The nodes that read a value, once for each operand.
  func readers(of value: ValueID) -> [Int] {
    nodes.indices.flatMap { index in
      nodes[index].inputs.filter { $0 == value }.map { _ in index }
    }
  }

  /// The node that makes `node`'s first input, if nobody else reads that and it is not the output.
  func soleProducer(of node: FloatNode) -> Int? {
    let value = node.inputs[0]
    guard value != output, readers(of: value).count == 1 else { return nil }
    return nodes.firstIndex { $0.output == value }
  }

  /// Everybody who reads `old` reads `new` instead.
  mutating func redirect(_ old: ValueID, to new: ValueID) {
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { $0 == old ? new : $0 }
    }
    if output == old { output = new }
  }
}
