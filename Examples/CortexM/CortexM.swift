// SPDX-License-Identifier: Apache-2.0
//
// The runtime on a microcontroller: the linked model names the linked pictures.
// scripts/test-arm builds and runs it.

import CPlatform

func say(_ text: String) {
  var line = text
  line.append("\n")
  line.withUTF8 { utf8 in
    _ = swiftlet_write(1, utf8.baseAddress, utf8.count)
  }
}

/// Whether a file's name ends so; comparing text would need Unicode's tables.
private func name(_ file: swiftlet_file, endsWith ending: StaticString) -> Bool {
  let name = String(cString: file.name).utf8
  let wanted = ending.description.utf8
  return name.count >= wanted.count && name.suffix(wanted.count).elementsEqual(wanted)
}

private func reportMemory(_ classifier: borrowing Classifier) {
  let memory = classifier.engine.memory
  say(
    "memory: model \(memory.file) in flash; arena \(memory.arena), tables \(memory.tables), packed \(memory.packed)"
  )
  say("memory: heap \(swiftlet_heap_peak()) of \(swiftlet_heap_byte_count()) at most")
  say("memory: stack \(swiftlet_stack_peak()) of \(swiftlet_stack_byte_count()) at most")
}

private func run(model: String) throws(RuntimeError) -> Bool {
  var options = EngineOptions()
  // Small bands of rows: memory is dearer here than a row computed twice.
  options.fusion = .always(bufferByteCount: 8192)
  var classifier = try Classifier(Model.open(model), options: options)
  if let stored = classifier.engine.model.selftest {
    let isSame = classifier.engine.selftest(seed: stored.seed) == stored
    say("selftest " + (isSame ? "ok" : "FAILED"))
    guard isSame else { return false }
  }
  for index in 0..<swiftlet_file_count() {
    let file = swiftlet_file_at(index).pointee
    guard name(file, endsWith: ".ppm") else { continue }
    let begin = swiftlet_nanoseconds()
    let bytes = UnsafeRawBufferPointer(start: file.begin, count: file.end - file.begin)
    guard let line = try report(pixmap: bytes, &classifier) else {
      say("no binary pixmap: " + String(cString: file.name))
      return false
    }
    say(
      "time: \(String(cString: file.name)), \((swiftlet_nanoseconds() - begin) / 1000) microseconds"
    )
    say(line)
  }
  reportMemory(classifier)
  return true
}

@_cdecl("main")
func main(
  _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  do throws(RuntimeError) {
    return try run(model: "model.swiftlet") ? 0 : 1
  } catch {
    say(error.message(file: "model.swiftlet"))
    return 1
  }
}
