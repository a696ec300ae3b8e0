// SPDX-License-Identifier: Apache-2.0
import Runtime

/// `swiftlet deploy --check`: what a board is, and how fast a model may be on it.
struct BoardCheck {
  let board: RemoteBoard
  let model: String?
  let json: Bool

  static func ask(_ board: RemoteBoard) throws -> BoardReport {
    let text = try board.require(BoardReport.script, to: "asking what it is")
    guard let report = BoardReport(text) else {
      throw Failure(
        "\(board.host): its shell did not answer as a Linux board's; log in and look",
        code: Failure.failed)
    }
    return report
  }

  func run() throws {
    let path = try model ?? ModelFiles.standard()
    let operations = try ModelFiles.naming(path) { () throws(RuntimeError) in
      let engine = try Engine.make(Model.open(path))
      return engine.model.nodes.indices.reduce(0.0) { $0 + Double(engine.multiplyAccumulates($1)) }
    }
    let report = try Self.ask(board)
    let estimate = SpeedEstimate(report, operations: operations)
    if json {
      print(object(report, estimate, path, operations).line)
    } else {
      printTable(report, estimate, path, operations)
    }
  }

  // MARK: - Table

  private func printTable(
    _ report: BoardReport, _ estimate: SpeedEstimate?, _ path: String, _ operations: Double
  ) {
    let clock = report.megahertz.map { ", up to \($0) MHz" } ?? ""
    print("board        \(report.board ?? "unknown"), Linux \(report.kernel)")
    print("processor    \(report.machine), \(report.cores) cores\(clock)")
    print("runner       \(report.target?.rawValue ?? "none for this processor")")
    if let estimate { print("kernels      \(estimate.instructionSet)") }
    if let memory = report.memoryKilobytes, let free = report.availableKilobytes {
      print("memory       \(memory / 1024) MB, \(free / 1024) MB available")
    }
    if let disk = report.freeDiskKilobytes { print("disk         \(disk / 1024) MB free") }
    if let celsius = report.celsius { print("temperature  \(fixed(celsius, 1)) degrees Celsius") }
    let package = report.architecture.map { ", dpkg (\($0))" } ?? ", no dpkg: install.sh is used"
    print("system       \(report.hasSystemd ? "systemd" : "no systemd")\(package)")
    print("cameras      \(report.cameras.isEmpty ? "none" : report.cameras[0])")
    for camera in report.cameras.dropFirst() { print("             \(camera)") }
    print("model        \(path), \(fixed(operations / 1e6, 0)) M multiply-accumulates")
    if let estimate {
      print(
        "speed        \(fixed(estimate.fastest, 0)) to \(fixed(estimate.slowest, 0)) ms a frame on "
          + "one core: an estimate from the clock, nothing was measured")
    } else {
      print("speed        no estimate: the board does not tell its clock")
    }
  }

  // MARK: - JSON

  private func object(
    _ report: BoardReport, _ estimate: SpeedEstimate?, _ path: String, _ operations: Double
  ) -> JSONText {
    func number(_ value: Int?) -> JSONText { value.map { .integer($0) } ?? .null }
    func text(_ value: String?) -> JSONText { value.map { .string($0) } ?? .null }
    return .object([
      ("host", .string(board.host)), ("board", text(report.board)),
      ("kernel", .string(report.kernel)), ("machine", .string(report.machine)),
      ("target", text(report.target?.rawValue)), ("cores", .integer(report.cores)),
      ("features", .array(report.features.map { .string($0) })),
      ("megahertz", number(report.megahertz)), ("memoryKilobytes", number(report.memoryKilobytes)),
      ("availableKilobytes", number(report.availableKilobytes)),
      ("freeDiskKilobytes", number(report.freeDiskKilobytes)),
      ("celsius", report.celsius.map { .number($0) } ?? .null),
      ("hasSystemd", .bool(report.hasSystemd)), ("architecture", text(report.architecture)),
      ("cameras", .array(report.cameras.map { .string($0) })), ("model", .string(path)),
      ("multiplyAccumulates", .number(operations)),
      (
        "estimate",
        estimate.map { estimate in
          .object([
            ("instructionSet", .string(estimate.instructionSet)),
            ("fastestMilliseconds", .number(estimate.fastest)),
            ("slowestMilliseconds", .number(estimate.slowest)),
          ])
        } ?? .null
      ),
    ])
  }
}
