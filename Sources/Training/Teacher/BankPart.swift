// SPDX-License-Identifier: Apache-2.0
import Foundation

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

  init(path: String) throws(TrainingError) { try self.init(Safetensors(path: path), name: path) }

  init(_ file: Safetensors, name: String) throws(TrainingError) {
    self.name = name
    bank = try EmbeddingBank(file)
    metadata = file.metadata
    images = try file.floats("image")
    texts = try file.floats("text")
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
