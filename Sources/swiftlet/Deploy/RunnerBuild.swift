// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The runner's program for a processor.
enum RunnerBuild {
  /// Takes the one that is named, or one that was installed with this program, or builds it from
  /// the source tree that this program was built in; there, what has not changed is not built again.
  ///
  /// - Returns: its bytes, and where they came from.
  static func take(
    _ target: DeployTarget, named: String?
  ) throws -> (bytes: [UInt8], path: String) {
    let path = try named ?? installed(target) ?? build(target)
    guard let bytes = LabelFile.contents(of: path), bytes.starts(with: Array("\u{7F}ELF".utf8))
    else { throw Failure("\(path) is no program for Linux; leave out --runner to build one") }
    try check(Array(bytes), target, path)
    return (Array(bytes), path)
  }

  private static func installed(_ target: DeployTarget) -> String? {
    let path = ModelFiles.executableFolder() + "/../share/swiftlet/runners/\(target.rawValue)"
    return FileManager.default.isReadableFile(atPath: path) ? path : nil
  }

  private static func build(_ target: DeployTarget) throws -> String {
    var folder = ModelFiles.executableFolder()
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      let script = folder + "/scripts/build-runner"
      guard FileManager.default.isExecutableFile(atPath: script) else { continue }
      let output = folder + "/.build/runner/\(target.rawValue)/swiftlet-run"
      if Terminal.isWatched { Terminal.write("swiftlet: the runner for \(target.rawValue) ...\n") }
      let outcome = try ChildProcess.run(
        [script, target.rawValue, "--output", output], takesOutput: true)
      guard outcome.code == 0 else {
        Terminal.write(outcome.output)
        throw Failure(
          "the runner for \(target.rawValue) was not built; see above, or name one with --runner",
          code: Failure.failed)
      }
      return output
    }
    throw Failure(
      "there is neither a runner for \(target.rawValue) nor the source tree to build it; name one "
        + "with --runner")
  }

  /// Compares the machine in the ELF header with the target: elf(5).
  private static func check(_ bytes: [UInt8], _ target: DeployTarget, _ path: String) throws {
    guard bytes.count > 64 else { throw Failure("\(path) is cut off; build it again") }
    let machine = Int(bytes[18]) | Int(bytes[19]) << 8
    let expected =
      switch target {
      case .x86: 62
      case .aarch64: 183
      case .armv7, .armv6: 40
      }
    guard machine == expected else {
      throw Failure("\(path) is a program for another processor than \(target.rawValue)")
    }
  }
}
