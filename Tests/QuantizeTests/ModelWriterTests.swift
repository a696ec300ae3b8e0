// SPDX-License-Identifier: Apache-2.0
import Runtime
import Testing

@testable import Quantize

@Suite("Model writer")
struct ModelWriterTests {
  private static func convolution(_ change: (inout NodeRecord) -> Void) -> NodeRecord {
    var record = NodeRecord(operation: .convolution, input: 0, output: 1)
    (record.kernelHeight, record.kernelWidth) = (2, 3)
    (record.dilationY, record.dilationX, record.groups) = (1, 1, 1)
    change(&record)
    return record
  }

  /// `[groups][B][segments][K / 4][16][4]`, element by element.
  @Test("weights lie where the file format says", arguments: [(1, 1), (1, 2), (3, 1)])
  func blocks(_ groups: Int, _ dilation: Int) {
    let (inputs, outputs) = (6, 51)
    let record = Self.convolution { ($0.groups, $0.dilationX) = (groups, dilation) }
    let layout = BlockLayout(record, inputChannels: inputs, outputChannels: outputs)
    let depth = inputs / groups
    let isRow = groups == 1 && dilation == 1
    let (segments, length) = isRow ? (2, 3 * depth) : (6, depth)
    let padded = (length + 7) / 8 * 8
    let perGroup = outputs / groups
    let blocks = (perGroup + 15) / 16
    let plain = (0..<outputs * 6 * depth).map { Int8($0 % 251 - 125) }
    let stored = layout.weights(plain)
    #expect(stored.count == groups * blocks * segments * padded * 16)
    var seen = 0
    for index in stored.indices {
      let (inner, lane) = (index % 4, index / 4 % 16)
      let k = index / 64 % (padded / 4) * 4 + inner
      let segment = index / (padded * 16) % segments
      let block = index / (padded * 16 * segments)
      let channel = block % blocks * 16 + lane
      guard k < length, channel < perGroup else {
        #expect(stored[index] == 0)
        continue
      }
      seen += 1
      let output = block / blocks * perGroup + channel
      #expect(stored[index] == plain[output * segments * length + segment * length + k])
    }
    #expect(seen == plain.count)
    let entries = layout.channels((0..<outputs).map { Int32($0 + 1) })
    #expect(entries.count == groups * blocks * 16)
    for output in 0..<outputs {
      let entry = (output / perGroup * blocks) * 16 + output % perGroup
      #expect(entries[entry] == Int32(output + 1))
    }
    #expect(entries.count { $0 != 0 } == outputs)
  }

  @Test("depthwise weights lie tap by tap, sixteen channels together")
  func depthwise() {
    let plain = (0..<18 * 9).map { Int8($0 - 80) }
    let stored = DepthwiseLayout.weights(plain, channels: 18)
    #expect(stored.count == 2 * 9 * 16)
    for index in stored.indices {
      let channel = index / (16 * 9) * 16 + index % 16
      let expected = channel < 18 ? plain[channel * 9 + index / 16 % 9] : 0
      #expect(stored[index] == expected)
    }
    #expect(DepthwiseLayout.channels([Int32](repeating: 3, count: 18)).count == 32)
  }

  @Test("the runtime reads what was written", arguments: SmallStudents.all)
  func roundTrip(_ student: SmallStudents.Student) throws {
    var options = QuantizationOptions()
    options.maximumPictures = 2
    let run = try StudentRun(student.graph, options: options)
    let graph = QuantizedGraph(
      tensors: run.network.tensors, nodes: run.network.nodes,
      preprocessing: StudentRun.preprocessing(student.graph),
      labels: (0..<SmallStudents.classes).map { "Käse \($0)" },
      origin: [("name", "a"), ("licence", "Apache-2.0")], selftestSeed: 77)
    let bytes = try ModelWriter.verifiedBytes(of: graph)
    #expect(try bytes == ModelWriter.verifiedBytes(of: graph))
    let read = try Contents(Model.load(bytes.span.bytes))
    #expect(read.tensors == graph.tensors)
    #expect(read.preprocessing == graph.preprocessing)
    #expect(read.labels == graph.labels)
    #expect(read.origin == ["name", "a", "licence", "Apache-2.0"])
    #expect(read.names == graph.nodes.map(\.name))
    for (node, found) in zip(graph.nodes, read.nodes) {
      var expected = node.record
      (expected.weightsOffset, expected.biasOffset) = (found.weightsOffset, found.biasOffset)
      (expected.multiplierOffset, expected.proofOffset) = (
        found.multiplierOffset, found.proofOffset
      )
      (expected.nameOffset, expected.nameByteCount) = (found.nameOffset, found.nameByteCount)
      #expect(found == expected)
    }
    let stored = try #require(read.selftest)
    #expect(stored.seed == 77)
    let engine = try Engine.make(Model.load(bytes.span.bytes))
    let again = engine.selftest(seed: 77)
    #expect(again == stored)
  }

  /// What the runtime reads of a model.
  private struct Contents {
    let tensors: [TensorRecord]
    let nodes: [NodeRecord]
    let preprocessing: PreprocessingRecord
    let selftest: SelftestRecord?
    var labels: [String] = []
    var origin: [String] = []
    var names: [String] = []

    init(_ model: borrowing Model) {
      tensors = model.tensors
      nodes = model.nodes
      preprocessing = model.preprocessing
      selftest = model.selftest
      for index in 0..<model.labelCount { labels.append(model.label(index)) }
      for index in 0..<model.originCount {
        let entry = model.origin(index)
        origin += [entry.key, entry.value]
      }
      for index in nodes.indices { names.append(model.nodeName(index)) }
    }
  }

  @Test("a graph that breaks a rule of the file is rejected, not written")
  func rejected() throws {
    var options = QuantizationOptions()
    options.maximumPictures = 1
    let run = try StudentRun(SmallStudents.dense, options: options)
    func rejects(_ change: (inout QuantizedGraph) -> Void) -> Bool {
      var graph = QuantizedGraph(
        tensors: run.network.tensors, nodes: run.network.nodes,
        preprocessing: StudentRun.preprocessing(SmallStudents.dense),
        labels: (0..<SmallStudents.classes).map { "\($0)" }, origin: [], selftestSeed: 1)
      change(&graph)
      do {
        _ = try ModelWriter.verifiedBytes(of: graph)
        return false
      } catch {
        guard case .some(.rejected) = error as? QuantizationError else { return false }
        return true
      }
    }
    #expect(!rejects { _ in })
    #expect(rejects { $0.labels.removeLast() })
    #expect(rejects { $0.labels[0] = "a\u{7}" })
    #expect(rejects { $0.nodes[0].multipliers[0] = .infinity })
    #expect(rejects { $0.nodes[0].bias[0] = .max })
    #expect(rejects { $0.nodes[0].record.padValue ^= 1 })
    #expect(rejects { $0.tensors[1].scale = 0 })
  }
}
