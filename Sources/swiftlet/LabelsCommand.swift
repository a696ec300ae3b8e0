// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
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
        swiftlet labels MODEL [list] [--json]
        swiftlet labels MODEL add NAME... --from BANK [--as LABEL] [--negative] \
          [--calibrate PICTURES]
        swiftlet labels MODEL remove NAME...
        swiftlet labels MODEL rename OLD NEW
        swiftlet labels MODEL threshold [VALUE | --calibrate PICTURES | --clear]
        swiftlet labels MODEL offset [NAME... --calibrate PICTURES | --by OFFSET | --clear]
      A picture whose rejection score is below the threshold is unknown: classify and watch say so. \
      The score depends on all classes, so add and remove drop the threshold: calibrate it again, \
      or insist with --keep-threshold. Beside classes that the student was trained on, an added \
      one hardly ever wins; an offset raises its cosine. --calibrate chooses it by pictures of the \
      trained classes, of which the share --keep stays with its class. The file is replaced as a \
      whole or not at all.
      Examples:
        swiftlet labels model.swiftlet add zebra "sea turtle" --from bank.safetensors
        swiftlet labels model.swiftlet add okapi --from bank.safetensors --calibrate pictures/
        swiftlet labels model.swiftlet threshold --calibrate pictures/
      """)

  enum Action: String, ExpressibleByArgument, CaseIterable {
    case list, add, remove, rename, threshold, offset
  }

  @Argument(help: "The model file.")
  var model: String

  @Argument(help: "What to do.")
  var action = Action.list

  @Argument(help: "Names of classes, or the threshold.")
  var values: [String] = []

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp("add: the embedding bank (safetensors) with the texts.", valueName: "bank"))
  var bank: String?

  @Option(
    help: ArgumentHelp(
      "add: the names of the bank's rows, a text file, where the bank itself has none.",
      valueName: "file"))
  var names: String?

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("add: the label in the model, if not the bank's name.", valueName: "label"))
  var label: String?

  @Flag(help: "add: a label that competes with the classes but is never decided.")
  var negative = false

  @Option(
    help: ArgumentHelp(
      "threshold: a folder of pictures of the model's classes, none it was trained on. "
        + "add, offset: a folder of pictures of the other classes, a folder for each class at best.",
      valueName: "folder"))
  var calibrate: String?

  @Option(
    help: ArgumentHelp(
      "threshold: the share of those pictures that stay known. add, offset: the share that keeps "
        + "its class. Above 0 and at most 1; 0.95 and 0.98 if not given.",
      valueName: "share"))
  var keep: Double?
  static let standardKeep = 0.95
  static let standardOffsetKeep = 0.98

  @Option(
    help: ArgumentHelp(
      "offset: what is added to the classes' cosines, -2...2.", valueName: "offset"))
  var by: Float?

  @Flag(help: "threshold: no picture is unknown any more. offset: cosines as they are.")
  var clear = false

  @Flag(help: "add, remove, offset: keep a threshold that was calibrated for other scores.")
  var keepThreshold = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the changed model here and leave the old one.", valueName: "file"))
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
      case .offset: 0...Int.max
      }
    guard counts.contains(values.count) else {
      throw ValidationError("\(action.rawValue) does not take \(values.count) names or numbers")
    }
    guard action == .add || bank == nil else { throw ValidationError("--from goes with add") }
    guard action != .add || bank != nil else {
      throw ValidationError("add needs --from BANK: the embedding bank with the texts")
    }
    guard action == .threshold || (rejection.method == nil && rejection.temperature == nil) else {
      throw ValidationError("--method and --temperature go with threshold")
    }
    guard action == .add || (label == nil && names == nil && !negative) else {
      throw ValidationError("--as, --names and --negative go with add")
    }
    if label != nil, values.count != 1 { throw ValidationError("--as goes with one name") }
    try validateCalibration()
    guard [.add, .remove, .offset].contains(action) || !keepThreshold else {
      throw ValidationError("--keep-threshold goes with add, remove and offset")
    }
    guard values.count + (calibrate == nil ? 0 : 1) + (clear ? 1 : 0) <= 1 || action != .threshold
    else { throw ValidationError("give a threshold, or --calibrate, or --clear") }
  }

  private func validateCalibration() throws {
    guard calibrate == nil || [.threshold, .offset, .add].contains(action) else {
      throw ValidationError("--calibrate goes with threshold, offset and add")
    }
    guard calibrate == nil || action != .add || !negative else {
      throw ValidationError("a negative label is never decided and needs no offset: no --calibrate")
    }
    guard !clear || action == .threshold || action == .offset else {
      throw ValidationError("--clear goes with threshold and offset")
    }
    guard by == nil || action == .offset else { throw ValidationError("--by goes with offset") }
    if action == .offset {
      let ways = (calibrate == nil ? 0 : 1) + (by == nil ? 0 : 1) + (clear ? 1 : 0)
      guard ways == (values.isEmpty ? 0 : 1) else {
        throw ValidationError(
          "offset takes names of classes and one of --calibrate, --by and --clear, or nothing")
      }
    }
    guard keep.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw ValidationError("--keep \(keep ?? 0) is not above 0 and at most 1")
    }
    guard keep == nil || calibrate != nil else {
      throw ValidationError("--keep goes with --calibrate")
    }
  }

  func run() throws {
    if action == .list { return try printLabels() }
    do {
      if action == .threshold, values.isEmpty, calibrate == nil, !clear {
        return report(try editor())
      }
      if action == .offset, values.isEmpty { return report(try editor()) }
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
      if let folder = calibrate {
        try calibrateOffsets(of: values.map { label ?? $0 }, in: folder, &editor)
      }
    case .remove: for name in values { try editor.remove(name) }
    case .rename: try editor.rename(values[0], to: values[1])
    case .threshold: try changeThreshold(&editor)
    case .offset: try changeOffsets(&editor)
    }
    if let rule = editor.droppedRejection {
      Terminal.complain(
        "the threshold \(rule.threshold) was chosen for other scores and is dropped: now no picture "
          + "is unknown; choose one anew with 'swiftlet labels \(output ?? model) threshold "
          + "--calibrate PICTURES\(rule.options)'")
    }
  }
}
