// SPDX-License-Identifier: Apache-2.0
import Runtime

/// `swiftlet-run verify MODEL`: checks a model file and runs its self-test on this machine.
enum SelfTest {
  static func run(_ words: [String]) throws(Failure) {
    let arguments = try RunArguments(words)
    guard arguments.source == nil else { throw .usage("verify takes a model file alone") }
    let path = arguments.model
    let text: String
    do throws(RuntimeError) {
      text = try verdict(path, arguments.engineOptions)
    } catch {
      throw Failure(error, file: path)
    }
    guard !text.isEmpty else {
      throw Failure(
        path + ": the self-test failed; this machine does not compute what the quantizer computed. "
          + "Please report it.", code: Failure.failed)
    }
    Terminal.write(path + ": the file keeps all rules; " + text + "\n", to: Terminal.standardOutput)
  }

  /// What became of the self-test; empty where it failed.
  private static func verdict(
    _ path: String, _ options: EngineOptions
  ) throws(RuntimeError) -> String {
    let model = try Model.open(path)
    let stored = model.selftest
    let engine = try Engine.make(model, options: options)
    guard let stored else { return "it holds no self-test" }
    guard engine.selftest(seed: stored.seed) == stored else { return "" }
    return "self-test, " + engine.instructionSet.name.description + ": the same bytes"
  }
}
