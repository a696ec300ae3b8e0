// SPDX-License-Identifier: Apache-2.0
import Foundation
import TinyData

@testable import Training

/// A folder with tiny pictures and their bank, that goes with the value.
final class TinyTraining {
  let folder = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString
  let data: TinyData
  static let input = TrainingInput(preprocessing: .imageNet)

  init(
    domains: [String] = TinyData.domains, labels: [String] = TinyData.labels, each: Int = 4,
    side: Int = 16
  ) throws {
    data = try TinyData(in: folder, domains: domains, labels: labels, each: each, side: side)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func set(
    byteCount: Int = 1 << 30, classes: [String]? = nil,
    _ change: (inout TinyData.Bank) -> Void = { _ in }
  ) throws -> TeacherSet {
    var bank = data.bank
    change(&bank)
    try bank.write(to: data.bankPath)
    let read = try EmbeddingBank(path: data.bankPath)
    var pictures = try PictureFolder(data.pictures)
    pictures.takeLabels(from: read)
    return try TeacherSet(PictureStore(pictures, byteCount: byteCount), read, classes: classes)
  }

  /// The little student of the golden files: 12 x 10 pixels, 12 features.
  static func student(seed: UInt64 = 3, threads: Int = 2) throws -> Student {
    try Student(
      onnx: GoldenLayers.studentPath, width: TinyData.width, seed: seed, threads: threads)
  }

  /// A few steps of everything.
  static var recipe: TrainingRecipe {
    var recipe = TrainingRecipe()
    (recipe.alignSteps, recipe.distillSteps, recipe.jointSteps) = (7, 6, 6)
    (recipe.batchPerDomain, recipe.evaluationSteps) = (3, 2)
    (recipe.projectionRate, recipe.backboneRate) = (1e-2, 1e-3)
    return recipe
  }
}

extension Student {
  /// All parameters, bit for bit.
  var bits: [UInt32] { (backbone + projection).map(\.bitPattern) }
}
