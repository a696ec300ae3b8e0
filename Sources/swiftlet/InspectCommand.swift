// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Runtime

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print what is in a model file.",
    discussion: """
      --memory shows what a frame needs on this machine: the bytes that live while each node \
      runs, the node of the peak, each thread's scratch, weights read from the mapped file, and \
      copies of weights in the order of a kernel.
      Examples:
        swiftlet inspect model.swiftlet
        swiftlet inspect model.swiftlet --memory --threads 2
        swiftlet inspect model.swiftlet --json
      """)

  @Argument(help: "The model file.")
  var model: String

  @Flag(help: "Show where memory goes, node by node, instead.")
  var memory = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var engine: EngineArguments

  func run() throws {
    let engine = try ModelFiles.naming(model) { () throws(RuntimeError) in
      try Engine.make(Model.open(model), options: self.engine.options)
    }
    if json {
      print(object(engine).line)
    } else if memory {
      printMemory(engine)
    } else {
      printTable(engine)
    }
  }

  // MARK: - Table

  private func printTable(_ engine: borrowing Engine) {
    let tensors = engine.model.tensors
    let (input, output) = (engine.model.input, engine.model.output)
    print("model        \(model), \(engine.model.byteCount) bytes")
    for index in 0..<engine.model.originCount {
      let (key, value) = engine.model.origin(index)
      print("\(key.count < 12 ? pad(key, 12) : key) \(value)")
    }
    print("input        \(describe(input)), \(describe(engine.model.preprocessing))")
    print("output       \(describe(output)), \(engine.model.labelCount) labels")
    if let classes = engine.model.classes {
      let negatives = classes.negativeCount > 0 ? ", \(classes.negativeCount) negative" : ""
      print(
        "classes      \(classes.classCount) embeddings of \(classes.width) bytes\(negatives), "
          + "logit scale \(classes.logitScale)")
      if classes.hasOffsets {
        let count = (0..<classes.rowCount).count { engine.model.classOffset($0) != 0 }
        print("offsets      \(count) classes have one; swiftlet labels MODEL offset shows them")
      }
      print("unknown      \(classes.rejection.map(LabelsCommand.describe) ?? "no threshold")")
    }
    let operations = (0..<engine.model.nodes.count).map { engine.multiplyAccumulates($0) }
    print("work         \(fixed(Double(operations.reduce(0, +)) / 1e6, 2)) M multiply-accumulates")
    print("activations  \(engine.activationByteCount) bytes at most")
    print("")
    var table = TextTable(
      ["node", "operator", "output", "kernel", "range", "M MAC", "name"],
      rightAligned: [0, 5])
    for (index, node) in engine.model.nodes.enumerated() {
      table.append([
        String(index), String(describing: node.operation), describe(tensors[node.output]),
        window(node), range(tensors[node.output]), fixed(Double(operations[index]) / 1e6, 2),
        engine.model.nodeName(index),
      ])
    }
    print(table.text)
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  func describe(_ tensor: TensorRecord) -> String {
    let type = tensor.elementType == .float32 ? "f32" : tensor.upper == 127 ? "u7" : "u8"
    return "\(tensor.height)x\(tensor.width)x\(tensor.channels) \(type)"
  }

  private func describe(_ record: PreprocessingRecord) -> String {
    let rule =
      record.resizeRule == .squash
      ? "squashed" : "shorter side to \(record.resizeSize), centre crop"
    let channels = record.colourOrder == .grey ? 1 : 3
    let means = (0..<channels).map { shortened(record.mean[$0]) }.joined(separator: " ")
    let deviations = (0..<channels).map { shortened(record.deviation[$0]) }
      .joined(separator: " ")
    return "\(rule), \(record.colourOrder), mean \(means), deviation \(deviations)"
  }

  private func shortened(_ value: Float) -> String {
    value == value.rounded() ? fixed(Double(value), 0) : fixed(Double(value), 3)
  }

  private func window(_ node: NodeRecord) -> String {
    guard node.kernelHeight > 0 else { return "-" }
    let stride =
      node.strideY == node.strideX ? "\(node.strideY)" : "\(node.strideY)x\(node.strideX)"
    return "\(node.kernelHeight)x\(node.kernelWidth)/\(stride)"
  }

  private func range(_ tensor: TensorRecord) -> String {
    guard tensor.elementType == .uint8 else { return "real" }
    let lower = Double(tensor.scale) * Double(-tensor.zeroPoint)
    let upper = Double(tensor.scale) * Double(tensor.upper - tensor.zeroPoint)
    return "\(fixed(lower, 2))...\(fixed(upper, 2))"
  }

  // MARK: - JSON

  private func object(_ engine: borrowing Engine) -> JSONText {
    let nodes = engine.model.nodes.indices.map { object(engine, node: $0) }
    let origin = (0..<engine.model.originCount).map { index in
      let (key, value) = engine.model.origin(index)
      return (key, JSONText.string(value))
    }
    let labels = (0..<engine.model.labelCount).map { JSONText.string(engine.model.label($0)) }
    return .object([
      ("path", .string(model)), ("byteCount", .integer(engine.model.byteCount)),
      ("origin", .object(origin)), ("input", object(engine.model.input)),
      ("output", object(engine.model.output)),
      ("preprocessing", object(engine.model.preprocessing)),
      ("memory", object(engine.memory)), ("nodes", .array(nodes)),
      ("labels", .array(labels)), ("classes", object(engine.model.classes)),
    ])
  }

  private func object(_ classes: ClassesRecord?) -> JSONText {
    guard let classes else { return .null }
    return .object([
      ("count", .integer(classes.classCount)), ("width", .integer(classes.width)),
      ("negativeCount", .integer(classes.negativeCount)),
      ("logitScale", .number(decimal(classes.logitScale))),
      ("rejection", classes.rejection?.object ?? .null),
    ])
  }

  private func object(_ engine: borrowing Engine, node index: Int) -> JSONText {
    let node = engine.model.nodes[index]
    return .object([
      ("name", .string(engine.model.nodeName(index))),
      ("operator", .string(String(describing: node.operation))),
      ("input", .integer(node.input)), ("output", object(engine.model.tensors[node.output])),
      ("kernel", .array([.integer(node.kernelHeight), .integer(node.kernelWidth)])),
      ("stride", .array([.integer(node.strideY), .integer(node.strideX)])),
      (
        "pads",
        .array(
          [node.padTop, node.padLeft, node.padBottom, node.padRight].map { .integer($0) })
      ),
      ("groups", .integer(node.groups)),
      ("multiplyAccumulates", .integer(Int(clamping: engine.multiplyAccumulates(index)))),
      ("memory", object(engine.memory(of: index))),
      ("implementation", .string(engine.kernelName(index))),
    ])
  }

  private func object(_ tensor: TensorRecord) -> JSONText {
    .object([
      ("shape", .array([tensor.height, tensor.width, tensor.channels].map { .integer($0) })),
      ("type", .string(tensor.elementType == .float32 ? "float32" : "uint8")),
      ("upper", .integer(tensor.upper)), ("scale", .number(Double(tensor.scale))),
      ("zeroPoint", .integer(tensor.zeroPoint)),
    ])
  }

  private func object(_ record: PreprocessingRecord) -> JSONText {
    .object([
      ("resizeRule", .string(String(describing: record.resizeRule))),
      ("resizeSize", .integer(record.resizeSize)),
      ("filter", .string(String(describing: record.filter))),
      ("colourOrder", .string(String(describing: record.colourOrder))),
      ("mean", .array((0..<3).map { .number(Double(record.mean[$0])) })),
      ("deviation", .array((0..<3).map { .number(Double(record.deviation[$0])) })),
    ])
  }
}
