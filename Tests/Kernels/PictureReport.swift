// SPDX-License-Identifier: Apache-2.0

/// A line that may not depend on the processor: the digests of the network's input and output, the bits
/// of the probability and the label of a picture, a file of the form P6; nil if it is none.
func report(
  pixmap file: UnsafeRawBufferPointer, _ classifier: inout Classifier
) throws(RuntimeError) -> String? {
  guard let pixmap = Pixmap(file) else { return nil }
  try classifier.prepare(
    pixels: pixmap.pixels.bytes, width: pixmap.width, height: pixmap.height,
    bytesPerRow: 3 * pixmap.width, format: .rgb)
  let input = XXH64.digest(UnsafeRawBufferPointer(classifier.engine.input))
  classifier.compute()
  let output = XXH64.digest(classifier.engine.outputBytes)
  let best = classifier.predictions(top: 1)[0]
  return
    "\(hexadecimal(input)) \(hexadecimal(output)) \(best.probability.bitPattern) \(best.label)"
}

private func hexadecimal(_ value: UInt64) -> String {
  var text = ""
  for shift in stride(from: 60, through: 0, by: -4) {
    let digit = UInt8((value >> UInt64(shift)) & 15)
    text.append(Character(UnicodeScalar(digit < 10 ? 48 + digit : 87 + digit)))
  }
  return text
}

/// A picture of the form P6, 8 bits, without comments, where it lies.
private struct Pixmap {
  let width: Int
  let height: Int
  let pixels: UnsafeRawBufferPointer

  init?(_ file: UnsafeRawBufferPointer) {
    var (at, numbers) = (2, [Int]())
    guard file.count > 2, file[0] == UInt8(ascii: "P"), file[1] == UInt8(ascii: "6") else {
      return nil
    }
    while numbers.count < 3, at < file.count {
      while at < file.count, file[at] < 48 { at += 1 }
      var number = 0
      while at < file.count, file[at] >= 48, file[at] < 58, number < 100_000 {
        number = number * 10 + Int(file[at] - 48)
        at += 1
      }
      numbers.append(number)
    }
    at += 1
    guard numbers.count == 3, numbers[2] == 255, file.count - at == numbers[0] * numbers[1] * 3
    else { return nil }
    (width, height) = (numbers[0], numbers[1])
    pixels = UnsafeRawBufferPointer(rebasing: file[at...])
  }
}
