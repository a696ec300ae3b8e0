// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Camera

struct CamerasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cameras",
    abstract: "List the cameras, what they send, and what can be set on them.",
    discussion: """
      A camera is named by its node (/dev/video0, or 0), by a link in /dev/v4l/by-id or \
      /dev/v4l/by-path, or by a part of its name. Of two equal cameras the name means the first; \
      their by-path links tell them apart.
      States: usable; busy (another program streams from it); denied (no permission); failed.
      Examples:
        swiftlet cameras
        swiftlet cameras c270 --formats
        swiftlet cameras /dev/video0 --controls --json
      Exit codes: 0 all right, 1 no camera or not the one that was named; with --json no camera is \
      an empty list, and 0.
      """)

  @Argument(help: "A node, a link, a number or a part of a name.")
  var camera: String?

  @Flag(help: "Show all formats, sizes and frame rates.")
  var formats = false

  @Flag(help: "Show what can be set.")
  var controls = false

  @Flag(help: "List the nodes too that send no pictures: metadata, encoders, outputs.")
  var all = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    if let camera {
      do throws(CameraError) {
        let info = try Cameras.find(camera)
        json ? print(CameraJSON.document([info], self)) : show(info)
      } catch { throw Failure(error.description, code: Failure.failed) }
      return
    }
    let nodes = Cameras.all()
    let listed = nodes.filter { all || $0.kind == .camera || $0.kind == .rawBayer }
    if json { return print(CameraJSON.document(listed, self)) }
    if listed.isEmpty {
      let hidden = nodes.isEmpty ? "" : "; \(nodes.count) nodes send no pictures: --all lists them"
      let error = CameraError(.absent, device: "")
      throw Failure(error.description + hidden, code: Failure.failed)
    }
    if formats || controls {
      for (index, info) in listed.enumerated() {
        if index > 0 { print("") }
        show(info)
      }
    } else {
      printTable(listed)
    }
    explain(listed)
  }

  private func printTable(_ nodes: [CameraInfo]) {
    var table = TextTable(["node", "name", "state", "default", "driver", "bus"])
    for info in nodes {
      table.append([
        info.path, info.name, state(info), choice(info) ?? "-", info.driver, info.bus,
      ])
    }
    print(table.text)
  }

  /// What to do about cameras that cannot be used.
  private func explain(_ nodes: [CameraInfo]) {
    if let info = nodes.first(where: { $0.kind == .rawBayer }) {
      Terminal.complain(CameraError(.rawBayer, device: info.path).description)
    }
    if let info = nodes.first(where: { $0.kind == .camera && $0.state == .denied }) {
      Terminal.complain(CameraError(.denied, device: info.path).description)
    }
    if let info = nodes.first(where: { $0.kind == .camera && $0.state == .busy }) {
      Terminal.complain(CameraError(.busy, device: info.path).description)
    }
  }

  private func show(_ info: CameraInfo) {
    print("\(info.path)  \(info.name)")
    var rows = [("state", state(info)), ("driver", info.driver), ("bus", info.bus)]
    rows += [("by-id", info.idLink), ("by-path", info.pathLink)]
    if let choice = choice(info) { rows.append(("default", choice)) }
    for (name, value) in rows where !value.isEmpty {
      print("  " + name + String(repeating: " ", count: 9 - name.count) + value)
    }
    do throws(CameraError) {
      if formats { printFormats(try Cameras.modes(of: info.path)) }
      if controls { printControls(try Cameras.controls(of: info.path)) }
    } catch { Terminal.complain(error.description) }
  }

  private func printFormats(_ modes: [CameraMode]) {
    var table = TextTable(["  format", "size", "frames a second", ""])
    for mode in modes {
      let notes = (mode.isCompressed ? "compressed " : "") + (mode.isEmulated ? "emulated" : "")
      table.append([
        "  " + mode.fourCC.description, ModeSummary.size(mode), ModeSummary.rates(mode), notes,
      ])
    }
    print(table.text)
  }

  private func printControls(_ controls: [CameraControl]) {
    var table = TextTable(
      ["  control", "value", "default", "", "range"], rightAligned: [1, 2])
    for control in controls {
      let notes = (control.isReadOnly ? "read-only " : "") + (control.isInactive ? "inactive" : "")
      table.append([
        "  " + control.name, control.value.map(String.init) ?? "-",
        control.kind == .button ? "-" : String(control.defaultValue), notes, range(control),
      ])
    }
    print(table.text)
  }

  private func range(_ control: CameraControl) -> String {
    switch control.kind {
    case .button: "button"
    case .boolean: "0 1"
    case .menu, .integerMenu: control.items.map { "\($0.value)=\($0.name)" }.joined(separator: " ")
    case .bitmask: "bits of \(control.maximum)"
    case .integer, .wideInteger:
      "\(control.minimum)...\(control.maximum)"
        + (control.step > 1 ? " by \(control.step)" : "")
    }
  }

  private func state(_ info: CameraInfo) -> String {
    switch info.kind {
    case .camera: String(describing: info.state)
    case .rawBayer: "needs libcamerify"
    case .metadata: "metadata only"
    case .output: "output"
    case .other: "no camera"
    }
  }

  /// What `swiftlet watch` would use without a wish.
  private func choice(_ info: CameraInfo) -> String? {
    guard info.kind == .camera, info.state == .usable || info.state == .busy,
      let modes = try? Cameras.modes(of: info.path),
      let choice = try? FormatNegotiation.choose(modes, CameraRequest())
    else { return nil }
    let rate = choice.rate.map { " at " + ModeSummary.number($0) } ?? ""
    return "\(choice.fourCC) \(choice.width)x\(choice.height)\(rate)"
  }
}
