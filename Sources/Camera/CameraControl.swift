// SPDX-License-Identifier: Apache-2.0

/// Something that can be set on a camera.
public struct CameraControl: Sendable, Equatable {
  public enum Kind: UInt8, Sendable {
    case integer
    case boolean
    case menu
    /// A menu whose items are numbers.
    case integerMenu
    case bitmask
    /// Setting it does something; it has no value.
    case button
    /// An integer of 64 bits.
    case wideInteger
  }

  public struct MenuItem: Sendable, Equatable {
    public var value: Int
    public var name: String

    public init(value: Int, name: String) {
      self.value = value
      self.name = name
    }
  }

  /// V4L2_CID_...
  public var id: UInt32
  /// The title in lower case with underscores, as v4l2-ctl writes it: `white_balance_automatic`.
  public var name: String
  /// What the driver calls it.
  public var title: String
  public var kind: Kind
  public var minimum: Int
  public var maximum: Int
  public var step: Int
  public var defaultValue: Int
  /// nil where it cannot be read.
  public var value: Int?
  /// The values that a menu takes.
  public var items: [MenuItem]
  public var isReadOnly: Bool
  /// Whether another control, such as an automatic one, makes it ineffective now.
  public var isInactive: Bool

  public init(
    id: UInt32, title: String, kind: Kind, minimum: Int, maximum: Int, step: Int = 1,
    defaultValue: Int = 0, value: Int? = nil, items: [MenuItem] = [], isReadOnly: Bool = false,
    isInactive: Bool = false
  ) {
    self.id = id
    name = Self.normalized(title)
    self.title = title
    self.kind = kind
    self.minimum = minimum
    self.maximum = maximum
    self.step = step
    self.defaultValue = defaultValue
    self.value = value
    self.items = items
    self.isReadOnly = isReadOnly
    self.isInactive = isInactive
  }

  /// ASCII letters and digits in lower case; a run of others between them becomes an underscore.
  public static func normalized(_ title: String) -> String {
    var name: [UInt8] = []
    var isSeparated = false
    for byte in title.utf8 {
      let isUpper = (65...90).contains(byte)
      guard isUpper || (97...122).contains(byte) || (48...57).contains(byte) else {
        isSeparated = !name.isEmpty
        continue
      }
      if isSeparated { name.append(95) }
      isSeparated = false
      name.append(isUpper ? byte + 32 : byte)
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// Why it does not take a value; nil if it does.
  func refusal(of value: Int) -> String? {
    if isReadOnly { return "it can only be read" }
    switch kind {
    case .button: return nil
    case .menu, .integerMenu:
      if items.contains(where: { $0.value == value }) { return nil }
      let list = items.map { String($0.value) + " (" + $0.name + ")" }
      return String(value) + " is none of " + list.joined(separator: ", ")
    case .bitmask:
      return value >= 0 && value & ~maximum == 0
        ? nil : String(value) + " has bits outside of " + String(maximum)
    case .integer, .boolean, .wideInteger:
      guard value < minimum || value > maximum else { return nil }
      return String(value) + " is not within " + String(minimum) + "..." + String(maximum)
    }
  }
}
