// SPDX-License-Identifier: Apache-2.0
import Quantize

/// Any bytes are a float graph or an `ImportError`; a small graph also runs.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    read(bytes)
    let source = try ONNXImporter.load(bytes: bytes, sourceName: "fuzz")
    let graph = GraphOptimizer.optimize(source)
    guard cost(source) <= 1 << 20, cost(graph) <= 1 << 20 else { return 0 }
    let input = [Float](repeating: 0.5, count: graph.values[graph.input].shape.count)
    for candidate in [source, graph] {
      let output = try FloatExecutor(graph: candidate, threads: 1).run(input)
      precondition(output.count == candidate.values[candidate.output].shape.count)
    }
  } catch {
    precondition(error is ImportError, "\(error) is no ImportError")
  }
  return 0
}

/// The same bytes as a student with classes and metadata; what does not read so may still be a graph.
private func read(_ bytes: [UInt8]) {
  do {
    let student = try ONNXImporter.student(bytes: bytes, sourceName: "fuzz")
    if let classes = student.classes {
      precondition(classes.rows.count == classes.count * classes.width && classes.logitScale > 0)
    }
    _ = (try student.metadata.labels(), try student.metadata.preprocessing())
    _ = try student.metadata.logitScale()
  } catch {
    precondition(error is ImportError, "\(error) is no ImportError")
  }
}

/// Elements that one run touches; saturates.
private func cost(_ graph: FloatGraph) -> Int {
  var sum = 0
  func add(_ factors: [Int]) {
    var product = 1
    for factor in factors { product = product.multipliedReportingOverflow(by: factor).partialValue }
    sum = product < 0 || sum + product < 0 ? Int.max / 2 : min(sum + product, Int.max / 2)
  }
  for node in graph.nodes {
    let count = graph.values[node.output].shape.count
    switch node.operation {
    case .convolution(let convolution):
      let length = convolution.weights.count / max(convolution.outputChannels, 1)
      add([count, length])
    case .averagePool(let window, _), .maxPool(let window):
      add([count, window.kernelHeight, window.kernelWidth])
    case .scaleShift, .clamp, .add, .pad: add([count])
    }
    for value in node.inputs { add([graph.values[value].shape.count]) }
  }
  return sum
}
