// SPDX-License-Identifier: Apache-2.0
import Runtime

extension ModelWriter {
  /// The bytes of the complete file: the runtime verifies it, runs its self-test on it, and the
  /// digests go into it.
  ///
  /// - Throws: `QuantizationError.rejected` with what the runtime says.
  package static func verifiedBytes(of graph: QuantizedGraph) throws -> [UInt8] {
    do throws(RuntimeError) {
      let draft = bytes(of: graph)
      let limits = ModelLimits(activationByteCount: .max, operationCount: .max)
      let engine = try Engine.make(
        load(draft, limits: limits), options: EngineOptions(limits: limits))
      let digests = engine.selftest(seed: graph.selftestSeed)
      let complete = bytes(
        of: graph, inputDigest: digests.inputDigest, outputDigest: digests.outputDigest)
      _ = try load(complete, limits: ModelLimits())
      return complete
    } catch {
      throw QuantizationError.rejected(error)
    }
  }

  private static func load(
    _ bytes: [UInt8], limits: ModelLimits
  ) throws(RuntimeError) -> Model {
    try Model.load(bytes.span.bytes, limits: limits)
  }
}
