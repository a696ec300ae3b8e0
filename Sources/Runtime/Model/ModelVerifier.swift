// SPDX-License-Identifier: Apache-2.0

/// The one gate: what passes it is safe to run with unchecked indexing.
///
/// It proves docs/model-format.md, *What the verifier checks*, 3 to 7; the readers of the records
/// have proven 1 and 2. `data` lives as long as the file's bytes, whose owner calls it.
@safe struct ModelVerifier {
  let tensors: [TensorRecord]
  let nodes: [NodeRecord]
  let data: UnsafeRawBufferPointer
  let labelCount: Int
  let classes: ClassesRecord?

  func verify(limits: ModelLimits, fileByteCount: Int) throws(RuntimeError) {
    try verifyOrder()
    // Nodes may share their weights, so that the file's size alone does not bound the work of
    // verifying them; the operations do.
    try verifyOperations(limit: limits.operationCount)
    for index in nodes.indices { try NodeVerifier(self, index).verify() }
    try verifyOutput()
    try verifyMemory(limit: limits.activationLimit(fileByteCount: fileByteCount))
  }

  /// Each tensor has one writer and is written before it is read.
  private func verifyOrder() throws(RuntimeError) {
    var isWritten = [Bool](repeating: false, count: tensors.count)
    isWritten[0] = true
    for (index, node) in nodes.enumerated() {
      let isBinary = node.operation == .add
      guard node.input < tensors.count, node.output < tensors.count,
        isBinary ? (0..<tensors.count).contains(node.secondInput) : node.secondInput == -1
      else { throw .malformedNode(.tensorIndex, node: index) }
      guard isWritten[node.input], !isBinary || isWritten[node.secondInput],
        !isWritten[node.output]
      else { throw .malformedNode(.order, node: index) }
      isWritten[node.output] = true
    }
    guard isWritten.allSatisfy({ $0 }) else {
      throw .malformedNode(.order, node: nodes.count - 1)
    }
  }

  private func verifyOperations(limit: UInt64) throws(RuntimeError) {
    var operations: UInt64 = 0
    for node in nodes {
      let (sum, overflow) = operations.addingReportingOverflow(operationCount(node))
      operations = overflow ? .max : sum
    }
    guard operations <= limit else {
      throw .operationLimit(needed: operations, limit: limit)
    }
  }

  /// The output is one row of scores, a label each, or the embedding that the class section
  /// compares with its rows, a label each; only it may be float32.
  private func verifyOutput() throws(RuntimeError) {
    let last = nodes[nodes.count - 1].output
    for (index, tensor) in tensors.enumerated() where tensor.elementType == .float32 {
      guard index == last else { throw .malformedNode(.elementType, node: nodes.count - 1) }
    }
    let output = tensors[last]
    guard output.height == 1, output.width == 1 else {
      throw .malformedNode(.output, node: nodes.count - 1)
    }
    if let classes {
      guard output.elementType == .float32, output.channels == classes.width else {
        throw .malformedNode(.output, node: nodes.count - 1)
      }
    }
    guard labelCount == classes?.rowCount ?? output.channels else {
      throw .malformedNode(.labels, node: nodes.count - 1)
    }
  }

  /// What any one node needs stays within the limit; the planner then holds their sum to it.
  private func verifyMemory(limit: UInt64) throws(RuntimeError) {
    var liveMaximum: UInt64 = 0
    for node in nodes {
      var needed = byteCount(tensors[node.input]) + byteCount(tensors[node.output])
      if node.secondInput >= 0 { needed += byteCount(tensors[node.secondInput]) }
      let input = tensors[node.input]
      needed +=
        UInt64(input.height + node.padTop + node.padBottom)
        * UInt64(input.width + node.padLeft + node.padRight) * UInt64(input.channels)
      liveMaximum = max(liveMaximum, needed)
    }
    guard liveMaximum <= limit else { throw .memoryLimit(needed: liveMaximum, limit: limit) }
  }

  private func byteCount(_ tensor: TensorRecord) -> UInt64 {
    UInt64(tensor.height) * UInt64(tensor.width) * UInt64(tensor.channels)
      * (tensor.elementType == .float32 ? 4 : 1)
  }

  /// Multiply-accumulates, padding of weight blocks included, or elements touched where there are
  /// none; saturates.
  func operationCount(_ node: NodeRecord) -> UInt64 {
    let output = tensors[node.output]
    var count = UInt64(output.height) * UInt64(output.width)
    func multiply(_ factor: Int64) {
      let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(factor))
      count = overflow ? .max : product
    }
    switch node.operation {
    case .convolution:
      guard node.groups > 0 else { return count }
      let layout = ConvolutionLayout(
        node, inputChannels: tensors[node.input].channels, outputChannels: output.channels)
      multiply(layout.weightByteCount ?? .max)
    case .depthwise, .averagePool, .maxPool:
      multiply(Int64(output.channels))
      multiply(Int64(node.kernelHeight))
      multiply(Int64(node.kernelWidth))
    case .add, .lookup, .pad: multiply(Int64(output.channels))
    }
    return count
  }
}
