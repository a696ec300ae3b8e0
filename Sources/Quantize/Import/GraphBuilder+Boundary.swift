// SPDX-License-Identifier: Apache-2.0

extension GraphBuilder {
  /// Names every operator of the graph that cannot be imported, before anything else is read.
  func checkOperators(_ graph: Swiftlet_Onnx_Graph) throws {
    var counts: [String: Int] = [:]
    var first: NodeReader?
    for node in graph.node {
      let isStandard = node.domain.isEmpty || node.domain == "ai.onnx"
      if isStandard, OperatorTable.entries[node.opType] != nil { continue }
      first = first ?? NodeReader(node: node, source: source)
      counts[isStandard ? node.opType : "\(node.domain).\(node.opType)", default: 0] += 1
    }
    guard let first else { return }
    let all = counts.sorted { $0.key < $1.key }.prefix(16).map { "\($0.key) (\($0.value))" }
      .joined(separator: ", ")
    throw first.failure(
      "this operator is not supported. Unsupported in this file: \(all). Supported: "
        + OperatorTable.names.joined(separator: ", "),
      advice: OperatorTable.advice[first.node.opType]
        ?? "replace it in the student, or export with standard operators")
  }

  /// The one graph input that is not an initializer.
  func readInput(_ graph: Swiftlet_Onnx_Graph) throws -> (name: String, activation: Activation) {
    let inputs = graph.input.filter { initializer($0.name) == nil }
    guard inputs.count == 1, let info = inputs.first, !info.name.isEmpty else {
      throw failure(
        "the graph has \(inputs.count) inputs", "export a student that takes one picture")
    }
    let what = "the input '\(info.name)'"
    guard [0, 1, 10, 11, 16].contains(info.type.tensorType.elemType) else {
      throw failure("\(what) is not of floats", "export the student with a float32 input")
    }
    let dimensions = info.type.tensorType.shape.dim.map { Int($0.dimValue) }
    guard dimensions.count == 4 || dimensions.count == 2 else {
      throw failure(
        "\(what) has \(dimensions.count) dimensions",
        "export a student that takes a picture, [1, channels, height, width]")
    }
    // A batch that is left open has no value: 0.
    guard dimensions[0] <= 1 else {
      throw failure("\(what) has a batch of \(dimensions[0])", "export the student with batch 1")
    }
    let isLast = dimensions.count == 4 && isChannelsLast(graph, info.name)
    let sides = dimensions.count == 2 ? [dimensions[1], 1, 1] : Array(dimensions[1...])
    let shape =
      isLast
      ? Shape(height: sides[0], width: sides[1], channels: sides[2])
      : Shape(height: sides[1], width: sides[2], channels: sides[0])
    guard Self.isAccepted(shape) else {
      throw failure(
        "\(what) has shape \(dimensions.brief); every dimension but the first must be fixed, and "
          + "at most \(Self.maximumDimension)", "export the student with the picture's size fixed")
    }
    if dimensions.count == 2 {
      return (info.name, Activation(value: 0, shape: shape, axes: [[], [.channel]]))
    }
    if isLast {
      return (
        info.name, Activation(value: 0, shape: shape, axes: [[], [.height], [.width], [.channel]])
      )
    }
    return (info.name, .picture(0, shape))
  }

  /// Whether all readers of the input turn it from channels last to channels first.
  private func isChannelsLast(_ graph: Swiftlet_Onnx_Graph, _ name: String) -> Bool {
    let readers = graph.node.filter { $0.input.contains(name) }
    return !readers.isEmpty
      && readers.allSatisfy { node in
        node.opType == "Transpose"
          && node.attribute.first { $0.name == "perm" }?.ints == [0, 3, 1, 2]
      }
  }

  /// The one graph output: a vector, or a picture.
  func readOutput(_ graph: Swiftlet_Onnx_Graph) throws -> FloatGraph.ValueID {
    guard graph.output.count == 1, let name = graph.output.first?.name else {
      throw failure("the graph has \(graph.output.count) outputs", "export a student with one")
    }
    guard case .activation(let output)? = operand(named: name), output.value != 0 else {
      throw failure("no node computes the output '\(name)'", "export the student again")
    }
    let flat = output.axes.flatMap { $0 }
    guard output.isPicture || flat.isEmpty || flat == [.channel] else {
      throw failure(
        "the output '\(name)' of shape \(output.dimensions.brief) is a picture in another order",
        "export a student that gives logits, [1, classes]")
    }
    return output.value
  }

  private func failure(_ problem: String, _ advice: String) -> ImportError {
    ImportError(source: source, problem: problem, advice: advice)
  }
}
