// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// A bank as its file has it: checked, but neither normalized nor averaged.
struct BankPart {
  /// Stands for the file in errors.
  let name: String
  let bank: EmbeddingBank
  let metadata: [String: String]
  /// `[bank.paths.count][bank.width]`
  let images: [Float]
  let imageType: SafetensorsType
  /// `[bank.classes.count][bank.templates.count][bank.width]`
  let texts: [Float]
  let textType: SafetensorsType

  init(path: String) throws(TrainingError) {
    try self.init(
      TrainingError.reading { () throws(SafetensorsError) in try Safetensors(path: path) },
      name: path)
  }

  init(_ file: Safetensors, name: String) throws(TrainingError) {
    self.name = name
    bank = try EmbeddingBank(file)
    metadata = file.metadata
    (images, texts) = try TrainingError.reading { () throws(SafetensorsError) in
      (try file.floats("image"), try file.floats("text"))
    }
    imageType = file.tensors["image"]?.type ?? .float16
    textType = file.tensors["text"]?.type ?? .float16
  }

  /// The embedding of a picture, as in the file.
  func image(_ index: Int) -> ArraySlice<Float> {
    images[index * bank.width..<(index + 1) * bank.width]
  }

  /// The embeddings of a class with all templates, as in the file.
  func text(_ index: Int) -> ArraySlice<Float> {
    let length = bank.templates.count * bank.width
    return texts[index * length..<(index + 1) * length]
  }
}
