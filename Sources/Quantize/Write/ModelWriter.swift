// SPDX-License-Identifier: Apache-2.0
import CKernels
import Runtime

/// Turns a quantized graph into the bytes of a model file; docs/model-format.md.
///
/// The same graph gives the same bytes.
package struct ModelWriter {
  private let graph: QuantizedGraph
  private var data = ByteWriter()
  private var strings = ByteWriter()

  private init(_ graph: QuantizedGraph) { self.graph = graph }

  /// The bytes of the file, checksum included. The self-test's digests are those given, or zero.
  package static func bytes(
    of graph: QuantizedGraph, inputDigest: UInt64 = 0, outputDigest: UInt64 = 0
  ) -> [UInt8] {
    var writer = ModelWriter(graph)
    let selftest = SelftestRecord(
      seed: graph.selftestSeed, inputDigest: inputDigest, outputDigest: outputDigest)
    return writer.file(selftest: selftest)
  }

  private mutating func file(selftest: SelftestRecord) -> [UInt8] {
    let nodes = nodeRecords()
    let labels = textRecords(graph.labels)
    let origin = textRecords(graph.origin.flatMap { [$0.key, $0.value] })
    var sections: [(kind: ModelFormat.Section, count: Int, bytes: [UInt8])] = [
      (.tensors, graph.tensors.count, tensorRecords()),
      (.nodes, graph.nodes.count, nodes),
      (.strings, 0, strings.bytes),
      (.labels, graph.labels.count, labels),
      (.preprocessing, 1, preprocessingRecord()),
      (.origin, graph.origin.count, origin),
      (.selftest, 1, selftestRecord(selftest)),
      (.data, 0, data.bytes),
    ]
    if let classes = graph.classes {
      sections.append((.classes, classes.labels.count, classes.section()))
    }
    return FileSections(
      sections.map {
        FileSections.Section(kind: $0.kind.rawValue, count: $0.count, bytes: $0.bytes)
      }
    ).file
  }

  private func tensorRecords() -> [UInt8] {
    var writer = ByteWriter()
    for tensor in graph.tensors {
      writer.append32(tensor.height)
      writer.append32(tensor.width)
      writer.append32(tensor.channels)
      writer.append(tensor.elementType.rawValue)
      writer.append(UInt8(clamping: tensor.upper))
      writer.append16(0)
      writer.append(tensor.scale)
      writer.append(Int32(clamping: tensor.zeroPoint))
      writer.append64(0)
    }
    return writer.bytes
  }

  private mutating func nodeRecords() -> [UInt8] {
    var writer = ByteWriter()
    for node in graph.nodes {
      var record = node.record
      appendConstants(of: node, to: &record)
      (record.nameOffset, record.nameByteCount) = text(node.name)
      Self.append(record, to: &writer)
    }
    return writer.bytes
  }

  private static func append(_ record: NodeRecord, to writer: inout ByteWriter) {
    writer.append(record.operation.rawValue)
    writer.append32(record.input)
    writer.append(
      record.secondInput < 0 ? ModelFormat.noTensor : UInt32(clamping: record.secondInput))
    writer.append32(record.output)
    for value in [
      record.kernelHeight, record.kernelWidth, record.strideY, record.strideX,
      record.padTop, record.padLeft, record.padBottom, record.padRight,
      record.dilationY, record.dilationX,
    ] {
      writer.append16(value)
    }
    writer.append32(record.groups)
    for value in [
      record.lower, record.upper, record.countsPadding ? 1 : 0, record.padValue,
    ] {
      writer.append(UInt8(clamping: value))
    }
    writer.append32(0)
    writer.append(record.multiplier)
    writer.append(record.secondMultiplier)
    for offset in [
      record.weightsOffset, record.biasOffset, record.multiplierOffset, record.proofOffset,
    ] {
      writer.append64(offset)
    }
    writer.append32(record.nameOffset)
    writer.append32(record.nameByteCount)
    writer.appendZeros(32)
  }

  /// Puts a node's constants into the data section and their offsets into its record.
  private mutating func appendConstants(of node: QuantizedNode, to record: inout NodeRecord) {
    let multipliers = node.multipliers.map(\.bitPattern)
    switch record.operation {
    case .convolution:
      let input = graph.tensors[record.input]
      let layout = BlockLayout(
        record, inputChannels: input.channels, outputChannels: node.bias.count)
      let weights = layout.weights(node.weights)
      record.weightsOffset = append(weights)
      record.biasOffset = append(layout.channels(node.bias))
      record.multiplierOffset = append(layout.channels(multipliers))
      record.proofOffset = append(BlockProof.prove(weights, layout, upper: input.upper))
    case .depthwise:
      record.weightsOffset = append(
        DepthwiseLayout.weights(node.weights, channels: node.bias.count))
      record.biasOffset = append(DepthwiseLayout.channels(node.bias))
      record.multiplierOffset = append(DepthwiseLayout.channels(multipliers))
    case .lookup:
      record.proofOffset = append(node.table)
    case .add, .averagePool, .maxPool, .pad:
      break
    }
  }

  private mutating func append<T: FixedWidthInteger>(_ values: [T]) -> Int {
    data.align()
    let offset = data.count
    data.append(contentsOf: values)
    return offset
  }

  private mutating func text(_ text: String) -> (offset: Int, byteCount: Int) {
    let offset = strings.count
    strings.append(bytes: Array(text.utf8))
    return (offset, strings.count - offset)
  }

  private mutating func textRecords(_ texts: [String]) -> [UInt8] {
    var writer = ByteWriter()
    for entry in texts {
      let (offset, byteCount) = text(entry)
      writer.append32(offset)
      writer.append32(byteCount)
    }
    return writer.bytes
  }

  private func preprocessingRecord() -> [UInt8] {
    let record = graph.preprocessing
    var writer = ByteWriter()
    writer.append(record.resizeRule.rawValue)
    writer.append32(record.resizeSize)
    writer.append(record.filter.rawValue)
    writer.append(record.colourOrder.rawValue)
    for i in 0..<3 { writer.append(record.mean[i]) }
    for i in 0..<3 { writer.append(record.deviation[i]) }
    writer.appendZeros(ModelFormat.preprocessingByteCount - writer.count)
    return writer.bytes
  }

  private func selftestRecord(_ record: SelftestRecord) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(record.seed)
    writer.append(record.inputDigest)
    writer.append(record.outputDigest)
    return writer.bytes
  }
}
