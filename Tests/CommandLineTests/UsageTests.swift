// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Usage")
struct UsageTests {
  private static let commands = [
    "classify", "watch", "cameras", "quantize", "inspect", "verify", "labels", "evaluate",
    "benchmark", "deploy", "keys",
  ]

  @Test("help and version are there")
  func help() throws {
    let help = try swiftlet("--help")
    #expect(help.code == 0 && help.output.contains("Exit codes: 0"))
    for command in Self.commands {
      #expect(help.output.contains("  \(command)"))
      let own = try swiftlet(command, "--help")
      #expect(own.code == 0 && own.output.contains("Example"), "\(command)")
    }
    let version = try swiftlet("--version")
    #expect(version.code == 0 && version.output.split(separator: ".").count == 3)
  }

  @Test(
    "wrong usage has the code 64 and says what is wrong",
    arguments: [
      (["frobnicate"], "Unexpected argument 'frobnicate'"),
      (["classify"], "Missing expected argument '<path> ...'"),
      (["classify", "a.png", "--top", "0"], "--top 0 is not within 1...64"),
      (["classify", "a.png", "--threads", "65"], "--threads 65 is not within 1...64"),
      (["classify", "a.png", "--isa", "sse"], "--isa sse is none of scalar, avx2"),
      (["benchmark", "m", "--iterations", "0"], "--iterations 0 is not within"),
      (["evaluate", "m", "pictures", "--limit", "0"], "--limit 0 leaves no picture"),
      (["inspect"], "Missing expected argument '<model>'"),
    ])
  func wrongUsage(_ arguments: [String], _ text: String) throws {
    let outcome = try CommandLineTool.run(arguments)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(text), "\(outcome.errors)")
  }

  @Test(
    "options of quantize are held to their ranges",
    arguments: [
      ["--mean", "1,2"], ["--mean", "1,two,3"], ["--deviation", "0"], ["--deviation", "nan"],
      ["--resize", "70000"], ["--percentile", "40"], ["--pictures", "0"], ["--threads", "0"],
      ["--method", "guess"], ["--activations", "u6"], ["--preprocessing", "none"],
    ])
  func quantizeOptions(_ option: [String]) throws {
    try withTemporaryFolder { folder in
      let output = folder + "/a.swiftlet"
      let outcome = try Sample.quantize(in: folder, output: output, option)
      #expect(outcome.code == 64)
      #expect(outcome.errors.contains(option[1]) || outcome.errors.contains(option[0]))
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}
