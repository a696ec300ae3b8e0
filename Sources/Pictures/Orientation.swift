// SPDX-License-Identifier: Apache-2.0
import Runtime

/// How a picture is turned to stand upright: the EXIF tag 0x0112, by its numbers.
enum Orientation: UInt16 {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case upsideDownMirrored = 4
  /// Mirrored along the diagonal from the upper left.
  case transposed = 5
  /// To be turned a quarter clockwise.
  case turnedLeft = 6
  /// Mirrored along the diagonal from the upper right.
  case transversed = 7
  /// To be turned a quarter anticlockwise.
  case turnedRight = 8

  /// The orientation that a JPEG file notes in its first EXIF block, else upright.
  init(jpeg bytes: [UInt8]) {
    self = .upright
    var offset = 2
    // Segments: 0xFF, a marker, u16 length (itself included), big-endian. Behind the start of scan
    // there is no more metadata.
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      let marker = bytes[offset + 1]
      if marker == 0xFF {
        offset += 1
        continue
      }
      let length = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
      guard marker != 0xDA, length >= 2, offset + 2 + length <= bytes.count else { return }
      let body = bytes[offset + 4..<offset + 2 + length]
      if marker == 0xE1, body.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
        self = Orientation(tiff: body.dropFirst(6))
        return
      }
      offset += 2 + length
    }
  }

  /// The orientation in the first directory of a TIFF block, upright if there is none or the block
  /// is not well-formed.
  init(tiff: ArraySlice<UInt8>) {
    self = TIFFBlock(tiff).flatMap { $0.value(ofTag: 0x0112) }.flatMap(Orientation.init) ?? .upright
  }

  /// Whether width and height change places.
  private var swapsSides: Bool { rawValue >= 5 }

  /// Turns a picture upright.
  func apply(width: Int, height: Int, format: PixelFormat, pixels: [UInt8]) -> Image {
    guard self != .upright else {
      return Image(width: width, height: height, format: format, pixels: pixels)
    }
    let size = format.byteCount
    let newWidth = swapsSides ? height : width
    let newHeight = swapsSides ? width : height
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { buffer, initializedCount in
      for y in 0..<newHeight {
        for x in 0..<newWidth {
          let (fromX, fromY) = source(x, y, width: width, height: height)
          let from = (fromY * width + fromX) * size
          let to = (y * newWidth + x) * size
          for byte in 0..<size { buffer[to + byte] = pixels[from + byte] }
        }
      }
      initializedCount = pixels.count
    }
    return Image(width: newWidth, height: newHeight, format: format, pixels: turned)
  }

  /// Where the pixel comes from that is shown at (x, y).
  private func source(_ x: Int, _ y: Int, width: Int, height: Int) -> (x: Int, y: Int) {
    switch self {
    case .upright: (x, y)
    case .mirrored: (width - 1 - x, y)
    case .upsideDown: (width - 1 - x, height - 1 - y)
    case .upsideDownMirrored: (x, height - 1 - y)
    case .transposed: (y, x)
    case .turnedLeft: (y, height - 1 - x)
    case .transversed: (width - 1 - y, height - 1 - x)
    case .turnedRight: (width - 1 - y, x)
    }
  }
}

/// The first directory of a TIFF structure; every access is checked.
private struct TIFFBlock {
  private let bytes: ArraySlice<UInt8>
  private let isLittleEndian: Bool

  /// Nil unless the block starts with a TIFF header.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count >= 8 else { return nil }
    self.bytes = bytes
    isLittleEndian = bytes.first == 0x49
    guard bytes.starts(with: isLittleEndian ? [0x49, 0x49, 42, 0] : [0x4D, 0x4D, 0, 42]) else {
      return nil
    }
  }

  /// The value of a tag that holds one 16-bit number.
  func value(ofTag tag: UInt16) -> UInt16? {
    guard let directory = read32(4), let count = read16(Int(directory)) else { return nil }
    for entry in 0..<Int(count) {
      // tag, type (3: 16 bits), count, value
      let offset = Int(directory) + 2 + entry * 12
      guard let found = read16(offset), let type = read16(offset + 2),
        let value = read16(offset + 8)
      else { return nil }
      if found == tag { return type == 3 && read32(offset + 4) == 1 ? value : nil }
    }
    return nil
  }

  private func read16(_ offset: Int) -> UInt16? {
    guard offset >= 0, offset <= bytes.count - 2 else { return nil }
    let first = UInt16(bytes[bytes.startIndex + offset])
    let second = UInt16(bytes[bytes.startIndex + offset + 1])
    return isLittleEndian ? second << 8 | first : first << 8 | second
  }

  private func read32(_ offset: Int) -> UInt32? {
    guard let first = read16(offset), let second = read16(offset + 2) else { return nil }
    return isLittleEndian
      ? UInt32(second) << 16 | UInt32(first) : UInt32(first) << 16 | UInt32(second)
  }
}
