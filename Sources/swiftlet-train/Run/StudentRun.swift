// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import Quantize
import Training

/// One student in an output folder: trained, resumed, saved. Of several processes the first one alone
/// writes and speaks.
struct StudentRun {
  let arguments: RunArguments
  let session: TrainingSession
  let sources: [String]
  let targets: [String]
  let split: SourceSplit
  let progress: TrainingProgress
  private let exchange: any GradientExchange
  private let claim: FileClaim?
  /// Of student and bank.
  private let digests: [String: String]

  /// Claims the folder and reads everything.
  init(_ arguments: RunArguments, _ exchange: any GradientExchange = SingleProcess()) throws {
    (self.arguments, self.exchange) = (arguments, exchange)
    let isFirst = exchange.rank == 0
    claim = isFirst ? try Self.claim(arguments.output) : nil
    let domains = try PictureFolder(arguments.data.data).domains
    targets = arguments.target?.names ?? []
    let left = targets
    sources = arguments.source?.names ?? domains.filter { !left.contains($0) }
    guard !sources.isEmpty else {
      throw TrainingError(
        "\(arguments.data.data): no domain is left to train on; name fewer in --target")
    }
    progress = try TrainingProgress(
      logPath: isFirst ? arguments.output + "/log.jsonl" : nil, isSilent: !isFirst)
    session = try TrainingSession(
      arguments.data, arguments.recipe, domains: sources + targets, progress: progress)
    split = try SourceSplit(session.set, sources: sources, seed: arguments.recipe.seed)
    digests = [
      "student": try Self.digest(arguments.data.student),
      "bank": try Self.digest(arguments.data.bank),
    ]
    Self.report(session.set, split, sources, progress)
    Processes.report(exchange, arguments, domains: sources.count, progress)
  }

  private static func claim(_ output: String) throws -> FileClaim {
    do {
      try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    } catch {
      throw TrainingError(
        failure: "\(output): cannot be made: \(error.localizedDescription) Name another --output")
    }
    guard let claim = try FileClaim(output + "/lock") else {
      throw TrainingError(
        "\(output): another process trains into this folder; wait for its end, or name another "
          + "--output")
    }
    return claim
  }

  static func digest(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TrainingError("\(path): cannot be read; check the path and its permissions")
    }
    return SHA256.hash(data: data).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func report(
    _ set: TeacherSet, _ split: SourceSplit, _ sources: [String], _ progress: TrainingProgress
  ) {
    let training = split.training.reduce(0) { $0 + $1.count }
    let validation = split.validation.reduce(0) { $0 + $1.count }
    progress.say(
      "\(training) pictures train, \(validation) choose the checkpoint, of "
        + "\(sources.sorted().joined(separator: ", ")); \(set.classes.count) classes")
    let unknown = set.store.usable.filter {
      sources.contains(set.pictures[$0].domain) && set.rowOf[$0] == nil
    }.count
    if unknown > 0 {
      progress.say("\(unknown) pictures of the sources are not in the bank; they are left out")
    }
    let silent = Set(
      set.pictures.indices.filter { set.classOf[$0] == nil }.map { set.pictures[$0].label })
    if !silent.isEmpty {
      progress.say(
        "\(silent.count) labels have no text, their pictures take the image term alone: "
          + silent.sorted().prefix(8).joined(separator: ", ") + (silent.count > 8 ? ", ..." : ""))
    }
  }

  /// What a student in this folder was made of, and must be tested with.
  private var origin: [String: String] {
    [
      "student's SHA-256": digests["student"] ?? "", "bank's SHA-256": digests["bank"] ?? "",
      "sources": sources.sorted().joined(separator: ","),
      "excluded": (arguments.data.exclude?.names ?? []).sorted().joined(separator: ","),
      "preprocessing": arguments.data.preprocessing.rawValue,
    ]
  }

