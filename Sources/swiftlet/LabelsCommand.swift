// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Pictures
import Quantize
import Runtime

struct LabelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labels",
    abstract: "List and edit the classes of a finished model.",
    discussion: """
      A model that was quantized with --classes compares what it sees with the text embeddings of \
      its classes. They can be changed at any time, without training or calibration. BANK is the \
      embedding bank of the vision-language model that the student was distilled from.
        swiftlet labels MODEL list [--json]
        swiftlet labels MODEL add NAME... --from BANK [--as LABEL] [--negative]
        swiftlet labels MODEL remove NAME...
        swiftlet labels MODEL rename OLD NEW
        swiftlet labels MODEL threshold [VALUE | --calibrate PICTURES [--keep 0.95] | --clear]
      A picture whose rejection score is below the threshold is unknown: classify and watch say so. \
      The score depends on all classes, so add and remove drop the threshold: calibrate it again, \
      or insist with --keep-threshold. The file is replaced as a whole or not at all.
      Examples:
        swiftlet labels model.swiftlet add zebra "sea turtle" --from bank.safetensors
        swiftlet labels model.swiftlet threshold --calibrate pictures/
      """)

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case list, add, remove, rename, threshold
  }

  @Argument(help: "The model file.")
  var model: String

  @Argument(help: "list, add, remove, rename or threshold.")
  var action: Action

  @Argument(help: "Names of classes, or the threshold.")
  var values: [String] = []

  @Option(name: .customLong("from"), help: "add: the embedding bank (safetensors) with the texts.")
  var bank: String?

  @Option(help: "add: the names of the bank's rows, a text file, where the bank itself has none.")
  var names: String?

  @Option(name: .customLong("as"), help: "add: the label in the model, if not the bank's name.")
  var label: String?

  @Flag(help: "add: a label that competes with the classes but is never decided.")
  var negative = false

  @Option(help: "threshold: a folder of pictures of the model's classes, none it was trained on.")
  var calibrate: String?

  @Option(help: "threshold: the share of those pictures that stay known, above 0 and at most 1.")
  var keep = 0.95

  @Flag(help: "threshold: no picture is unknown any more.")
  var clear = false

  @Flag(help: "add, remove: keep a threshold that was calibrated for other classes.")
  var keepThreshold = false

  @Option(name: .shortAndLong, help: "Write the changed model here and leave the old one.")
  var output: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var rejection: RejectionArguments
  @OptionGroup var engine: EngineArguments

  func validate() throws {
    let counts: ClosedRange<Int> =
      switch action {
      case .list: 0...0
      case .add, .remove: 1...Int.max
      case .rename: 2...2
      case .threshold: 0...1
      }
    guard counts.contains(values.count) else {
      throw ValidationError("\(action.rawValue) does not take \(values.count) names or numbers")
    }
    guard (action == .add) == (bank != nil) else {
      throw ValidationError("--from BANK goes with add")
    }
    guard action == .add || (label == nil && names == nil && !negative) else {
      throw ValidationError("--as, --names and --negative go with add")
    }
    if label != nil, values.count != 1 { throw ValidationError("--as goes with one name") }
    guard action == .threshold || (calibrate == nil && !clear) else {
      throw ValidationError("--calibrate and --clear go with threshold")
    }
    guard action == .add || action == .remove || !keepThreshold else {
      throw ValidationError("--keep-threshold goes with add and remove")
    }
    guard values.count + (calibrate == nil ? 0 : 1) + (clear ? 1 : 0) <= 1 || action != .threshold
    else { throw ValidationError("give a threshold, or --calibrate, or --clear") }
    guard keep > 0, keep <= 1 else {
      throw ValidationError("--keep \(keep) is not above 0 and at most 1")
    }
  }

  func run() throws {
    if action == .list { return try list() }
    do {
      if action == .threshold, values.isEmpty, calibrate == nil, !clear {
        return report(try editor())
      }
      try edit()
    } catch let error as ClassError {
      throw Failure(error.description)
    } catch let error as QuantizationError {
      throw Failure(error.description, code: Failure.failed)
    } catch let error as FileChanged {
      throw Failure(error.description, code: Failure.failed)
    }
  }

  /// Two programs that edit one file do so one after the other.
  private func edit() throws {
    try checkReadable()
    let lock = try output == nil ? FileLock(model, onWait: sayWaiting) : nil
    // Held until the new file is in its place.
    defer { withExtendedLifetime(lock) {} }
    let target = lock?.path ?? output ?? model
    var editor = try editor()
    try AtomicFile.check(target)
    try change(&editor)
    let bytes = try editor.bytes()
    try lock?.check()
    try AtomicFile.write(bytes, to: target)
    report(editor)
  }

  private func sayWaiting() {
    Terminal.complain("\(model): another program edits it; waiting for its end (Ctrl-C: no change)")
  }

  /// Opened by the runtime first, for its errors.
  private func checkReadable() throws {
    _ = try ModelFiles.naming(model) { () throws(RuntimeError) in try Model.open(model) }
  }

  private func editor() throws -> ModelEditor {
    try checkReadable()
    guard let data = LabelFile.contents(of: model) else {
      throw Failure("\(model): the model file cannot be read")
    }
    do {
      return try ModelEditor(Array(data))
    } catch {
      throw Failure("\(model): \(error)")
    }
  }

  private func change(_ editor: inout ModelEditor) throws {
    editor.keepsRejection = keepThreshold
    switch action {
    case .list: break
    case .add:
      let texts = try TextEmbeddings(path: bank ?? "", names: try names.map(LabelFile.read))
      for name in values {
        try editor.add(
          label ?? name, embedding: try texts.embedding(of: name), isNegative: negative)
      }
    case .remove: for name in values { try editor.remove(name) }
    case .rename: try editor.rename(values[0], to: values[1])
    case .threshold: try changeThreshold(&editor)
    }
    if let rule = editor.droppedRejection {
      Terminal.complain(
        "the threshold \(rule.threshold) was chosen for other classes and is dropped: now no picture "
          + "is unknown; choose one anew with 'swiftlet labels \(output ?? model) threshold "
          + "--calibrate PICTURES\(rule.options)'")
    }
  }

  private func changeThreshold(_ editor: inout ModelEditor) throws {
    var rule = rejection.rule(editor.rejection)
    if clear {
      return try editor.setRejection(nil)
    } else if let folder = calibrate {
      var classifier = try ModelFiles.naming(model) { () throws(RuntimeError) in
        try Classifier(model, options: engine.options)
      }
      var scores = RejectionScores()
      try Self.classify(folder, &classifier) { classifier in
        if let score = classifier.rejectionScore(rule) { scores.known.append(score) }
      }
      guard let threshold = scores.threshold(kept: keep) else {
        throw Failure("\(folder): none of its pictures can be decoded")
      }
      rule.threshold = threshold
    } else {
      guard let value = Float(values[0]), (0...1).contains(value) else {
        throw Failure("the threshold '\(values[0])' is not a number within 0...1")
      }
      rule.threshold = value
    }
    try editor.setRejection(rule)
  }

  /// Classifies a folder's pictures; broken ones are named and skipped.
  ///
  /// - Parameter body: called after each picture.
  static func classify(
    _ folder: String, _ classifier: inout Classifier, _ body: (borrowing Classifier) -> Void
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
        body(classifier)
      } catch let error as PictureError {
        Terminal.complain("skipped \(error)")
      }
      line.show("comparing", Double(index + 1) / Double(files.count))
    }
    line.finish()
  }

  // MARK: - What it prints

  private func list() throws {
    let found = try ModelFiles.naming(model) { () throws(RuntimeError) in try Model.open(model) }
    let count = found.labelCount + (found.classes?.negativeCount ?? 0)
    let labels = (0..<count).map { found.label($0) }
    if json {
      print(object(labels, classCount: found.labelCount, found.classes).line)
    } else {
      for (index, label) in labels.enumerated() {
        print(index < found.labelCount ? label : "\(label)  (negative)")
      }
    }
  }

  private func report(_ editor: ModelEditor) {
    let labels = editor.labels + editor.negativeLabels
    let record = ClassesRecord(
      width: editor.width, rowCount: labels.count, negativeCount: editor.negativeLabels.count,
      logitScale: editor.logitScale, rejection: editor.rejection)
    if json {
      print(
        object(
          labels, classCount: editor.labels.count, record, dropped: editor.droppedRejection
        ).line)
    } else if action == .threshold {
      print(editor.rejection.map(Self.describe) ?? "no threshold: no picture is unknown")
    } else {
      let negatives = record.negativeCount
      print(
        "\(output ?? model): " + Self.count(editor.labels.count, "class", "classes")
          + (negatives > 0 ? ", " + Self.count(negatives, "negative label", "negative labels") : "")
      )
    }
  }

  private static func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  static func describe(_ rule: RejectionRule) -> String {
    "\(rule.methodName), temperature \(rule.temperature), threshold \(rule.threshold)"
  }

  private func object(
    _ labels: [String], classCount: Int, _ record: ClassesRecord?, dropped: RejectionRule? = nil
  ) -> JSONText {
    .object(
      [
        ("path", .string(output ?? model)), ("editable", .bool(record != nil)),
        ("labels", .array(labels.prefix(classCount).map { .string($0) })),
        ("negativeLabels", .array(labels.dropFirst(classCount).map { .string($0) })),
        ("width", record.map { .integer($0.width) } ?? .null),
        ("logitScale", record.map { .number(decimal($0.logitScale)) } ?? .null),
        ("rejection", record?.rejection?.object ?? .null),
      ] + (dropped.map { [("droppedRejection", $0.object)] } ?? []))
  }
}
