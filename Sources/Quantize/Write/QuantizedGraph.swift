// SPDX-License-Identifier: Apache-2.0
import Runtime

/// An int8 classifier in memory: what the quantizer makes and the writer turns into a file.
package struct QuantizedGraph: Sendable {
  /// Activations; 0 is the input.
  package var tensors: [TensorRecord]
  /// In execution order; the last one makes the network's output.
  package var nodes: [QuantizedNode]
  package var preprocessing: PreprocessingRecord
  /// One for each channel of the output, or for each row of `classes`.
  package var labels: [String]
  /// Where the model came from, in the order of the file.
  package var origin: [(key: String, value: String)]
  /// The class embeddings, where the output is an embedding.
  package var classes: ClassSet?
  /// The seed of the self-test's input.
  package var selftestSeed: UInt64

  package init(
    tensors: [TensorRecord], nodes: [QuantizedNode], preprocessing: PreprocessingRecord,
    labels: [String], origin: [(key: String, value: String)], selftestSeed: UInt64,
    classes: ClassSet? = nil
  ) {
    self.tensors = tensors
    self.nodes = nodes
    self.preprocessing = preprocessing
    self.labels = labels
    self.origin = origin
    self.selftestSeed = selftestSeed
    self.classes = classes
  }
}

/// One int8 operation and its constants.
package struct QuantizedNode: Sendable {
  package var name: String
  /// Its fields as in the file; the writer fills the offsets in.
  package var record: NodeRecord
  /// Convolutions: `[outputChannels][kernelHeight][kernelWidth][inputChannels / groups]`, s8.
  package var weights: [Int8] = []
  /// Convolutions: `[outputChannels]`, at scale `input scale * weight scale`, the input's zero
  /// point folded in.
  package var bias: [Int32] = []
  /// Convolutions: `[outputChannels]`, `input scale * weight scale / output scale`.
  package var multipliers: [Float] = []
  /// Lookup: 256 bytes.
  package var table: [UInt8] = []

  package init(name: String, record: NodeRecord) {
    self.name = name
    self.record = record
  }
}
