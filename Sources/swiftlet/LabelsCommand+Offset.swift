// SPDX-License-Identifier: Apache-2.0
import Quantize
import Runtime

extension LabelsCommand {
  func changeOffsets(_ editor: inout ModelEditor) throws {
    if let folder = calibrate { return try calibrateOffsets(of: values, in: folder, &editor) }
    for name in values { try editor.setOffset(name, clear ? 0 : by ?? 0) }
  }

  /// Chooses offsets by the pictures of a folder, which show other classes than those.
  func calibrateOffsets(
    of names: [String], in folder: String, _ editor: inout ModelEditor
  ) throws {
    let (labels, offsets) = (editor.labels, editor.offsets)
    let raised = try names.map { name in
      guard let index = labels.firstIndex(of: name) else {
        throw Failure("\(model): it has no class '\(name)' whose offset could be chosen")
      }
      return index
    }
    guard Set(raised).count < labels.count else {
      throw Failure(
        "\(model): there is no class beside \(names.joined(separator: ", ")) that the pictures "
          + "could show; offsets are for classes that compete with others")
    }
    let bytes = try editor.bytes()
    var calibration = OffsetCalibration(raised: raised)
    var classifier = try ModelFiles.naming(model) { () throws(RuntimeError) in
      try Classifier(Model.load(bytes.span.bytes), options: engine.options)
    }
    let truth = try GroundTruth(folder: folder, csv: nil, labels: labels)
    let scale = editor.logitScale
    try Self.classify(folder, &classifier) { file, classifier in
      calibration.add(
        labels.indices.map { classifier.score($0) / scale }, offsets: offsets,
        label: truth.label(of: file))
    }
    guard calibration.pictureCount > 0 else {
      throw Failure(
        "\(folder): none of its pictures shows one of the model's other classes and is named right; "
          + "offsets are chosen by such pictures")
    }
    let chosen = calibration.offsets(kept: keep ?? Self.standardOffsetKeep)
    for (name, offset) in zip(names, chosen) { try editor.setOffset(name, offset) }
    let count = calibration.pictureCount
    Terminal.complain(
      "\(calibration.keptCount(chosen)) of \(count) pictures in \(folder) keep their class beside "
        + names.joined(separator: ", ") + (count < 100 ? "; more pictures make better offsets" : "")
    )
  }

  func printOffsets(_ editor: ModelEditor) {
    for (label, offset) in zip(editor.labels + editor.negativeLabels, editor.offsets)
    where offset != 0 {
      print("\(label)  \(offset)")
    }
    if editor.offsets.allSatisfy({ $0 == 0 }) {
      print("no offsets: cosines are compared as they are")
    }
  }
}
