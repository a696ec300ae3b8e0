// SPDX-License-Identifier: Apache-2.0
//
// Times what happens to a camera's frame before the network, on one thread.
import CPlatform
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
// Interleaved, so that what else the machine does hits all of them.
for _ in 0..<rounds {
  for i in cases.indices { try cases[i].measure() }
}
print("\(width) x \(height) to \(model.input.width) x \(model.input.height), \(rounds) rounds")
print(padded("", 32) + padded("median ms", 12) + "minimum ms")
for entry in cases {
  let sorted = entry.milliseconds.sorted()
  print(
    padded(entry.name, 32) + padded(decimals(sorted[sorted.count / 2]), 12)
      + decimals(sorted[0]))
}
