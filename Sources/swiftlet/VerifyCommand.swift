// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Runtime

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a model file and run its self-test on this machine.",
    discussion: """
      The self-test runs on every instruction set of this machine, with one and with two threads: \
      all must give the bytes whose digest the file holds.
      Exit codes: 0 all right, 1 the self-test failed, 2 not a good model file.
      Example:
        swiftlet verify model.swiftlet
      """)

  @Argument(help: "The model file.")
  var model: String

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let stored = try ModelFiles.naming(model) { () throws(RuntimeError) in
      try Model.open(model).selftest
    }
    var results: [(name: String, passes: Bool)] = []
    if let stored {
      for isa in InstructionSet.allCases where isa.isSupported {
        for threads in [1, 2] {
          let result = try ModelFiles.naming(model) { () throws(RuntimeError) in
            try Engine.make(
              Model.open(model),
              options: EngineOptions(threads: threads, instructionSet: isa.name.description)
            ).selftest(seed: stored.seed)
          }
          results.append(("\(isa.name), \(threads) threads", result == stored))
        }
      }
    }
    report(results, hasSelftest: stored != nil)
    guard results.allSatisfy(\.passes) else {
      throw Failure(
        "\(model): the self-test failed; this machine or this build does not compute what the "
          + "quantizer computed. Please report it.", code: Failure.failed)
    }
  }

  private func report(_ results: [(name: String, passes: Bool)], hasSelftest: Bool) {
    if json {
      let tests = results.map { result in
        JSONText.object([("name", .string(result.name)), ("passes", .bool(result.passes))])
      }
      print(
        JSONText.object([
          ("path", .string(model)), ("verified", .bool(true)),
          ("hasSelftest", .bool(hasSelftest)), ("selftests", .array(tests)),
        ]).line)
      return
    }
    print("\(model): the file keeps all rules")
    if !hasSelftest { print("it holds no self-test") }
    for result in results {
      print("self-test, \(result.name): \(result.passes ? "the same bytes" : "DIFFERENT BYTES")")
    }
  }
}
