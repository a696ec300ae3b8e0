// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Runtime

/// A little model with class embeddings: an input of 6x5x3, the classes cat and dog.
enum EmbeddingModel {
  private static let golden = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden").path

  private static let bytes: Result<[UInt8], any Error> = Result {
    let texts = try TextEmbeddings(path: golden + "/embeddings/bank.safetensors")
    let classes = try ClassSet(
      classes: try ["cat", "dog"].map { ($0, try texts.embedding(of: $0)) }, logitScale: 100)
    let job = QuantizationJob(
      student: golden + "/embeddings/torch_normalize.onnx", calibration: golden + "/pictures",
      classes: classes,
      preprocessing: PreprocessingRecord(
        resizeRule: .centreCrop, resizeSize: 8, colourOrder: .rgb, mean: [124, 116, 104],
        deviation: [58, 57, 57.5]))
    return try Quantizer().quantize(job).bytes
  }

  /// - Parameter threshold: below it a frame is unknown.
  static func classifier(threshold: Float?) throws -> Classifier {
    var editor = try ModelEditor(try bytes.get())
    try editor.setRejection(threshold.map { RejectionRule(temperature: 0.05, threshold: $0) })
    let changed = try editor.bytes()
    return try Classifier(Model.load(changed.span.bytes))
  }

  static func image(_ seed: Int) -> Image {
    Image(
      width: 8, height: 9, format: .rgb,
      pixels: (0..<216).map { UInt8(truncatingIfNeeded: $0 * (seed + 3) * 7) })
  }

  static func score(_ image: Image) throws -> Float {
    var classifier = try classifier(threshold: 0)
    _ = try classifier.classify(image)
    return classifier.rejectionScore() ?? 0
  }
}
