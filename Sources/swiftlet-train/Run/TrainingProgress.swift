// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Training

/// Shows a run on a terminal, and writes it to a log of JSON Lines.
final class TrainingProgress {
  private static let isWatched = isatty(STDERR_FILENO) == 1
  private let log: FileHandle?
  private let isSilent: Bool
  private var rate = 0.0
  private var stage = ""
  /// When this process came into the stage, and at which step.
  private var stageStart = (time: ContinuousClock.now, step: 0)
  private var lastShown = ContinuousClock.now

  /// - Parameters:
  ///   - logPath: appended to; nil for none.
  ///   - isSilent: shows nothing; another process does.
  init(logPath: String?, isSilent: Bool = false) throws {
    self.isSilent = isSilent
    guard let logPath else {
      log = nil
      return
    }
    let descriptor = open(logPath, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw TrainingError(
        failure: "\(logPath): cannot be written: \(String(cString: strerror(errno)))")
    }
    log = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .preparation(let what, let part): bar(what, part, "")
    case .step(let report): show(report)
    case .evaluation(let report):
      write([
        "event": "evaluation", "stage": report.stage, "step": report.step,
        "training_loss": report.trainingLoss, "validation_loss": report.validationLoss,
        "accuracy": report.accuracy, "pictures_per_second": rate,
      ])
    case .stageEnd(let report):
      write([
        "event": "stage", "stage": report.stage, "accuracy": report.accuracy,
        "validation_loss": report.validationLoss, "seconds": report.seconds,
        "chosen": Self.chosen(report),
      ])
      clear()
      say(
        "\(report.stage): \(Report.percent(report.accuracy)) % of the sources' validation pictures, "
          + "\(Self.chosen(report)), \(Report.fixed(report.seconds, 0)) s")
    case .warning(let text): say(text)
    }
  }

  static func chosen(_ report: TrainingEvent.StageReport) -> String {
    if let step = report.chosenStep { return "step \(step)" }
    guard let range = report.averagedEvaluations else { return "as it was" }
    return "average over evaluations \(range.lowerBound + 1) to \(range.upperBound)"
  }

  private func show(_ report: TrainingEvent.StepReport) {
    if report.stage != stage || report.step <= stageStart.step {
      (stage, rate, stageStart) = (report.stage, 0, (.now, report.step))
    }
    rate = rate == 0 ? report.picturesPerSecond : 0.9 * rate + 0.1 * report.picturesPerSecond
    guard Self.isWatched, (ContinuousClock.now - lastShown) > .milliseconds(100) else { return }
    lastShown = .now
    let spent = (ContinuousClock.now - stageStart.time) / .seconds(1)
    let done = report.step - stageStart.step
    let left = done > 0 ? spent / Double(done) * Double(report.steps - report.step) : 0
    let accuracy = report.accuracy.map { ", \(Report.percent($0)) %" } ?? ""
    bar(
      "\(report.stage) \(report.step)/\(report.steps)", Double(report.step) / Double(report.steps),
      " loss \(Report.fixed(report.loss, 4))\(accuracy), \(Report.fixed(rate, 0)) pictures/s, "
        + "\(Int(left) / 60):\(String(format: "%02d", Int(left) % 60)) left")
  }

  private func bar(_ title: String, _ part: Double, _ rest: String) {
    guard Self.isWatched, !isSilent else { return }
    let filled = Int((min(max(part, 0), 1) * 24).rounded())
    let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    FileHandle.standardError.write(Data("\r\(title) [\(bar)]\(rest)\u{1B}[K".utf8))
  }

  func clear() {
    if Self.isWatched, !isSilent { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }

  /// A line for people, on standard error.
  func say(_ text: String) {
    guard !isSilent else { return }
    clear()
    FileHandle.standardError.write(Data("swiftlet-train: \(text)\n".utf8))
  }

  /// Writes one line of the log, with the time.
  func write(_ fields: [String: Any]) {
    guard let log else { return }
    var fields = fields
    fields["time"] = ISO8601DateFormatter().string(from: Date())
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? JSONSerialization.data(withJSONObject: fields, options: options) else {
      return
    }
    do {
      try log.write(contentsOf: data + Data("\n".utf8))
    } catch {
      say("a line of the log could not be written: \(error.localizedDescription)")
    }
  }
}
