// SPDX-License-Identifier: Apache-2.0
import CLibFuzzer
import Runtime

/// Any bytes are a typed error, or a model that gives the same bytes on every instruction set and
/// for every number of threads, in memory within the documented bounds.
///
/// The checksum is ignored, so that the rules behind it are reached; its bytes choose what else
/// is tried.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let file = UnsafeRawBufferPointer(start: start, count: count)
  func choice(_ index: Int) -> Int { file.count >= 32 ? Int(file[24 + index]) : 0 }
  var expected: [UInt8]?
  for isa in InstructionSet.allCases where isa.isSupported {
    let threads = isa == .best && choice(0) % 16 == 0 ? 2 : 1
    let output = outcome(file, isa, threads: threads)
    if isa == .scalar { expected = output }
    guard output == expected else { fatalError("\(isa.name), \(threads) threads: other bytes") }
  }
  if expected != nil { prepare(file, width: choice(1) + 1, height: choice(2) + 1) }
  return 0
}

/// A frame that costs more takes too long for a fuzzer.
private let limits = ModelLimits(operationCount: 1 << 20)

/// The bytes of the output; nil where the model is refused.
private func outcome(
  _ file: UnsafeRawBufferPointer, _ isa: InstructionSet, threads: Int
) -> [UInt8]? {
  let before = __sanitizer_get_current_allocated_bytes()
  do throws(RuntimeError) {
    let model = try Model.load(file.bytes, limits: limits, checksum: .ignore)
    let rows = model.classes?.rowCount ?? model.labelCount
    for index in 0..<rows { _ = model.label(index) }
    for index in 0..<model.originCount { _ = model.origin(index) }
    for index in model.nodes.indices { _ = model.nodeName(index) }
    let options = EngineOptions(
      threads: threads, instructionSet: isa.name.description, limits: limits)
    let engine = try Engine.make(model, options: options)
    let held = __sanitizer_get_current_allocated_bytes() - before
    // The bytes themselves and their records, then what `ModelLimits` grants.
    guard held <= 4 * file.count + max(16 << 20, 4 * file.count) + 1 << 16 else {
      fatalError("\(held) bytes are held for a file of \(file.count)")
    }
    _ = engine.selftest(seed: 1)
    return Array(engine.outputBytes) + classified(engine)
  } catch {
    guard !error.description.isEmpty else { fatalError("no description") }
    return nil
  }
}

/// The cosines and the rejection score of the engine's output; nothing for a model without classes.
private func classified(_ engine: borrowing Engine) -> [UInt8] {
  guard let record = engine.model.classes else { return [] }
  var head = ClassHead(record)
  let embedding = (0..<record.width).map { engine.score($0) }
  head.run(embedding.span, engine.model)
  let bound: Float = record.hasOffsets ? 3.0001 : 1.0001
  guard head.cosines.allSatisfy({ abs($0) < bound }) else { fatalError("a cosine above \(bound)") }
  let score = head.rejectionScore(record.rejection ?? RejectionRule())
  guard score >= 0, score <= 1.0001 else { fatalError("a rejection score of \(score)") }
  return (head.cosines + [score]).flatMap { value in
    (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
  }
}

/// Makes a picture the input of the model.
private func prepare(_ file: UnsafeRawBufferPointer, width: Int, height: Int) {
  do throws(RuntimeError) {
    let model = try Model.load(file.bytes, limits: limits, checksum: .ignore)
    var preprocessor = Preprocessor(record: model.preprocessing, input: model.input)
    let pixels = [UInt8](repeating: 200, count: width * height * 3)
    let target = try AlignedBuffer(byteCount: preprocessor.outputByteCount)
    try preprocessor.run(
      pixels: pixels.span.bytes, width: width, height: height, bytesPerRow: width * 3,
      format: .rgb, into: target.base.assumingMemoryBound(to: UInt8.self))
    let bytes = UnsafeRawBufferPointer(start: target.base, count: preprocessor.outputByteCount)
    guard bytes.allSatisfy({ Int($0) <= model.input.upper }) else {
      fatalError("the input exceeds its range")
    }
  } catch {
    fatalError("a picture is refused: \(error)")
  }
}
