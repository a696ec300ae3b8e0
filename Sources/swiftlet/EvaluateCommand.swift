// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Pictures
import Quantize
import Runtime

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model on a folder of labelled pictures.",
    discussion: """
      The label of a picture is the name of its folder (a label of the model, or a class number), \
      the number before the first _ of its file name, or what a CSV file (path,label) says. With \
      --float it also counts how often the int8 network and the float student agree.
      Examples:
        swiftlet evaluate model.swiftlet pictures/
        swiftlet evaluate model.swiftlet pictures/ --float student.onnx --json
      A model with class embeddings can tell pictures of none of its classes. --unknown, a folder \
      of such pictures, measures how well: AUROC, the share of pairs in which the picture of a \
      class has the greater rejection score (50 % is guessing), and FPR95, the share of unknown \
      pictures that pass a threshold which 95 % of the others pass.
        swiftlet evaluate model.swiftlet pictures/ --unknown others/
        swiftlet evaluate model.swiftlet pictures/ --unknown others/ \\
          --temperatures 1,0.05,0.01
      """)

  @Argument(help: "The model file.")
  var model: String

  @Argument(help: "A folder of pictures, for example one with a folder for each label.")
  var folder: String

  @Option(name: .customLong("float"), help: "The float student (ONNX) to compare with.")
  var student: String?

  @Option(help: "A CSV file of path and label, paths as below the folder.")
  var labelsCSV: String?

  @Option(help: "Use at most so many pictures.")
  var limit: Int?

  @Option(
    help: ArgumentHelp("A folder of pictures that show none of the classes.", valueName: "folder"))
  var unknown: String?

  @Option(
    help: ArgumentHelp(
      "With --unknown: temperatures to compare, with commas between them.", valueName: "t,t"))
  var temperatures: String?

  @Option(help: "Labels, with commas between them, whose pictures are also counted on their own.")
  var added: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var rejection: RejectionArguments
  @OptionGroup var engine: EngineArguments

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit) leaves no picture") }
    guard temperatures == nil || unknown != nil else {
      throw ValidationError("--temperatures goes with --unknown")
    }
    _ = try comparedTemperatures()
  }

  func run() throws {
    var classifier = try ModelFiles.naming(model) { () throws(RuntimeError) in
      try Classifier(model, options: engine.options)
    }
    let reference = try student.map { try FloatReference($0, classifier, threads: engine.threads) }
    let truth = try GroundTruth(
      folder: folder, csv: labelsCSV,
      labels: (0..<classifier.labelCount).map { classifier.label($0) })
    let files: [String]
    do {
      files = try Pictures.find(in: folder)
    } catch {
      throw Failure(error.description)
    }
    let names = (0..<classifier.labelCount).map { classifier.label($0) }
    let rule = rejection.rule(classifier.rejection)
    var score = EvaluationScore(
      added: try added.map { try classes($0, of: names) } ?? [],
      rejection: RejectionSummary(
        rule: classifier.rejection,
        trials: try ([rule.temperature] + comparedTemperatures()).map {
          RejectionRule(method: rule.method, temperature: $0)
        }))
    if unknown != nil, classifier.engine.model.classes == nil {
      throw Failure("\(model): it has no class embeddings, so it cannot tell unknown pictures")
    }
    var line = ProgressLine()
    let chosen = files.prefix(limit ?? files.count)
    for (index, file) in chosen.enumerated() {
      do {
        let image = try Pictures.decode(path: file)
        let predictions = try classifier.classify(image, top: 5).map(\.classIndex)
        score.rejection.note(classifier, isKnown: true)
        score.add(
          predictions, truth: truth.label(of: file),
          float: try reference?.classIndex(of: image, &classifier))
      } catch let error as PictureError {
        score.broken += 1
        Terminal.complain("skipped \(error)")
      }
      line.show("evaluating", Double(index + 1) / Double(chosen.count))
    }
    line.finish()
    guard score.count > 0 else {
      throw Failure("\(folder): none of its pictures can be decoded")
    }
    if let unknown {
      try LabelsCommand.classify(unknown, &classifier) {
        score.rejection.note($1, isKnown: false)
      }
    }
    print(json ? score.object(labels: names).line : score.table(labels: names))
  }

  private func comparedTemperatures() throws -> [Float] {
    try (temperatures ?? "").split(separator: ",").map { part in
      guard let value = Float(part), ClassesRecord.isFactor(value) else {
        throw ValidationError(
          "--temperatures: '\(part)' is not a number within 2^-20...2^20; write 1,0.05,0.01")
      }
      return value
    }
  }

  /// The classes of a list of labels.
  private func classes(_ list: String, of names: [String]) throws -> Set<Int> {
    Set(
      try list.split(separator: ",").map { part in
        let label = part.trimmingPrefix(" ")
        guard let index = names.firstIndex(of: String(label)) else {
          throw Failure("--added: '\(label)' is no label of the model")
        }
        return index
      })
  }
}

/// The float student under the model's own preprocessing.
final class FloatReference {
  private let executor: FloatExecutor
  private var preprocessor: Preprocessor
  private var bytes: [UInt8]

  init(_ path: String, _ classifier: borrowing Classifier, threads: Int) throws {
    let ending: ImportedStudent.Ending
    do {
      let student = try ONNXImporter.student(path: path)
      ending = student.ending
      executor = FloatExecutor(graph: GraphOptimizer.optimize(student.graph), threads: threads)
    } catch let error as ImportError {
      throw Failure(error.description)
    }
    let input = classifier.engine.model.input
    preprocessor = Preprocessor(
      record: classifier.engine.model.preprocessing, height: input.height, width: input.width,
      channels: input.channels)
    bytes = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
    let shape = executor.graph.values[executor.graph.input].shape
    let scores = executor.graph.values[executor.graph.output].shape
    guard shape == Shape(height: input.height, width: input.width, channels: input.channels),
      scores == Shape(height: 1, width: 1, channels: classifier.engine.model.output.channels),
      ending == .linear || classifier.engine.model.classes != nil
    else {
      throw Failure(
        "\(path): its input or output is not that of the model; name the student it came from")
    }
  }

  /// The class with the greatest score; of equal ones the first. An embedding is compared with the
  /// model's own class rows.
  func classIndex(of image: Image, _ classifier: inout Classifier) throws -> Int {
    try bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      try preprocessor.run(
        pixels: image.pixels.span.bytes, width: image.width, height: image.height,
        bytesPerRow: image.bytesPerRow, format: image.format, into: base)
    }
    let channels = preprocessor.channels
    let input = bytes.indices.map { preprocessor.real(bytes[$0], channel: $0 % channels) }
    let scores = try executor.run(input)
    if classifier.engine.model.classes != nil {
      classifier.compute(embedding: scores)
      return classifier.classIndex(rank: 0)
    }
    return scores.indices.max { scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1) }
      ?? 0
  }
}
