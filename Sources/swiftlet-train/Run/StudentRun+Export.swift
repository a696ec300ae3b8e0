// SPDX-License-Identifier: Apache-2.0
import Foundation
import Pictures
import Quantize
import Runtime
import Training

extension StudentRun {
  /// Writes the student with its class texts as ONNX.
  func export(_ student: Student, to name: String) throws {
    let head: ExportHead
    if student.isNormalized {
      head = .classes(
        names: session.set.classes, embeddings: session.set.texts,
        logitScale: session.set.bank.logitScale)
    } else {
      let weights = student.width * student.featureCount
      head = .linear(
        names: session.set.classes, weights: Array(student.projection[..<weights]),
        bias: Array(student.projection[weights...]))
    }
    let bytes = try student.onnx(
      head: head, preprocessing: session.input.preprocessing,
      name: URL(fileURLWithPath: arguments.data.student).deletingPathExtension().lastPathComponent)
    try AtomicFile.write(bytes, to: path(name))
    progress.say("wrote \(path(name))")
  }

  /// Quantizes the exported student, calibrated on pictures that trained it.
  func quantize(_ onnx: String, to name: String, pictures: Int) throws {
    let folder = path("calibration")
    try linkCalibration(folder, count: pictures)
    var options = QuantizationOptions()
    options.threads = arguments.data.threads
    do {
      let student = try Quantizer(options: options).quantize(
        QuantizationJob(
          student: path(onnx), calibration: folder, labels: session.set.classes,
          preprocessing: session.input.preprocessing)
      ) { stage, part in progress.observe(.preparation(stage.rawValue, part)) }
      try student.write(to: path(name))
      progress.say("wrote \(path(name)), \(student.bytes.count) bytes")
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(failure: "\(path(onnx)): \(error)")
    }
  }

  /// A folder of links to training pictures, evenly over domains and classes.
  private func linkCalibration(_ folder: String, count: Int) throws {
    let files = FileManager.default
    let root = URL(fileURLWithPath: session.set.store.folder.root).standardizedFileURL.path
    do {
      if files.fileExists(atPath: folder) { try files.removeItem(atPath: folder) }
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let perDomain = max(count / split.training.count, 1)
      for pictures in split.training {
        let chosen = min(perDomain, pictures.count)
        for index in 0..<chosen {
          let path = session.set.pictures[pictures[index * pictures.count / chosen]].path
          try files.createSymbolicLink(
            atPath: folder + "/" + path.replacingOccurrences(of: "/", with: "__"),
            withDestinationPath: root + "/" + path)
        }
      }
    } catch {
      throw TrainingError(failure: "\(folder): cannot be written: \(error.localizedDescription)")
    }
  }

  /// The int8 model on pictures.
  func accuracy(ofModel name: String, _ pictures: [Int]) throws -> MethodRun.Result.Accuracy {
    var result = MethodRun.Result.Accuracy(name: name, count: 0, right: 0)
    let set = session.set
    do {
      var classifier = try Classifier(path(name))
      for (place, picture) in pictures.enumerated() {
        guard let label = set.classOf[picture] else { continue }
        let file = set.store.folder.root + "/" + set.pictures[picture].path
        let top = try classifier.classify(try Pictures.decode(path: file), top: 1)
        result.count += 1
        if top.first?.label == set.classes[label] { result.right += 1 }
        if place % 16 == 0 {
          progress.observe(.preparation("int8", Double(place) / Double(pictures.count)))
        }
      }
    } catch {
      throw TrainingError(failure: "\(path(name)): \(error)")
    }
    return result
  }
}
