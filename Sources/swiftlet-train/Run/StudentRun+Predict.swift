// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Quantize
import Runtime
import Training

extension StudentRun {
  /// Accuracy on one domain's pictures, in per cent.
  struct Prediction {
    var domain: String
    var isTarget: Bool
    var count: Int
    var teacher: Double?
    var student: Double
    var int8: Double?
  }

  /// Tests a student on the left-out domains and on the sources' validation pictures.
  ///
  /// - Parameter model: the int8 model in the output folder; nil for none.
  func predict(_ student: Student, model: String?) throws -> [Prediction] {
    let set = session.set
    let usable = set.store.usable
    var tests: [(String, Bool, [Int])] = zip(sources.sorted(), split.validation).map {
      ($0, false, $1)
    }
    tests += targets.map { target in
      (target, true, usable.filter { set.pictures[$0].domain == target })
    }
    let predictions = try tests.map { domain, isTarget, pictures in
      let found = Evaluator(set, session.input).run(student, pictures) { part in
        progress.observe(.preparation("predict \(domain)", part))
      }
      let int8 = try model.map { try accuracy(ofModel: $0, pictures) }
      progress.clear()
      return Prediction(
        domain: domain, isTarget: isTarget, count: found.count, teacher: teacher(pictures),
        student: found.accuracy * 100, int8: int8.map { $0.accuracy * 100 })
    }
    try set.store.checkPresence()
    return predictions
  }

  private func teacher(_ pictures: [Int]) -> Double? {
    let set = session.set
    let decided = pictures.compactMap { picture -> Bool? in
      guard let label = set.classOf[picture], let decision = set.teacherDecision(picture) else {
        return nil
      }
      return decision == label
    }
    guard !decided.isEmpty else { return nil }
    return 100 * Double(decided.count { $0 }) / Double(decided.count)
  }

  /// Prints the predictions and writes `run.json`.
  func report(_ predictions: [Prediction], json: Bool) throws {
    let objects = predictions.map { prediction -> [String: Any] in
      [
        "domain": prediction.domain, "left_out": prediction.isTarget, "pictures": prediction.count,
        "teacher": prediction.teacher.map { $0 as Any } ?? NSNull(), "student": prediction.student,
        "int8": prediction.int8.map { $0 as Any } ?? NSNull(),
      ]
    }
    let object: [String: Any] = [
      "accuracy": objects, "recipe": arguments.recipe.summary, "sources": sources.sorted(),
      "targets": targets, "classes": session.set.classes,
      "stages": TrainingLog.stages(path("log.jsonl")),
    ]
    let data = try JSONSerialization.data(
      withJSONObject: object, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
    try AtomicFile.write(Array(data), to: path("run.json"))
    if json {
      print(String(decoding: data, as: UTF8.self))
      return
    }
    let hasInt8 = predictions.contains { $0.int8 != nil }
    Report.printTable(
      ["top-1 accuracy, %", "pictures", "teacher", "student"] + (hasInt8 ? ["int8"] : []),
      predictions.map { row in
        [
          row.domain + (row.isTarget ? " (left out)" : ""), "\(row.count)",
          row.teacher.map { Report.fixed($0, 1) } ?? "-", Report.fixed(row.student, 1),
        ] + (hasInt8 ? [row.int8.map { Report.fixed($0, 1) } ?? "-"] : [])
      })
  }

  /// Losses and accuracy over the steps, of what this process saw and what the log has of before.
  func drawCurve() throws {
    let points = TrainingLog.evaluations(path("log.jsonl"))
    guard !points.isEmpty else { return }
    var offset = 0.0
    var training: [(x: Double, y: Double)] = []
    var validation: [(x: Double, y: Double)] = []
    var accuracy: [(x: Double, y: Double)] = []
    var markers: [LineChart.Marker] = []
    for (stage, evaluations) in TrainingLog.byStage(points) {
      markers.append(LineChart.Marker(x: offset, label: stage))
      for point in evaluations {
        let x = offset + Double(point.step)
        training.append((x, point.trainingLoss))
        validation.append((x, point.validationLoss))
        accuracy.append((x, point.accuracy * 100))
      }
      offset += Double(evaluations.last?.step ?? 0)
    }
    let chart = LineChart(
      title: "Training on \(sources.sorted().joined(separator: ", "))", x: "steps", y: "loss",
      series: [
        LineChart.Series("training", training), LineChart.Series("validation", validation),
      ],
      second: LineChart.Panel(
        y: "accuracy, %", series: [LineChart.Series("validation", accuracy)]),
      markers: markers)
    try AtomicFile.write(Array(chart.svg().utf8), to: path("curve.svg"))
  }

  /// Shows what the model makes of a picture that it was not trained on.
  func classifyOne(model: String) throws {
    let set = session.set
    let unseen =
      targets.isEmpty
      ? split.validation.flatMap { $0 }
      : set.store.usable.filter {
        targets.contains(set.pictures[$0].domain)
      }
    // The middle one: neither the first nor the last class.
    guard !unseen.isEmpty else { return }
    let picture = set.pictures[unseen[unseen.count / 2]]
    do {
      var classifier = try Classifier(path(model))
      let image = try Pictures.decode(path: set.store.folder.root + "/" + picture.path)
      guard let top = try classifier.classify(image, top: 1).first else { return }
      progress.say(
        "\(picture.path) is \(top.label), \(Report.percent(Double(top.probability))) %, says "
          + "\(path(model)) (its label is \(picture.label))")
    } catch {
      throw TrainingError(failure: "\(path(model)): \(error)")
    }
  }
}
