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
      guard let bytes = readFile(path),
        let line = try bytes.span.bytes.withUnsafeBytes({ bytes throws(RuntimeError) in
          try report(pixmap: bytes, &classifier)
        })
      else {
        say("no binary pixmap: " + path)
        return false
      }
      say(line)
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
