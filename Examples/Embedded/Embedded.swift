// SPDX-License-Identifier: Apache-2.0
//
// The runtime as Embedded Swift: opens a model, runs its self-test and classifies one grey picture.
// scripts/check-embedded builds and runs it.

import CPlatform

/// Prints text; Embedded Swift's print takes only what it can print without allocation tricks.
func say(_ text: String) {
  var line = text
  line.append("\n")
  line.withUTF8 { utf8 in
    _ = swiftlet_write(1, utf8.baseAddress, utf8.count)
  }
}

func run(_ path: String) throws(RuntimeError) {
  let model = try Model.open(path)
  if let stored = model.selftest {
    let engine = try Engine.make(Model.open(path))
    say(engine.selftest(seed: stored.seed) == stored ? "selftest ok" : "selftest failed")
  }
  var classifier = try Classifier(model)
  let image = Image(
    width: 64, height: 64, format: .grey, pixels: [UInt8](repeating: 128, count: 64 * 64))
  for prediction in try classifier.classify(image, top: 1) { say(prediction.label) }
}

/// The C entry point: Embedded Swift has no `CommandLine`.
@_cdecl("main")
func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  guard count == 2, let path = arguments[1] else {
    say("usage: embedded MODEL")
    return 64
  }
  do throws(RuntimeError) {
    try run(String(cString: path))
    return 0
  } catch {
    say(error.description)
    return 1
  }
}
