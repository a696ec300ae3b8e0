// SPDX-License-Identifier: Apache-2.0
//
// Times what happens to a camera's frame before the network, on one thread.
import CPlatform
import Frames
import Runtime

/// One thing to time.
struct Case {
  let name: String
  let run: () throws -> Void
  var milliseconds: [Double] = []

  init(_ name: String, _ run: @escaping () throws -> Void) {
    self.name = name
    self.run = run
  }

  mutating func measure() throws {
    let begin = swiftlet_nanoseconds()
    try run()
    milliseconds.append(Double(swiftlet_nanoseconds() - begin) / 1e6)
  }
}

/// Noisy gradients, so that chroma and clamps vary.
func samples(_ count: Int) -> UnsafeRawBufferPointer {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
  var state: UInt32 = 1
  for i in 0..<count {
    state = state &* 1_664_525 &+ 1_013_904_223
    bytes[i] = UInt8(truncatingIfNeeded: UInt32(i >> 2) &+ state >> 28)
  }
  return UnsafeRawBufferPointer(bytes)
}

/// A preprocessor that closures share.
final class Shared {
  var preprocessor: Preprocessor
  let output: UnsafeMutablePointer<UInt8>

  init(_ model: borrowing Model, _ isa: InstructionSet) {
    preprocessor = Preprocessor(record: model.preprocessing, input: model.input, isa: isa)
    output = .allocate(capacity: preprocessor.outputByteCount)
  }
}

final class SharedDecoder {
  var decoder: JPEGFrameDecoder
  init(_ decoder: consuming JPEGFrameDecoder) { self.decoder = decoder }
}

/// All bytes of a file.
func readFile(_ path: String) throws -> UnsafeRawBufferPointer {
  let descriptor = path.withCString { swiftlet_open_read_only($0) }
  var byteCount: Int64 = 0
  guard descriptor >= 0, swiftlet_regular_file_size(descriptor, &byteCount) == 0,
    let base = swiftlet_map_read_only(descriptor, Int(byteCount))
  else { throw RuntimeError.fileUnreadable(errno: swiftlet_errno()) }
  return UnsafeRawBufferPointer(start: base, count: Int(byteCount))
}

/// Planes of full-range BT.601, 4:2:2, of red, green and blue.
func planar422(_ rgb: UnsafePointer<UInt8>, _ width: Int, _ height: Int) -> FramePixels {
  let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * width * height, alignment: 64)
  func value(_ i: Int) -> (Double, Double, Double) {
    let (r, g, b) = (Double(rgb[3 * i]), Double(rgb[3 * i + 1]), Double(rgb[3 * i + 2]))
    let y = 0.299 * r + 0.587 * g + 0.114 * b
    return (y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402)
  }
  for i in 0..<width * height {
    bytes[i] = UInt8(min(value(i).0 + 0.5, 255))
    guard i % 2 == 0 else { continue }
    let (first, second) = (value(i), value(i + 1))
    bytes[width * height + i / 2] = UInt8(min((first.1 + second.1) / 2 + 0.5, 255))
    bytes[width * height * 3 / 2 + i / 2] = UInt8(min((first.2 + second.2) / 2 + 0.5, 255))
  }
  return FramePixels(
    layout: .planar422, width: width, height: height, range: .full,
    bytes: UnsafeRawBufferPointer(bytes), bytesPerRow: width)
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.utf8.count))
}

/// Three decimals.
func decimals(_ value: Double) -> String {
  let thousandths = Int((value * 1000).rounded())
  let rest = String(thousandths % 1000)
  return "\(thousandths / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let rounds = Int(arguments[2]), rounds > 0 else {
  print("usage: bench-frames MODEL ROUNDS PICTURE.jpg")
  exit(64)
}
let model = try Model.open(arguments[1], limits: ModelLimits())
let (width, height) = (640, 480)
var cases: [Case] = []
for isa in InstructionSet.allCases where isa.isSupported {
  for layout in [FrameLayout.yuyv, .nv12, .planar422, .rgb, .grey] {
    let stride = layout.planeSize(0, width: width, height: height).rowByteCount
    let frame = FramePixels(
      layout: layout, width: width, height: height, bytes: samples(3 * width * height),
      bytesPerRow: stride)
    let shared = Shared(model, isa)
    cases.append(
      Case("\(layout) \(isa.name)") {
        try shared.preprocessor.run(frame: frame, into: shared.output)
      })
  }
}
// A JPEG file of a photograph, of 640 x 480 and quality 90, as cameras send it.
let photograph = try readFile(arguments[3])
var photographDecoder = try JPEGFrameDecoder()
let picture = try photographDecoder.decode(photograph).pixels
let scaledRecord = PreprocessingRecord(
  resizeRule: .squash, resizeSize: 0, colourOrder: .rgb, mean: [0, 0, 0], deviation: [1, 1, 1])
var encoder = try JPEGFrameEncoder()
for (name, wide, high) in [("mjpg 640x480", width, height), ("mjpg 1280x720", 1280, 720)] {
  var scaler = Preprocessor(record: scaledRecord, height: high, width: wide, channels: 3)
  let colours = UnsafeMutablePointer<UInt8>.allocate(capacity: scaler.outputByteCount)
  try scaler.run(frame: picture, into: colours)
  let planes = planar422(colours, wide, high)
  let file = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 22, alignment: 64)
  let encoded = try encoder.encode(planes, quality: 90)
  file.copyMemory(from: encoded)
  let bytes = UnsafeRawBufferPointer(rebasing: file[..<encoded.count])
  for isa in InstructionSet.allCases where isa.isSupported {
    let shared = Shared(model, isa)
    let decoder = SharedDecoder(try JPEGFrameDecoder())
    cases.append(
      Case("\(name), 4:2:2, q 90 \(isa.name)") {
        let frame = try decoder.decoder.decode(bytes, covering: shared.preprocessor)
        try shared.preprocessor.run(frame: frame.pixels, region: frame.region, into: shared.output)
      })
  }
  print("\(name): \(encoded.count) bytes")
}
// Interleaved, so that what else the machine does hits all of them.
for _ in 0..<rounds {
  for i in cases.indices { try cases[i].measure() }
}
print("\(width) x \(height) to \(model.input.width) x \(model.input.height), \(rounds) rounds")
print(padded("", 40) + padded("median ms", 12) + "minimum ms")
for entry in cases {
  let sorted = entry.milliseconds.sorted()
  print(
    padded(entry.name, 40) + padded(decimals(sorted[sorted.count / 2]), 12)
      + decimals(sorted[0]))
}
