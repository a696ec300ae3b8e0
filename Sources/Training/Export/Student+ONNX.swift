// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

extension Student {
  /// The student as an ONNX file that `swiftlet quantize` reads without further options, and any
  /// ONNX runtime: input `[1, 3, height, width]`, output `embedding` `[1, D]` or `logits` `[1, C]`.
  ///
  /// The same student and arguments give the same bytes.
  ///
  /// - Parameters:
  ///   - head: what it ends in.
  ///   - preprocessing: how pictures became the student's input in training.
  ///   - name: of the ONNX graph.
  /// - Throws: `TrainingError` where a parameter is no finite number, or head or preprocessing do not
  ///   fit the student.
  public func onnx(
    head: ExportHead = .embedding(), preprocessing: PreprocessingRecord, name: String
  ) throws(TrainingError) -> [UInt8] {
    guard (backbone + projection).allSatisfy(\.isFinite) else {
      throw TrainingError(
        failure:
          "the student cannot be exported: its parameters hold NaN or infinity; go on from an earlier "
          + "checkpoint with a lower learning rate")
    }
    try check(preprocessing)
    try check(head)
    var writer = StudentWriter(plan, backbone, name: name)
    let features = writer.addBackbone()
    switch head {
    case .embedding:
      writer.addEmbedding(features, projection, width: width, isLast: true)
    case .classes(let names, let embeddings, let logitScale):
      let embedding = writer.addEmbedding(features, projection, width: width, isLast: false)
      writer.addClasses(
        embedding, StudentPlan.transposed(embeddings, rows: names.count, columns: width),
        count: names.count, width: width, logitScale: logitScale)
    case .linear(let names, let weights, let bias):
      writer.addClassifier(features, weights, bias, count: names.count)
    }
    do {
      return try writer.builder.bytes(
        metadata: StudentMetadata.entries(
          labels: head.names, preprocessing: preprocessing, logitScale: head.logitScale,
          ending: head.ending))
    } catch {
      throw TrainingError("the student cannot be exported: \(error)")
    }
  }

  private func check(_ preprocessing: PreprocessingRecord) throws(TrainingError) {
    do {
      try preprocessing.check(height: inputSize.height, width: inputSize.width)
    } catch {
      throw TrainingError("the student cannot be exported: \(error)")
    }
    guard preprocessing.colourOrder != .grey else {
      throw TrainingError(
        "the student cannot be exported for grey pictures: it reads three channels")
    }
  }

  private func check(_ head: ExportHead) throws(TrainingError) {
    let problem: String? =
      switch head {
      case .embedding(let scale):
        scale.map(Self.isScale) ?? true ? nil : "the logit scale is no positive number"
      case .classes(let names, let embeddings, let scale):
        names.isEmpty || embeddings.count != names.count * width
          ? "\(names.count) classes with \(embeddings.count) numbers do not fit embeddings of "
            + "\(width)"
          : !embeddings.allSatisfy(\.isFinite) || !Self.isScale(scale)
            ? "class embeddings are finite and a logit scale is a positive number" : nil
      case .linear(let names, let weights, let bias):
        names.isEmpty || weights.count != names.count * featureCount || bias.count != names.count
          ? "\(names.count) classes with \(weights.count) weights and \(bias.count) biases do not "
            + "fit \(featureCount) features"
          : (weights + bias).allSatisfy(\.isFinite) ? nil : "the classifier holds NaN or infinity"
      }
    if let problem { throw TrainingError("the student cannot be exported: \(problem)") }
  }

  private static func isScale(_ scale: Float) -> Bool { scale.isFinite && scale > 0 }
}

extension ExportHead {
  fileprivate var names: [String] {
    switch self {
    case .embedding: []
    case .classes(let names, _, _), .linear(let names, _, _): names
    }
  }

  fileprivate var logitScale: Float? {
    switch self {
    case .embedding(let scale): scale
    case .classes(_, _, let scale): scale
    case .linear: nil
    }
  }

  fileprivate var ending: ImportedStudent.Ending {
    switch self {
    case .embedding: .embedding
    case .classes: .classes
    case .linear: .linear
    }
  }
}
