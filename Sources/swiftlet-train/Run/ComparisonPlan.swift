// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Quantize
import Training

/// The cells of a comparison, and who does which of them.
struct ComparisonPlan {
  struct Cell {
    var method: TrainingMethod
    var target: String
    var sources: [String]
    var seed: UInt64

    var name: String { "\(method.rawValue)_\(target)_\(seed)" }
  }

  let command: EvaluateCommand
  let cells: [Cell]
  let runsFolder: String
  /// SHA-256 of student and bank.
  let inputs: [String: String]

  init(_ command: EvaluateCommand) throws {
    self.command = command
    runsFolder = command.output + "/runs"
    inputs = [
      "student": try StudentRun.digest(command.data.student),
      "bank": try StudentRun.digest(command.data.bank),
    ]
    let methods = try command.chosenMethods()
    let domains = try PictureFolder(command.data.data).domains
    var targets: [(String, [String])] = []
    if command.protocol == .transfer {
      targets = [("transfer", command.source?.names ?? [])]
    } else {
      let left = command.target?.names ?? domains
      for target in left {
        let sources =
          command.source?.names.filter { $0 != target } ?? domains.filter { $0 != target }
        guard domains.contains(target), !sources.isEmpty else {
          throw TrainingError(
            "\(command.data.data): '\(target)' cannot be left out; the domains are "
              + domains.joined(separator: ", "))
        }
        targets.append((target, sources))
      }
    }
    // Seeds outermost: an early end leaves whole tables of fewer seeds.
    cells = (1...command.seeds).flatMap { seed in
      targets.flatMap { target, sources in
        methods.filter { $0 != .teacher || seed == 1 }.map {
          Cell(method: $0, target: target, sources: sources, seed: UInt64(seed))
        }
      }
    }
  }

  func prepareOutput() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: runsFolder, withIntermediateDirectories: true)
    } catch {
      throw TrainingError(
        failure:
          "\(runsFolder): cannot be made: \(error.localizedDescription) Name another --output")
    }
  }

  func path(_ cell: Cell) -> String { "\(runsFolder)/\(cell.name).json" }

  private func recipe(_ cell: Cell) -> TrainingRecipe {
    var recipe = command.recipe.recipe
    recipe.seed = cell.seed
    return recipe
  }

  /// Does every cell that nobody has done and nobody is doing.
  func runCells() throws {
    let open = try cells.filter { try result($0) == nil }
    guard !open.isEmpty else { return }
    let progress = try TrainingProgress(logPath: command.output + "/log.jsonl")
    let session = try TrainingSession(command.data, command.recipe, progress: progress)
    let tests = try self.tests(session, progress)
    let features = try self.features(session, open, progress)
    Interrupt.install()
    for (index, cell) in open.enumerated() {
      guard let claim = try FileClaim(path(cell) + ".lock") else { continue }
      defer { claim.release() }
      guard try result(cell) == nil else { continue }
      progress.say("\(index + 1) of \(open.count): \(cell.name)")
      progress.write(["event": "run", "run": cell.name])
      let run = MethodRun(
        method: cell.method, target: cell.target, sources: cell.sources, recipe: recipe(cell),
        recipeText: recipeText(cell))
      let done = try run.run(
        session.student, session.set, session.input, features: features, tests: tests(cell),
        shouldPause: { Interrupt.isRequested }, observe: progress.observe)
      guard let done else {
        throw Interrupt.Ended(what: "the same command does the runs that are left")
      }
      try write(done.result, of: cell)
      progress.clear()
      progress.say(
        "\(cell.name): "
          + ([("in-domain", done.result.inDomain)] + done.result.tests.map { ($0.name, $0) })
          .map { "\($0.0) \(Report.percent($0.1.accuracy)) %" }.joined(separator: ", ")
          + ", \(Report.fixed(done.result.seconds, 0)) s")
    }
  }

  /// The tests of a cell.
  private func tests(
    _ session: TrainingSession, _ progress: TrainingProgress
  ) throws -> (Cell) -> [MethodRun.Test] {
    let set = session.set
    func test(_ set: TeacherSet, _ domain: String, _ name: String) -> MethodRun.Test {
      MethodRun.Test(
        name: name, set: set,
        pictures: set.store.usable.filter { set.pictures[$0].domain == domain })
    }
    guard command.protocol == .transfer else {
      return { [test(set, $0.target, $0.target)] }
    }
    var tests: [MethodRun.Test] = []
    let side = max(session.student.inputSize.height, session.student.inputSize.width)
    for (name, folder) in command.testFolders {
      let other = try TrainingSession.pictures(
        folder, set.bank, excluded: [], side: side, allowsOthers: true, command.data,
        progress: progress)
      let domains = Set(other.pictures.map(\.domain)).sorted()
      tests += domains.map { test(other, $0, domains.count == 1 ? name : "\(name) \($0)") }
    }
    return { [tests] _ in tests }
  }

  /// The frozen backbone's features, once for all cells that need them.
  private func features(
    _ session: TrainingSession, _ cells: [Cell], _ progress: TrainingProgress
  ) throws -> FeatureTable? {
    let recipe = command.recipe.recipe
    let needs = cells.contains { $0.method == .adip || $0.method == .linearProbe }
    guard needs, recipe.views > 0 else { return nil }
    // Of all cells, so that the same pictures go through the network together whoever does which.
    let domains = Set(self.cells.flatMap(\.sources))
    let set = session.set
    let pictures = set.store.usable.filter {
      domains.contains(set.pictures[$0].domain) && set.rowOf[$0] != nil
    }
    Interrupt.install()
    let table = FeatureTable(
      session.student, set.store, session.input, plain: pictures, varied: pictures,
      views: recipe.views
    ) { part in
      progress.observe(.preparation("features", part))
      return !Interrupt.isRequested
    }
    guard let table else { throw Interrupt.Ended(what: "nothing was begun yet") }
    return table
  }
}
