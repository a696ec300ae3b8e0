// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// How a run of the program ended.
struct Outcome {
  /// The exit code, or the signal that ended it.
  var code: Int32
  var isSignal = false
  var output: String
  var errors: String

  /// The lines of the output, each a JSON object.
  func objects() throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return try #require(value as? [String: Any], "\(line)")
    }
  }

  /// The output, which is one JSON object on one line.
  func object() throws -> [String: Any] {
    let objects = try objects()
    #expect(objects.count == 1)
    return try #require(objects.first)
  }
}

/// The built program, run as a process of its own.
enum CommandLineTool {
  /// It lies beside the executable of the tests.
  static var path: String { path(of: "swiftlet") }

  static func path(of program: String) -> String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent(program).path
  }

  /// Far beyond what any of these runs takes.
  private static let timeoutSeconds = 120.0

  /// Runs `executable` and waits for its end.
  ///
  /// - Parameters:
  ///   - interruptAfter: seconds after which SIGINT is sent.
  ///   - interruptWhen: asked again and again, with the process; SIGINT is sent when it says so.
  static func run(
    _ arguments: [String], input: Data? = nil, environment: [String: String] = [:],
    interruptAfter: Double? = nil, interruptWhen: ((pid_t) throws -> Bool)? = nil,
    executable: String = path
  ) throws -> Outcome {
    try withTemporaryFolder { folder in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: executable)
      process.arguments = arguments
      var variables = ProcessInfo.processInfo.environment
      for name in ["SWIFTLET_MODEL", "SWIFTLET_ISA"] { variables[name] = nil }
      process.environment = variables.merging(environment) { $1 }
      // Files rather than pipes: nobody has to empty them.
      let streams = ["in", "out", "err"].map { folder + "/" + $0 }
      try (input ?? Data()).write(to: URL(fileURLWithPath: streams[0]))
      for path in streams[1...] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
      process.standardInput = FileHandle(forReadingAtPath: streams[0])
      process.standardOutput = FileHandle(forWritingAtPath: streams[1])
      process.standardError = FileHandle(forWritingAtPath: streams[2])
      try start(process)
      let start = Date()
      try wait(for: process) {
        if let interruptAfter { return Date().timeIntervalSince(start) >= interruptAfter }
        return try interruptWhen?(process.processIdentifier) ?? false
      }
      let texts = try streams[1...].map { path in
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
      }
      return Outcome(
        code: process.terminationStatus, isSignal: process.terminationReason == .uncaughtSignal,
        output: texts[0], errors: texts[1])
    }
  }

  /// The threads of tests block signals, and a new process inherits that.
  private static func start(_ process: Process) throws {
    var none = sigset_t()
    var old = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    try process.run()
  }

  private static func wait(
    for process: Process, isInterrupted isDue: () throws -> Bool
  ) rethrows {
    let start = Date()
    var isInterrupted = false
    while process.isRunning {
      usleep(1000)
      let seconds = Date().timeIntervalSince(start)
      if try !isInterrupted && isDue() {
        process.interrupt()
        isInterrupted = true
      }
      if seconds > timeoutSeconds {
        Issue.record("\(process.arguments ?? []) hangs")
        kill(process.processIdentifier, SIGKILL)
        break
      }
    }
    process.waitUntilExit()
  }
}

/// Runs the program with these arguments.
func swiftlet(_ arguments: String..., input: Data? = nil) throws -> Outcome {
  try CommandLineTool.run(arguments, input: input)
}

/// A folder that is deleted afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}
