// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Makes a JPEG file of a frame: what the camera sent where that is one, else encoded.
struct FramePicture: ~Copyable {
  private var encoder: JPEGFrameEncoder?

  /// - Returns: a file, valid until the frame goes or the next call; nil when it cannot be made.
  mutating func file(
    _ pixels: FramePixels, jpeg: UnsafeRawBufferPointer?
  ) -> UnsafeRawBufferPointer? {
    if let jpeg, Self.hasHuffmanTables(jpeg) { return jpeg }
    do throws(JPEGFrameError) {
      if encoder == nil { encoder = try JPEGFrameEncoder() }
      return try encoder?.encode(pixels)
    } catch {
      return nil
    }
  }

  /// Whether a JPEG brings its Huffman tables: many cameras leave out those of the standard, and
  /// most programs do not add them.
  private static func hasHuffmanTables(_ file: UnsafeRawBufferPointer) -> Bool {
    var offset = 2
    while offset + 4 <= file.count, file[offset] == 0xFF {
      let marker = file[offset + 1]
      if marker == 0xC4 { return true }
      if marker == 0xDA { return false }
      if marker == 0xFF {
        offset += 1
      } else {
        offset += 2 + Int(file[offset + 2]) << 8 + Int(file[offset + 3])
      }
    }
    return false
  }
}
