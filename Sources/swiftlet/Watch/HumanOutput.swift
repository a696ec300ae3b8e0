// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Glibc
import Pipeline

/// Events for people on a terminal: a line for what is news, and one that is always overwritten.
final class HumanOutput {
  private var statusNanoseconds: UInt64 = 0
  private var hasStatus = false

  func write(_ event: WatchEvent) {
    switch event {
    case .start(let start):
      line(
        "start",
        "\(start.model): \(start.classes) classes, \(start.instructionSet), "
          + "\(start.threads) thread\(start.threads == 1 ? "" : "s"); Ctrl-C ends")
    case .source(let source, let fault, let seconds): write(source, fault, seconds)
    case .result(let result): write(result)
    case .fault(let fault): line("fault", "\(fault.kind.name): \(fault.message)")
    case .recovered(let recovery):
      line(
        "well",
        "\(recovery.kind.name) is over after \(fixed(recovery.downSeconds, 1)) s "
          + "(\(recovery.count))")
    case .stats(let statistics): write(statistics)
    case .end(let reason, let frames, let seconds):
      line("end", "\(frames) frames in \(fixed(seconds, 1)) s (\(reason.name))")
    }
  }

  private func write(_ source: SourceDescription, _ fault: FaultKind?, _ seconds: Double) {
    var text = source.name == source.device ? source.name : "\(source.name) (\(source.device))"
    text += ": \(source.format)"
    if source.width > 0 { text += " \(source.width)x\(source.height)" }
    if source.rate > 0 { text += ", \(fixed(source.rate, 1)) frames/s" }
    if let fault { text += "; \(fault.name) is over after \(fixed(seconds, 1)) s" }
    line("source", text)
  }

  private func write(_ result: WatchResult) {
    let percent = fixed(Double(result.probability) * 100, 1)
    let times =
      "age \(fixed(result.ageMilliseconds, 1)) ms, network \(fixed(result.networkMilliseconds, 1)) ms"
    let best = result.top.first.map { " (best: \($0.label))" } ?? ""
    if let path = result.path {
      let none = result.isUnknown ? "unknown" + best : "- \(percent) %"
      line("picture", "\(path): " + (result.label.map { "\($0) \(percent) %" } ?? none))
    } else if result.hasChanged {
      let none = result.isUnknown ? "unknown" + best : "-\(best)  \(percent) %"
      line("label", (result.label.map { "\($0)  \(percent) %" } ?? none) + "   \(times)")
    } else {
      status(result, times)
    }
  }

  private func status(_ result: WatchResult, _ times: String) {
    let nanoseconds = swiftlet_nanoseconds()
    guard nanoseconds > statusNanoseconds + 200_000_000 else { return }
    statusNanoseconds = nanoseconds
    let labels = result.top.prefix(3).map {
      "\($0.label) \(Int(($0.probability * 100).rounded())) %"
    }
    let mark = result.isUnknown ? "unknown; " : ""
    let text = "\(mark)\(labels.joined(separator: ", "))   \(times), dropped \(result.dropped)"
    put("\r  \(text.prefix(width() - 3))\u{1B}[K")
    hasStatus = true
  }

  private func write(_ statistics: WatchStatistics) {
    var text =
      "\(fixed(statistics.rate, 1)) frames/s, age \(fixed(statistics.age.median, 1)) ms "
      + "(p99 \(fixed(statistics.age.p99, 1))), dropped \(statistics.dropped), "
      + "damaged \(statistics.damaged), "
      + (statistics.unknown.map { "unknown \($0), " } ?? "")
      + "processor \(fixed(statistics.processorPercent, 0)) %, "
      + "memory \(fixed(Double(statistics.residentByteCount) / 1e6, 1)) MB"
    if let temperature = statistics.temperatureCelsius {
      text += ", \(fixed(temperature, 0)) degrees Celsius"
    }
    line("stats", text)
  }

  private func line(_ kind: String, _ text: String) {
    let padding = String(repeating: " ", count: max(0, 8 - kind.count))
    put((hasStatus ? "\r\u{1B}[K" : "") + "\(clockTime())  \(kind)\(padding) \(text)\n")
    hasStatus = false
  }

  /// The local time of day.
  private func clockTime() -> String {
    var now = time(nil)
    var parts = tm()
    localtime_r(&now, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
  }

  /// Of the terminal, in columns.
  private func width() -> Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else { return 80 }
    return Int(size.ws_col)
  }

  private func put(_ text: String) { Terminal.write(text, to: STDOUT_FILENO) }
}
