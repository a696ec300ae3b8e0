// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Glibc
import Quantize
import Training

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Compare methods under one protocol and budget.",
    discussion: """
      leave-one-domain-out: each domain is left out once; students train on the others and are \
      tested on it. transfer: students train on --source and are tested on other folders of \
      pictures, by their own class texts (--test NAME=FOLDER). Each source domain is divided 80/20; \
      the 20 % choose the checkpoint and give the in-domain figure.
      Every run is a file in OUTPUT/runs, and a run that has one is not done again: start the same \
      command on several machines with a shared folder, or with --jobs, and they share the work.
      Example:
        swiftlet-train evaluate --protocol leave-one-domain-out --methods all --seeds 3 \\
          --bank bank.safetensors --data pictures/ --student student.onnx --output table/
      """)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case leaveOneDomainOut = "leave-one-domain-out"
    case transfer
  }

  @OptionGroup var data: DataArguments
  @OptionGroup var recipe: RecipeArguments

  @Option(help: "leave-one-domain-out or transfer.")
  var `protocol` = Kind.leaveOneDomainOut

  @Option(help: "all, or methods with commas between them.")
  var methods = NameList(names: ["all"])

  @Option(help: "Runs of each cell, with the seeds 1, 2, ...")
  var seeds = 3

  @Option(
    help: "Domains that train, with commas between them; all but the left-out one by default.")
  var source: NameList?

  @Option(help: "Domains to leave out, with commas between them; all by default.")
  var target: NameList?

  @Option(help: "transfer: NAME=FOLDER, pictures to test on; each of its domains is one test.")
  var test: [String] = []

  @Option(help: "The folder for runs and tables.")
  var output: String

  @Option(help: "Processes side by side; give each --threads 1 where they are as many as cores.")
  var jobs = 1

  @Flag(help: "Print the table as JSON.")
  var json = false

  @Flag(help: ArgumentHelp("One of --jobs: does runs and leaves the table.", visibility: .hidden))
  var worker = false

  func run() throws {
    let plan = try ComparisonPlan(self)
    try plan.prepareOutput()
    if jobs > 1 { try plan.startJobs() } else { try plan.runCells() }
    if worker { return }
    let table = try plan.table()
    try table.write(to: output)
    print(json ? try table.json() : table.markdown())
  }

  /// Names and folders of --test.
  var testFolders: [(name: String, folder: String)] {
    test.compactMap { entry in
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  func chosenMethods() throws -> [TrainingMethod] {
    let names = methods.names
    if names == ["all"] { return TrainingMethod.allCases }
    return try names.map { name in
      guard let method = TrainingMethod(rawValue: name) else {
        throw ValidationError(
          "there is no method '\(name)'; there are "
            + TrainingMethod.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return method
    }
  }

  func validate() throws {
    _ = try chosenMethods()
    guard (1...1000).contains(seeds) else {
      throw ValidationError("--seeds \(seeds) is not 1...1000")
    }
    guard (1...64).contains(jobs) else { throw ValidationError("--jobs \(jobs) is not 1...64") }
    guard `protocol` == .transfer || test.isEmpty else {
      throw ValidationError("--test goes with --protocol transfer")
    }
    guard `protocol` == .leaveOneDomainOut || !test.isEmpty && source != nil && target == nil else {
      throw ValidationError("--protocol transfer needs --source and --test, and no --target")
    }
    guard testFolders.count == test.count, Set(testFolders.map(\.name)).count == test.count else {
      throw ValidationError("--test is NAME=FOLDER, each with a name of its own")
    }
    guard recipe.seed == 1 else {
      throw ValidationError("--seed is for one student; here --seeds says how many seeds there are")
    }
  }
}
