// SPDX-License-Identifier: Apache-2.0
import Pictures
import Quantize
import Runtime

extension LabelsCommand {
  func changeThreshold(_ editor: inout ModelEditor) throws {
    var rule = rejection.rule(editor.rejection)
    if clear {
      return try editor.setRejection(nil)
    } else if let folder = calibrate {
      var classifier = try ModelFiles.naming(model) { () throws(RuntimeError) in
        try Classifier(model, options: engine.options)
      }
      var scores = RejectionScores()
      try Self.classify(folder, &classifier) { _, classifier in
        if let score = classifier.rejectionScore(rule) { scores.known.append(score) }
      }
      guard let threshold = scores.threshold(kept: keep ?? Self.standardKeep) else {
        throw Failure("\(folder): none of its pictures can be decoded")
      }
      rule.threshold = threshold
      let count = scores.known.count
      Terminal.complain(
        "\(scores.known.count { $0 >= threshold }) of \(count) pictures in \(folder) reach the "
          + "threshold" + (count < 100 ? "; more pictures make a better one" : ""))
    } else {
      guard let value = Float(values[0]), (0...1).contains(value) else {
        throw Failure(
          "the threshold '\(values[0])' is not a number within 0...1; --calibrate finds one")
      }
      rule.threshold = value
    }
    try editor.setRejection(rule)
  }

  /// Classifies a folder's pictures; broken ones are named and skipped.
  ///
  /// - Parameter body: called after each picture with its path.
  static func classify(
    _ folder: String, _ classifier: inout Classifier, _ body: (String, borrowing Classifier) -> Void
  ) throws {
    let files: [String]
    do {
      files = try Pictures.find(in: folder)
    } catch {
      throw Failure(error.description)
    }
    var line = ProgressLine()
    for (index, file) in files.enumerated() {
      do {
        _ = try classifier.classify(try Pictures.decode(path: file), top: 1)
        body(file, classifier)
      } catch let error as PictureError {
        Terminal.complain("skipped \(error)")
      }
      line.show("comparing", Double(index + 1) / Double(files.count))
    }
    line.finish()
  }
}
