// SPDX-License-Identifier: Apache-2.0
import Camera

/// Cameras as JSON.
enum CameraJSON {
  static func document(_ nodes: [CameraInfo], _ command: CamerasCommand) -> String {
    JSONText.object([("cameras", .array(nodes.map { object($0, command) }))]).line
  }

  private static func object(_ info: CameraInfo, _ command: CamerasCommand) -> JSONText {
    var members: [(String, JSONText)] = [
      ("path", .string(info.path)), ("name", .string(info.name)),
      ("driver", .string(info.driver)), ("bus", .string(info.bus)),
      ("idLink", .string(info.idLink)), ("pathLink", .string(info.pathLink)),
      ("kind", .string(String(describing: info.kind))),
      ("state", .string(String(describing: info.state))),
    ]
    do throws(CameraError) {
      if command.formats {
        members.append(("formats", .array(try Cameras.modes(of: info.path).map(object))))
      }
      if command.controls {
        members.append(("controls", .array(try Cameras.controls(of: info.path).map(object))))
      }
    } catch { members.append(("error", .string(error.description))) }
    return .object(members)
  }

  private static func object(_ mode: CameraMode) -> JSONText {
    .object([
      ("format", .string(mode.fourCC.description)), ("name", .string(mode.name)),
      ("compressed", .bool(mode.isCompressed)), ("emulated", .bool(mode.isEmulated)),
      ("width", object(mode.width)), ("height", object(mode.height)),
      (
        "rates",
        .array(
          mode.rates.map { range in
            range.lowerBound == range.upperBound
              ? .number(range.upperBound)
              : .array([.number(range.lowerBound), .number(range.upperBound)])
          })
      ),
    ])
  }

  /// A number, or the least, the greatest and the step.
  private static func object(_ side: CameraMode.Side) -> JSONText {
    side.minimum == side.maximum
      ? .integer(side.minimum)
      : .array([.integer(side.minimum), .integer(side.maximum), .integer(side.step)])
  }

  private static func object(_ control: CameraControl) -> JSONText {
    .object([
      ("name", .string(control.name)), ("title", .string(control.title)),
      ("kind", .string(String(describing: control.kind))),
      ("value", control.value.map { .integer($0) } ?? .null),
      ("default", .integer(control.defaultValue)), ("minimum", .integer(control.minimum)),
      ("maximum", .integer(control.maximum)), ("step", .integer(control.step)),
      (
        "items",
        .array(
          control.items.map { item in
            .object([("value", .integer(item.value)), ("name", .string(item.name))])
          })
      ),
      ("readOnly", .bool(control.isReadOnly)), ("inactive", .bool(control.isInactive)),
    ])
  }
}