  /// Number and digest of the pictures that train and choose.
  private var picturesText: String {
    var hash = SHA256()
    let parts = split.training + split.validation
    for part in parts {
      for picture in part {
        hash.update(data: Data((session.set.pictures[picture].path + "\n").utf8))
      }
      hash.update(data: Data("\n".utf8))
    }
    let digest = hash.finalize().prefix(8).map { String(format: "%02x", $0) }.joined()
    return "\(parts.reduce(0) { $0 + $1.count }) (\(digest))"
  }

  func path(_ name: String) -> String { arguments.output + "/" + name }

  /// Trains the stages, from the checkpoint where there is one.
  ///
  /// - Parameter name: of the checkpoint.
  /// - Throws: `ExitCode.success` in all processes but the first one, which goes on alone.
  func train(_ student: Student, _ stages: [TrainingStage], name: String) throws {
    let checkpoints = TrainingRun.Checkpoints(
      path: path("\(name).checkpoint"), seconds: arguments.checkpointMinutes * 60,
      texts: origin.merging([
        "recipe": arguments.recipe.summary, "stages": stages.map(\.name).joined(separator: ","),
        "pictures": picturesText,
      ]) { $1 })
    var resumed: Checkpoint?
    let files = [checkpoints.path, Checkpoint.previous(of: checkpoints.path)]
    if arguments.restart {
      if exchange.rank == 0 { for file in files { unlink(file) } }
    } else if files.contains(where: { FileManager.default.fileExists(atPath: $0) }) {
      let checkpoint = try loadCheckpoint(checkpoints.path)
      let done = checkpoint.integers["stage.index"].map { Int($0) } ?? 0
      progress.say(
        done < stages.count
          ? "going on from stage \(stages[done].name), step \(checkpoint.integers["stage.step"] ?? 0)"
          : "\(name) is done already; --restart does it anew")
      resumed = checkpoint
    }
    if resumed == nil {
      progress.write(["event": "start", "stages": stages.map(\.name), "number": stages[0].number])
    }
    Interrupt.install()
    var run = TrainingRun(
      student, session.set, split, stages: stages, recipe: arguments.recipe.recipe,
      input: session.input)
    run.exchange = exchange
    let outcome = try run.run(
      checkpoints: checkpoints, resumed: resumed, shouldPause: { Interrupt.isRequested },
      observe: progress.observe)
    try Processes.part(exchange)
    guard !outcome.isPaused else {
      let isKept = FileManager.default.fileExists(atPath: checkpoints.path)
      throw Interrupt.Ended(
        what: isKept
          ? "the same command goes on from \(checkpoints.path)"
          : "no step was taken yet, and the same command begins again")
    }
  }

  private func loadCheckpoint(_ path: String) throws(TrainingError) -> Checkpoint {
    do {
      let (checkpoint, warning) = try Checkpoint.load(from: path)
      if let warning { progress.say(warning) }
      return checkpoint
    } catch {
      throw TrainingError("\(error.description). Add --restart to begin anew")
    }
  }

  /// Writes a student's parameters.
  func save(_ student: Student, to name: String) throws {
    var checkpoint = Checkpoint()
    checkpoint.add(student)
    checkpoint.texts = origin
    try checkpoint.save(to: path(name))
    unlink(Checkpoint.previous(of: path(name)))
  }

  /// Gives a student the parameters that another command wrote.
  func load(_ name: String, madeBy command: String, into student: Student) throws {
    guard FileManager.default.fileExists(atPath: path(name)) else {
      throw TrainingError(
        "\(path(name)): not there; 'swiftlet-train \(command)' with the same --output makes it")
    }
    let (checkpoint, warning) = try Checkpoint.load(from: path(name))
    if let warning { progress.say(warning) }
    for (key, value) in origin.sorted(by: { $0.key < $1.key })
    where checkpoint.texts[key] != value {
      throw TrainingError(
        "\(path(name)): made with \(key) '\(checkpoint.texts[key] ?? "unknown")', not '\(value)'; "
          + "name the same, or do '\(command)' anew with --restart")
    }
    try checkpoint.restore(student)
  }
}
