// SPDX-License-Identifier: Apache-2.0
import Runtime

/// SHA-256 of a model file and of two of its parts, so that a difference can be named.
package struct ModelDigests: Sendable {
  /// Of the whole file.
  package var model: [UInt8]
  /// Of the labels, negative ones too, each followed by a line feed.
  package var labels: [UInt8]
  /// Of the preprocessing section as it stands in the file.
  package var preprocessing: [UInt8]

  init(model: [UInt8], labels: [UInt8], preprocessing: [UInt8]) {
    self.model = model
    self.labels = labels
    self.preprocessing = preprocessing
  }

  package init(of model: borrowing Model) {
    // The model owns the bytes, which stay where they are during each call.
    self.model = unsafe SHA256.digest(model.fileBytes)
    labels = Self.labels(of: model)
    preprocessing = unsafe SHA256.digest(model.preprocessingBytes)
  }

  private static func labels(of model: borrowing Model) -> [UInt8] {
    var text: [UInt8] = []
    for index in 0..<(model.labelCount + (model.classes?.negativeCount ?? 0)) {
      text.append(contentsOf: model.label(index).utf8)
      text.append(UInt8(ascii: "\n"))
    }
    return SHA256.digest(text)
  }

  /// What differs from the model that these digests were made of: the most telling part.
  func difference(from other: ModelDigests) -> BundlePart? {
    if !labels.elementsEqual(other.labels) { return .labels }
    if !preprocessing.elementsEqual(other.preprocessing) { return .preprocessing }
    return model.elementsEqual(other.model) ? nil : .model
  }
}

/// A part of a bundle that can be named when it is not what was promised.
package enum BundlePart: Sendable {
  case model, labels, preprocessing

  var text: String {
    switch self {
    case .model: "the model file (weights, graph or classes)"
    case .labels: "the labels"
    case .preprocessing: "the preprocessing"
    }
  }
}
