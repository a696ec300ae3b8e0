// SPDX-License-Identifier: Apache-2.0
import CPlatform

extension VideoDevice {
  /// All controls with one number for a value; drivers without controls have none.
  func controls() -> [CameraControl] {
    var controls: [CameraControl] = []
    var last: UInt32 = 0
    while controls.count < 1024 {
      var query = v4l2_query_ext_ctrl()
      query.id = last | UInt32(V4L2_CTRL_FLAG_NEXT_CTRL)
      // A driver that does not step on would be asked for ever.
      guard swiftlet_video_query_control(descriptor, &query) == 0, query.id > last else { break }
      last = query.id
      if let control = control(query) { controls.append(control) }
    }
    return controls
  }

  /// - Throws: `control`, `gone`.
  func set(_ settings: [(name: String, value: Int)]) throws(CameraError) {
    if settings.isEmpty { return }
    let controls = controls()
    for (name, value) in settings {
      guard let control = controls.first(where: { $0.name.isSame(as: name) }) else {
        let names = controls.filter { !$0.isReadOnly }.map { $0.name }
        let detail =
          names.isEmpty
          ? "the camera has no controls" : "there are " + names.joined(separator: ", ")
        throw CameraError(.control, device: path, operation: name, detail: detail)
      }
      if let refusal = control.refusal(of: value) {
        throw CameraError(.control, device: path, operation: name, detail: refusal)
      }
      let code = swiftlet_video_set_control(
        descriptor, control.id, control.kind == .wideInteger, Int64(value))
      if code == ENODEV { throw error("VIDIOC_S_EXT_CTRLS", code) }
      guard code == 0 else {
        throw CameraError(.control, device: path, operation: name, errno: code)
      }
    }
  }

  private func control(_ query: v4l2_query_ext_ctrl) -> CameraControl? {
    func has(_ flag: Int32) -> Bool { query.flags & UInt32(bitPattern: flag) != 0 }
    guard let kind = kind(query.type), query.nr_of_dims == 0, !has(V4L2_CTRL_FLAG_DISABLED) else {
      return nil
    }
    var control = CameraControl(
      id: query.id, title: CText.string(query.name), kind: kind,
      minimum: Int(clamping: query.minimum), maximum: Int(clamping: query.maximum),
      step: Int(clamping: query.step), defaultValue: Int(clamping: query.default_value),
      isReadOnly: has(V4L2_CTRL_FLAG_READ_ONLY), isInactive: has(V4L2_CTRL_FLAG_INACTIVE))
    if kind == .menu || kind == .integerMenu { control.items = items(control) }
    var value: Int64 = 0
    if kind != .button, !has(V4L2_CTRL_FLAG_WRITE_ONLY),
      swiftlet_video_get_control(descriptor, query.id, kind == .wideInteger, &value) == 0
    {
      control.value = Int(clamping: value)
    }
    if kind == .bitmask { control.makeUnsigned() }
    return control
  }

  private func kind(_ type: UInt32) -> CameraControl.Kind? {
    switch type {
    case V4L2_CTRL_TYPE_INTEGER.rawValue: .integer
    case V4L2_CTRL_TYPE_BOOLEAN.rawValue: .boolean
    case V4L2_CTRL_TYPE_MENU.rawValue: .menu
    case V4L2_CTRL_TYPE_INTEGER_MENU.rawValue: .integerMenu
    case V4L2_CTRL_TYPE_BITMASK.rawValue: .bitmask
    case V4L2_CTRL_TYPE_BUTTON.rawValue: .button
    case V4L2_CTRL_TYPE_INTEGER64.rawValue: .wideInteger
    default: nil
    }
  }

  /// Menus have holes.
  private func items(_ control: CameraControl) -> [CameraControl.MenuItem] {
    var items: [CameraControl.MenuItem] = []
    guard control.minimum >= 0, control.minimum <= control.maximum else { return [] }
    for index in control.minimum...min(control.maximum, control.minimum + 255) {
      var number: Int64 = 0
      let text: String? = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 33) { name in
        guard let base = name.baseAddress,
          swiftlet_video_menu_item(descriptor, control.id, UInt32(index), base, &number) == 0
        else { return nil }
        return String(cString: base)
      }
      guard let text else { continue }
      let isNumber = control.kind == .integerMenu
      items.append(.init(value: index, name: isNumber ? String(number) : text))
    }
    return items
  }
}

extension CameraControl {
  /// A mask's highest bit is no sign.
  fileprivate mutating func makeUnsigned() {
    minimum = 0
    maximum = Self.unsigned(maximum)
    defaultValue = Self.unsigned(defaultValue)
    value = value.map { Self.unsigned($0) }
  }

  private static func unsigned(_ value: Int) -> Int {
    Int(clamping: UInt32(truncatingIfNeeded: value))
  }
}
