// SPDX-License-Identifier: Apache-2.0
import Runtime

extension Quantizer {
  /// What can be refused before any picture is read.
  /// - Throws: `QuantizationError`.
  func check(_ job: QuantizationJob, _ graph: FusedGraph, _ shape: Shape) throws {
    let channels = job.preprocessing.colourOrder == .grey ? 1 : 3
    guard shape.channels == channels else {
      throw QuantizationError.inputChannels(shape.channels)
    }
    let output = graph.source.values[graph.output].shape
    guard output.height == 1, output.width == 1 else {
      throw QuantizationError.unsupported(
        node: "the output '\(graph.source.values[graph.output].name)'",
        reason: "it has shape \(output.height)x\(output.width)x\(output.channels); a classifier "
          + "gives one row of scores")
    }
    if let classes = job.classes {
      try check(classes, graph)
    } else if output.channels != job.labels.count {
      throw QuantizationError.labelCount(labels: job.labels.count, outputs: output.channels)
    }
    if let index = job.labels.firstIndex(where: { PrintableText.of($0) != $0 }) {
      throw QuantizationError.unprintableLabel(index + 1)
    }
    try job.preprocessing.check(height: shape.height, width: shape.width)
    let range = inputRange(job.preprocessing, channels: channels)
    guard (range.upper - range.lower).isFinite else {
      throw QuantizationError.notFinite("its input")
    }
    try NodeQuantizer.checkWeights(of: graph)
  }

  /// An embedding is as wide as the classes' rows, and its numbers are real ones.
  private func check(_ classes: ClassSet, _ graph: FusedGraph) throws {
    let output = graph.source.values[graph.output]
    guard output.shape.channels == classes.width else {
      throw ClassError(
        "the student's output '\(output.name)' has \(output.shape.channels) elements, the class "
          + "embeddings have \(classes.width); take a bank of the vision-language model that the "
          + "student was distilled from")
    }
    guard graph.endsInConvolution else {
      throw QuantizationError.unsupported(
        node: "the output '\(output.name)'",
        reason: "an embedding comes from a linear layer, with nothing but a unit norm behind it")
    }
  }
}

extension PreprocessingRecord {
  /// Whether it can make an input of that size; the rules of docs/model-format.md.
  /// - Throws: `QuantizationError.preprocessing`, `.resizeSize`.
  package func check(height: Int, width: Int) throws {
    for channel in 0..<3 {
      guard mean[channel].isFinite, deviation[channel].isFinite, deviation[channel] > 0 else {
        throw QuantizationError.preprocessing(
          "means are finite and deviations finite and positive numbers")
      }
    }
    let side = max(height, width)
    guard resizeRule == .squash || (side...ModelFormat.maximumDimension).contains(resizeSize) else {
      throw QuantizationError.resizeSize(resizeSize, needed: side)
    }
    guard resizeRule == .centreCrop || resizeSize == 0 else {
      throw QuantizationError.preprocessing("squashing has no size of its own; it is 0")
    }
  }
}
