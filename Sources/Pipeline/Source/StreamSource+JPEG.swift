// SPDX-License-Identifier: Apache-2.0

extension StreamSource {
  /// Reads JPEG pictures, one after the other, until the stream ends.
  mutating func runJPEG() {
    var splitter = MJPEGSplitter()
    var slot = slots.next(feed.exchange)
    var used = 0
    while fill() {
      let bytes = reader.available
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        let step = splitter.take(byte)
        if step == .skip { continue }
        if step == .begin {
          if used > 0 {
            feed.noteDamaged(
              "a JPEG picture has no end; check the program that writes it", device: name)
          }
          used = 0
        }
        guard makeRoom(slot, used + 2) else {
          feed.noteDamaged("a JPEG picture is too large; scale the stream down", device: name)
          splitter.reset()
          used = 0
          continue
        }
        let buffer = slots.bytes(slot)
        if step == .begin {
          buffer[0] = 0xFF
          used = 1
        }
        buffer[used] = byte
        used += 1
        guard step == .end else { continue }
        noteFrame("MJPG", width: 0, height: 0, rate: 0)
        let picture = UnsafeRawBufferPointer(rebasing: buffer[..<used])
        used = 0
        // The bytes behind this picture are still to be read.
        reader.consume(index)
        guard offer(slot, .jpeg(picture)) else { return }
        slot = slots.next(feed.exchange)
        index = 0
        break
      }
      reader.consume(index)
    }
    if used > 0 {
      feed.noteDamaged("the last JPEG picture has no end; the stream was cut off", device: name)
    }
  }

  private mutating func makeRoom(_ slot: Int, _ byteCount: Int) -> Bool {
    let capacity = slots.bytes(slot).count
    guard byteCount > capacity else { return true }
    let larger = max(capacity * 2, 1 << 18)
    return larger <= Self.frameByteLimit && slots.reserve(slot, byteCount: larger)
  }
}
