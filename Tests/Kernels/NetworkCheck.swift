// SPDX-License-Identifier: Apache-2.0

import CPlatform

/// Prints the digests of the network's input and output, the bits of the probability and the label for
/// each picture; nothing of it may depend on the processor.
func classify(set: String, model: String, pictures: [String]) -> Bool {
  do throws(RuntimeError) {
    let options = EngineOptions(instructionSet: set)
    let engine = try Engine.make(Model.open(model), options: options)
    guard usesKernels(engine) else { return false }
    if let stored = engine.model.selftest {
      let isSame = engine.selftest(seed: stored.seed) == stored
      say("selftest " + (isSame ? "ok" : "FAILED"))
      guard isSame else { return false }
    }
    var classifier = try Classifier(Model.open(model), options: options)
    for path in pictures {
      guard let image = readPixmap(path) else {
        say("no binary pixmap: " + path)
        return false
      }
      try classifier.prepare(
        pixels: image.pixels.span.bytes, width: image.width, height: image.height,
        bytesPerRow: image.bytesPerRow, format: image.format)
      let input = XXH64.digest(UnsafeRawBufferPointer(classifier.engine.input))
      classifier.compute()
      let output = XXH64.digest(classifier.engine.outputBytes)
      let best = classifier.predictions(top: 1)[0]
      say(
        "\(hexadecimal(input)) \(hexadecimal(output)) \(best.probability.bitPattern) \(best.label)")
    }
    return true
  } catch {
    say(error.description)
    return false
  }
}

/// Whether no node falls back on a reference, but for those that have nothing else.
private func usesKernels(_ engine: borrowing Engine) -> Bool {
  guard engine.instructionSet != .scalar else { return true }
  var isGood = true
  for index in engine.model.nodes.indices {
    let operation = engine.model.nodes[index].operation
    let name = engine.kernelName(index)
    let isReference = name.utf8.suffix(8).elementsEqual("__scalar".utf8)
    guard isReference, operation != .lookup, operation != .pad else { continue }
    say("node \(index) is computed by " + name)
    isGood = false
  }
  return isGood
}

private func hexadecimal(_ value: UInt64) -> String {
  var text = ""
  for shift in stride(from: 60, through: 0, by: -4) {
    let digit = UInt8((value >> UInt64(shift)) & 15)
    text.append(Character(UnicodeScalar(digit < 10 ? 48 + digit : 87 + digit)))
  }
  return text
}

/// A file of the form P6, 8 bits, without comments; nil if it is none.
private func readPixmap(_ path: String) -> Image? {
  guard let bytes = readFile(path) else { return nil }
  var (at, numbers) = (2, [Int]())
  guard bytes.count > 2, bytes[0] == UInt8(ascii: "P"), bytes[1] == UInt8(ascii: "6") else {
    return nil
  }
  while numbers.count < 3, at < bytes.count {
    while at < bytes.count, bytes[at] < 48 { at += 1 }
    var number = 0
    while at < bytes.count, bytes[at] >= 48, bytes[at] < 58, number < 100_000 {
      number = number * 10 + Int(bytes[at] - 48)
      at += 1
    }
    numbers.append(number)
  }
  at += 1
  guard numbers.count == 3, numbers[2] == 255, bytes.count - at == numbers[0] * numbers[1] * 3
  else { return nil }
  return Image(width: numbers[0], height: numbers[1], format: .rgb, pixels: Array(bytes[at...]))
}

private func readFile(_ path: String) -> [UInt8]? {
  let descriptor = path.withCString { swiftlet_open_read_only($0) }
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var byteCount: Int64 = 0
  guard swiftlet_regular_file_size(descriptor, &byteCount) == 0 else { return nil }
  var bytes = [UInt8](repeating: 0, count: Int(byteCount))
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress! + done, $0.count - done)
    }
    guard count > 0 else { return nil }
    done += count
  }
  return bytes
}
