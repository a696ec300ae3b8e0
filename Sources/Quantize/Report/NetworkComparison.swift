// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime

/// Runs the int8 and the float network side by side and compares them layer by layer.
struct NetworkComparison {
  let graph: FusedGraph
  let calibration: Calibration
  let pictures: CalibrationPictures
  let options: QuantizationOptions

  /// The report's layers, in execution order.
  /// - Throws: `QuantizationError.rejected`.
  func layers(
    _ file: [UInt8], _ network: NetworkQuantizer, progress: (Double) -> Void
  ) throws -> [QuantizationReport.Layer] {
    var comparisons = [LayerComparison](repeating: LayerComparison(), count: graph.nodes.count)
    let executor = FloatExecutor(graph: graph.source, threads: options.threads)
    let count = min(pictures.count, Quantizer.comparedPictures)
    for picture in 0..<count {
      let outputs = try int8Outputs(file, picture: picture)
      let nodeOf = Dictionary(
        uniqueKeysWithValues: graph.nodes.indices.map { (graph.nodes[$0].output, $0) })
      _ = try executor.run(pictures.real(picture)) { value, exact in
        guard let node = nodeOf[value] else { return }
        compare(outputs[node], Array(exact), value, &comparisons[node])
      }
      progress(Double(picture + 1) / Double(count))
    }
    return graph.nodes.indices.map { index in
      layer(index, network, comparisons[index])
    }
  }

  private func compare(
    _ bytes: [UInt8], _ exact: [Float], _ value: Int, _ comparison: inout LayerComparison
  ) {
    if bytes.count == exact.count, let storage = calibration.activations[value] {
      comparison.add(bytes, storage, exact: exact)
    } else {
      let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
      comparison.add(values, exact: exact)
    }
  }

  private func int8Outputs(_ file: [UInt8], picture: Int) throws -> [[UInt8]] {
    do throws(RuntimeError) {
      let limits = ModelLimits(activationByteCount: .max, operationCount: .max)
      var options = EngineOptions(limits: limits)
      options.fusion = .off
      let engine = try Engine.make(Model.load(file.span.bytes, limits: limits), options: options)
      if let storage = calibration.activations[graph.input] {
        let input = pictures.quantized(picture, storage)
        try input.span.bytes.withUnsafeBytes { bytes throws(RuntimeError) in
          try engine.setInput(bytes)
        }
      }
      var outputs: [[UInt8]] = []
      engine.run { _, bytes in outputs.append(Array(bytes)) }
      return outputs
    } catch {
      throw QuantizationError.rejected(error)
    }
  }

  private func layer(
    _ index: Int, _ network: NetworkQuantizer, _ comparison: LayerComparison
  ) -> QuantizationReport.Layer {
    let node = network.nodes[index]
    let tensor = network.tensors[node.record.output]
    let isReal = tensor.elementType == .float32
    return QuantizationReport.Layer(
      name: node.name, operator: String(describing: node.record.operation),
      shape: [tensor.height, tensor.width, tensor.channels],
      signalToNoise: comparison.signalToNoise,
      ownSignalToNoise: isReal ? nil : ownSignalToNoise(graph.nodes[index].output),
      cosine: comparison.cosine,
      lower: isReal ? 0 : tensor.scale * Float(-tensor.zeroPoint),
      upper: isReal ? 0 : tensor.scale * Float(tensor.upper - tensor.zeroPoint),
      levels: tensor.upper, saturatedShare: comparison.saturatedShare,
      repairedQuads: network.traces[index].repairedSets,
      proof: node.record.operation == .convolution
        ? String(describing: network.traces[index].rule) : nil)
  }
  private func ownSignalToNoise(_ value: Int) -> Double? {
    guard let noise = calibration.noise[value], noise > 0, noise.isFinite else { return nil }
    return -10 * log10(noise)
  }
}
