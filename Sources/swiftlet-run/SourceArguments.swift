// SPDX-License-Identifier: Apache-2.0
import Camera
import Pipeline

/// What is asked of a source.
struct SourceArguments {
  var format: String?
  var size: (width: Int, height: Int)?
  /// Frames a second of the camera.
  var rate: Double?
  var controls: [(name: String, value: Int)] = []
  var freezeSeconds = 3.0
  /// Whether every frame of standard input is classified, instead of the newest one.
  var takesEveryFrame = false

  /// Reads an option; false when it is none of these.
  mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) -> Bool {
    switch name {
    case "--format":
      let text = try words.value()
      guard FourCC(text) != nil else {
        throw .usage("--format " + text + " is not four characters")
      }
      format = text
    case "--size": size = try Self.size(try words.value())
    case "--rate": rate = try words.number(0.001...1000, "0.001...1000")
    case "--control": controls.append(try Self.control(try words.value()))
    case "--freeze-timeout":
      freezeSeconds = try words.number(0.1...3600, "0.1...3600 seconds")
    case "--every-frame": takesEveryFrame = true
    default: return false
    }
    return true
  }

  private static func size(_ text: String) throws(Failure) -> (width: Int, height: Int) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2, let width = Int(String(parts[0])), let height = Int(String(parts[1])),
      (1...65_535).contains(width), (1...65_535).contains(height)
    else { throw .usage("--size " + text + " is not WIDTHxHEIGHT, each 1...65535") }
    return (width, height)
  }

  private static func control(_ text: String) throws(Failure) -> (name: String, value: Int) {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let value = Int(String(parts[1])) else {
      throw .usage("--control " + text + " is not NAME=NUMBER")
    }
    return (String(parts[0]), value)
  }

  var freezeMilliseconds: Int { Int(freezeSeconds * 1000) }

  func camera(_ selector: String?, _ adequateSide: (width: Int, height: Int))
    -> CameraSourceOptions
  {
    var options = CameraSourceOptions()
    options.selector = selector
    options.request.fourCC = format.flatMap { FourCC($0) }
    options.request.width = size?.width
    options.request.height = size?.height
    options.request.rate = rate
    options.request.adequateWidth = adequateSide.width
    options.request.adequateHeight = adequateSide.height
    options.request.controls = controls
    options.freezeMilliseconds = freezeMilliseconds
    return options
  }

  func stream(takesEveryFrame: Bool) throws(Failure) -> StreamOptions {
    var options = StreamOptions()
    do throws(StreamFraming.Complaint) {
      options.framing = try StreamFraming.requested(format: format, size: size, rate: rate)
    } catch {
      throw .usage(error.message)
    }
    options.takesEveryFrame = takesEveryFrame
    options.freezeMilliseconds = freezeMilliseconds
    return options
  }
}
