// SPDX-License-Identifier: Apache-2.0
import CLibFuzzer
import Foundation
import SwiftProtobuf

@testable import Quantize

/// Changes ONNX files node by node where they can be read as such, else byte by byte.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(
  _ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32
) -> Int {
  var random = SeededGenerator(seed: UInt64(seed))
  let bytes = Data(bytes: start, count: count)
  guard random.next() % 4 != 0, var model = try? Swiftlet_Onnx_Model(serializedBytes: bytes),
    !model.graph.node.isEmpty
  else { return LLVMFuzzerMutate(start, count, limit) }
  for _ in 0...random.next() % 3 { GraphMutation.change(&model.graph, &random) }
  guard let changed: Data = try? model.serializedBytes(), changed.count <= limit else {
    return LLVMFuzzerMutate(start, count, limit)
  }
  changed.copyBytes(to: start, count: changed.count)
  return changed.count
}

/// Puts the nodes and weights of a second file behind those of the first.
@_cdecl("LLVMFuzzerCustomCrossOver")
public func crossOver(
  _ first: UnsafePointer<UInt8>, _ firstCount: Int, _ second: UnsafePointer<UInt8>,
  _ secondCount: Int, _ output: UnsafeMutablePointer<UInt8>, _ limit: Int, _ seed: UInt32
) -> Int {
  func read(_ start: UnsafePointer<UInt8>, _ count: Int) -> Swiftlet_Onnx_Model? {
    try? Swiftlet_Onnx_Model(serializedBytes: Data(bytes: start, count: count))
  }
  guard var model = read(first, firstCount), let other = read(second, secondCount),
    let link = model.graph.output.first?.name, let inner = other.graph.input.first?.name
  else { return 0 }
  let suffix = "_\(seed % 100)"
  func renamed(_ name: String) -> String {
    name.isEmpty ? name : name == inner ? link : name + suffix
  }
  for var node in other.graph.node {
    node.input = node.input.map(renamed)
    node.output = node.output.map(renamed)
    model.graph.node.append(node)
  }
  for var tensor in other.graph.initializer {
    tensor.name = renamed(tensor.name)
    model.graph.initializer.append(tensor)
  }
  model.graph.output = other.graph.output.map { output in
    var output = output
    output.name = renamed(output.name)
    return output
  }
  guard let bytes: Data = try? model.serializedBytes(), bytes.count <= limit else { return 0 }
  bytes.copyBytes(to: output, count: bytes.count)
  return bytes.count
}

enum GraphMutation {
  private static let operators = OperatorTable.entries.keys.sorted()
  private static let integers: [Int64] = [
    -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 64, 255, 65_535, 65_536, 1 << 31, 1 << 40, .max, .min,
  ]
  private static let floats: [Float] = [0, 1, -1, 6, 0.5, 1e-38, 3e38, .infinity, .nan]

  static func change(_ graph: inout Swiftlet_Onnx_Graph, _ random: inout SeededGenerator) {
    let index = Int.random(in: graph.node.indices, using: &random)
    switch random.next() % 10 {
    case 0: graph.node[index].opType = operators.randomElement(using: &random) ?? ""
    case 1: insertCopy(of: index, in: &graph, &random)
    case 2: if graph.node.count > 1 { graph.node.remove(at: index) }
    case 3: rewire(&graph, index, &random)
    case 4, 5, 6: changeAttribute(&graph.node[index], &random)
    case 7: changeInput(&graph, &random)
    default: changeTensor(&graph, &random)
    }
  }

  /// A second node like the one at `index`, between it and its readers.
  private static func insertCopy(
    of index: Int, in graph: inout Swiftlet_Onnx_Graph, _ random: inout SeededGenerator
  ) {
    var copy = graph.node[index]
    guard let output = copy.output.first, !copy.input.isEmpty else { return }
    let fresh = "v\(random.next() % 1000)"
    graph.node[index].output[0] = fresh
    copy.input[0] = fresh
    copy.output[0] = output
    if random.next() % 2 == 0 { copy.opType = operators.randomElement(using: &random) ?? "" }
    graph.node.insert(copy, at: index + 1)
  }

  private static func rewire(
    _ graph: inout Swiftlet_Onnx_Graph, _ index: Int, _ random: inout SeededGenerator
  ) {
    let names =
      graph.input.map(\.name) + graph.node.flatMap(\.output) + graph.initializer.map(\.name) + [""]
    guard let name = names.randomElement(using: &random) else { return }
    if let place = graph.node[index].input.indices.randomElement(using: &random),
      random.next() % 4 != 0
    {
      graph.node[index].input[place] = name
    } else if random.next() % 4 == 0, !graph.output.isEmpty {
      graph.output[0].name = name
    } else {
      graph.node[index].input.append(name)
    }
  }

  private static func integer(_ old: Int64, _ random: inout SeededGenerator) -> Int64 {
    switch random.next() % 3 {
    case 0: old &+ 1
    case 1: old &- 1
    default: integers.randomElement(using: &random) ?? 0
    }
  }

  private static func changeAttribute(
    _ node: inout Swiftlet_Onnx_Node, _ random: inout SeededGenerator
  ) {
    guard let index = node.attribute.indices.randomElement(using: &random) else { return }
    var attribute = node.attribute[index]
    if let place = attribute.ints.indices.randomElement(using: &random) {
      switch random.next() % 6 {
      case 0: attribute.ints.append(attribute.ints[place])
      case 1: attribute.ints.remove(at: place)
      default: attribute.ints[place] = integer(attribute.ints[place], &random)
      }
    } else if random.next() % 2 == 0 {
      attribute.i = integer(attribute.i, &random)
    } else {
      attribute.f = floats.randomElement(using: &random) ?? 0
    }
    node.attribute[index] = attribute
  }

  private static func changeInput(
    _ graph: inout Swiftlet_Onnx_Graph, _ random: inout SeededGenerator
  ) {
    guard let index = graph.input.indices.randomElement(using: &random) else { return }
    let dimensions = graph.input[index].type.tensorType.shape.dim
    guard let place = dimensions.indices.randomElement(using: &random) else { return }
    graph.input[index].type.tensorType.shape.dim[place].dimValue = integer(
      dimensions[place].dimValue, &random)
  }

  private static func changeTensor(
    _ graph: inout Swiftlet_Onnx_Graph, _ random: inout SeededGenerator
  ) {
    guard let index = graph.initializer.indices.randomElement(using: &random) else { return }
    var tensor = graph.initializer[index]
    switch random.next() % 5 {
    case 0: tensor.dataType = Int32(random.next() % 18)
    case 1: tensor.dims.append(1)
    case 2: if !tensor.dims.isEmpty { tensor.dims.removeLast() }
    case 3:
      let places = tensor.rawData.indices
      if let place = places.randomElement(using: &random) {
        tensor.rawData[place] = UInt8(truncatingIfNeeded: random.next())
      }
    default:
      if let place = tensor.dims.indices.randomElement(using: &random) {
        // The data grow along, so that the shape still fits them.
        let old = max(tensor.dims[place], 1)
        let new = 1 + Int64(random.next() % 8)
        tensor.dims[place] = new
        let count = min(Int(tensor.rawData.count) * Int(new) / Int(clamping: old), 1 << 13)
        let filler = Data(repeating: 0x3D, count: max(count - tensor.rawData.count, 0))
        tensor.rawData = Data(tensor.rawData.prefix(count)) + filler
      }
    }
    graph.initializer[index] = tensor
  }
}
