// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Other programs, such as ssh.
enum ChildProcess {
  struct Outcome {
    /// The exit code; 255 where a signal ended it.
    var code: Int32
    /// What it wrote to both streams where it was taken; else empty.
    var output: String
  }

  /// Runs a program of the search path to its end.
  ///
  /// - Parameters:
  ///   - input: a file that it reads; nil: nothing.
  ///   - takesOutput: whether its output is returned; else it goes where this program's goes.
  static func run(
    _ words: [String], input: String? = nil, takesOutput: Bool = false
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput =
      input.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
    let pipe = Pipe()
    if takesOutput {
      process.standardOutput = pipe
      process.standardError = pipe
    }
    fflush(nil)
    do { try process.run() } catch {
      throw Failure("\(words[0]) cannot be started; install it", code: Failure.failed)
    }
    var output = Data()
    if takesOutput { output = try pipe.fileHandleForReading.readToEnd() ?? Data() }
    process.waitUntilExit()
    let isExit = process.terminationReason == .exit
    return Outcome(
      code: isExit ? process.terminationStatus : 255,
      output: String(decoding: output, as: UTF8.self))
  }
}
