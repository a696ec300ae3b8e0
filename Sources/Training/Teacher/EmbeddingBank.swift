// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize

/// What a vendor hands over of a vision-language model: embeddings of pictures and of class texts.
/// docs/embedding-bank.md specifies the file.
public struct EmbeddingBank: Sendable {
  /// The version of the file that this code reads.
  public static let format = "embedding-bank/1"

  /// What the vendor says of the model.
  public let model: String
  public let notes: String
  /// What cosines are multiplied by before softmax.
  public let logitScale: Float
  /// D.
  public let width: Int
  /// Pictures' paths below the data folder, with `/`.
  public let paths: [String]
  /// SHA-256 of each picture's bytes, in hexadecimal digits; empty where the vendor gave none.
  public let digests: [String]
  /// Class of each picture; empty where their folders say it.
  public let labels: [String]
  public let classes: [String]
  /// Prompts; `{}` stands for the class.
  public let templates: [String]
  /// Labels that the texts know under another name.
  public let aliases: [String: String]
  /// How pictures were prepared for the model; nil where the vendor does not say it.
  public let preprocessing: BankPreprocessing?
  /// `[paths.count][width]`, unit norm.
  public let images: [Float]
  /// `[classes.count][width]`: of all templates, each normalized, averaged, normalized again.
  public let texts: [Float]
  /// Rows of the file whose norm is further from 1 than `normTolerance`; they were normalized.
  public let oddNormCount: Int

  /// float16 leaves a unit vector's norm off by less.
  public static let normTolerance: Float = 0.01

  /// Reads a bank and checks everything in it.
  public init(path: String) throws(TrainingError) {
    try self.init(
      TrainingError.reading { () throws(SafetensorsError) in try Safetensors(path: path) })
  }

  init(_ file: Safetensors) throws(TrainingError) {
    let reader = BankReader(file)
    try reader.checkFormat()
    model = reader.text("model")
    notes = reader.text("notes")
    logitScale = try reader.logitScale()
    paths = try reader.list("paths", isRequired: true)
    classes = try reader.list("classes", isRequired: true)
    templates = try reader.list("templates", isRequired: true)
    digests = try reader.list("sha256", count: paths.count)
    labels = try reader.list("labels", count: paths.count)
    aliases = try reader.dictionary("aliases")
    preprocessing = try reader.preprocessing()
    let image = try reader.shape("image", [paths.count, nil])
    width = image[1]
    _ = try reader.shape("text", [classes.count, templates.count, width])
    try reader.checkDistinct(paths, "path")
    try reader.checkDistinct(classes, "class")
    var odd = 0
    images = try reader.unitRows("image", width: width, name: { [paths] in paths[$0] }, &odd)
    texts = try reader.meanRows(
      "text", groups: classes.count, width: width, name: { [classes] in classes[$0] }, &odd)
    oddNormCount = odd
  }

  /// The embedding of a picture, `width` numbers.
  public func image(_ index: Int) -> ArraySlice<Float> {
    images[index * width..<(index + 1) * width]
  }

  /// The embedding of a class, `width` numbers.
  public func text(_ index: Int) -> ArraySlice<Float> {
    texts[index * width..<(index + 1) * width]
  }

  /// The row of each picture, by the bytes of its path: two ways to write the same accent are two
  /// files.
  var rowOfPath: [[UInt8]: Int] {
    Dictionary(uniqueKeysWithValues: paths.enumerated().map { (Array($1.utf8), $0) })
  }

  /// The class of a label: itself, its alias, or what "_" for a space makes of it; nil where the
  /// bank has no text for it.
  public func classIndex(ofLabel label: String) -> Int? {
    for name in [label, aliases[label], label.replacingOccurrences(of: "_", with: " ")] {
      if let name, let index = classes.firstIndex(of: name) { return index }
    }
    return nil
  }

  /// The label of a picture: the bank's, else the folder that it lies in.
  public func label(ofImage index: Int) -> String {
    if !labels.isEmpty { return labels[index] }
    let parts = paths[index].split(separator: "/")
    return parts.count >= 2 ? String(parts[parts.count - 2]) : ""
  }

  /// The domain of a picture: its first folder, where there are two or more.
  public func domain(ofImage index: Int) -> String {
    let parts = paths[index].split(separator: "/")
    return parts.count >= 3 ? String(parts[0]) : "all"
  }
}
