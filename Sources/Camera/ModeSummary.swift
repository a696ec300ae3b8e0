// SPDX-License-Identifier: Apache-2.0

/// Modes as text, for people.
package enum ModeSummary {
  private static let limit = 12

  /// Why none of the modes can be used, and which of them come near to the wish.
  static func refusal(_ modes: [CameraMode], _ request: CameraRequest) -> String {
    if modes.isEmpty { return "the camera offers no format" }
    let wish = describe(request)
    let offered = modes.filter { request.fourCC == nil || $0.fourCC == request.fourCC }
    if offered.isEmpty { return "no " + wish + "; it offers the formats " + formats(modes) }
    var near = offered
    let sized = near.filter { mode in
      (request.width.map { mode.width.contains($0) } ?? true)
        && (request.height.map { mode.height.contains($0) } ?? true)
    }
    if !sized.isEmpty { near = sized }
    let isUsable = near.contains { $0.fourCC.isNative }
    var text =
      wish.isEmpty || !isUsable
      ? "no format of it can be used without the library libv4lconvert0" : "no " + wish
    text += "; it offers " + list(near)
    return text
  }

  /// Each format once.
  static func formats(_ modes: [CameraMode]) -> String {
    var names: [String] = []
    var last: FourCC?
    for mode in modes where mode.fourCC != last {
      last = mode.fourCC
      names.append(mode.fourCC.description)
    }
    return names.joined(separator: ", ")
  }

  /// The first modes, and how many more there are.
  static func list(_ modes: [CameraMode]) -> String {
    var text = ""
    for (index, mode) in modes.prefix(limit).enumerated() {
      text += (index == 0 ? "" : ", ") + mode.fourCC.description + " " + size(mode)
      let rates = self.rates(mode)
      if !rates.isEmpty { text += " at " + rates }
    }
    return modes.count > limit ? text + " and " + String(modes.count - limit) + " more" : text
  }

  package static func size(_ mode: CameraMode) -> String {
    let least = String(mode.width.minimum) + "x" + String(mode.height.minimum)
    if mode.isDiscrete { return least }
    let most = String(mode.width.maximum) + "x" + String(mode.height.maximum)
    let (stepX, stepY) = (mode.width.step, mode.height.step)
    if stepX == 1 && stepY == 1 { return least + "..." + most }
    return least + "..." + most + " by " + String(stepX) + "x" + String(stepY)
  }

  /// `30 25 7.5`, or `1...90`; empty when unknown.
  package static func rates(_ mode: CameraMode) -> String {
    var text = ""
    for range in mode.rates {
      if !text.isEmpty { text += " " }
      text += number(range.lowerBound)
      if range.upperBound > range.lowerBound { text += "..." + number(range.upperBound) }
    }
    return text
  }

  /// At most two digits behind the point, rounded half up.
  package static func number(_ value: Double) -> String {
    let hundredths = Int(min(max(value, 0), 1e7) * 100 + 0.5)
    let (whole, rest) = (hundredths / 100, hundredths % 100)
    if rest == 0 { return String(whole) }
    let digits = (rest < 10 ? "0" : "") + String(rest % 10 == 0 ? rest / 10 : rest)
    return String(whole) + "." + digits
  }

  private static func describe(_ request: CameraRequest) -> String {
    var text = request.fourCC?.description ?? ""
    if request.width != nil || request.height != nil {
      let (width, height) = (request.width, request.height)
      text +=
        (text.isEmpty ? "" : " ") + (width.map { String($0) } ?? "?") + "x"
        + (height.map { String($0) } ?? "?")
    }
    if let rate = request.rate { text += (text.isEmpty ? "" : " at ") + number(rate) + " fps" }
    return text
  }
}
