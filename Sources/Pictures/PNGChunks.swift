// SPDX-License-Identifier: Apache-2.0

/// The chunks of a PNG file, as far as they decide how it is decoded.
struct PNGChunks {
  static let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Chunks that ask for other colours than the file's bytes, or hold nothing of the picture.
  private static let left: Set<String> = [
    "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP", "mDCV", "cLLI", "bKGD", "hIST", "sPLT", "pHYs",
    "tIME", "tEXt", "zTXt", "iTXt", "eXIf",
  ]

  /// The file without the chunks that are left out.
  private(set) var bytes: [UInt8]
  /// The EXIF block, from its TIFF header on.
  private(set) var exif: ArraySlice<UInt8>?

  /// - Parameter file: starts with the magic.
  /// - Throws: `truncated` when a chunk or the end chunk is not there.
  init(_ file: [UInt8]) throws(PictureError.Reason) {
    bytes = Self.magic
    bytes.reserveCapacity(file.count)
    var offset = Self.magic.count
    while true {
      // A chunk: u32 length, big-endian; four letters; data; u32 checksum.
      guard file.count - offset >= 12 else { throw .truncated }
      let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      let name = String(decoding: file[offset + 4..<offset + 8], as: UTF8.self)
      guard length <= file.count - offset - 12 else { throw .truncated }
      let next = offset + 12 + length
      if name == "eXIf" { exif = file[offset + 8..<offset + 8 + length] }
      if !Self.left.contains(name) { bytes.append(contentsOf: file[offset..<next]) }
      if name == "IEND" { return }
      offset = next
    }
  }
}
