// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// Makes planar Y'CbCr or R'G'B' of formats that are not native, by libv4lconvert.
///
/// The library is looked for at run time; a static program has none.
package struct V4LConverter: ~Copyable {
  /// What comes out: `YU12`, or `RGB3` for Bayer and R'G'B' formats.
  package let format: StreamFormat
  private var library: swiftlet_converter
  /// The library is told lengths, yet was written for trusted hardware: it works on a copy that ends
  /// in room to spare.
  private let source: UnsafeMutableRawBufferPointer
  private let destination: UnsafeMutableRawBufferPointer
  private let device: String

  private static let spareByteCount = 4096

  package static let isInstalled: Bool = {
    guard let library = swiftlet_converter_library() else { return false }
    swiftlet_converter_unload(library)
    return true
  }()

  /// A converter for the frames of a stream.
  ///
  /// - Throws: `unsupported` where the library is not installed or does not take the device.
  package init(_ stream: borrowing CameraStream) throws(CameraError) {
    var library = swiftlet_converter()
    let input = stream.format
    guard Self.isInstalled, input.planeCount == 1,
      swiftlet_converter_open(&library, stream.descriptor)
    else {
      throw CameraError(
        .unsupported, device: stream.path,
        detail: input.fourCC.description + " needs the library libv4lconvert0")
    }
    self.library = library
    device = stream.path
    format = Self.output(of: input)
    source = .allocate(
      byteCount: input.bufferByteCount[0] + Self.spareByteCount, alignment: 64)
    destination = .allocate(byteCount: format.bufferByteCount[0], alignment: 64)
    source.initializeMemory(as: UInt8.self, repeating: 0)
    destination.initializeMemory(as: UInt8.self, repeating: 0)
    swiftlet_converter_set(
      &self.library, UInt32(input.width), UInt32(input.height), input.fourCC.rawValue,
      UInt32(input.bytesPerRow[0]), UInt32(input.bufferByteCount[0]), format.fourCC.rawValue,
      UInt32(format.bytesPerRow[0]), UInt32(format.bufferByteCount[0]))
  }

  deinit {
    var library = library
    swiftlet_converter_close(&library)
    source.deallocate()
    destination.deallocate()
  }

  /// Converts a frame into the converter's own memory, which the next call overwrites.
  ///
  /// - Returns: a frame like the given one, of `format`; damaged if the library could not convert it.
  package mutating func convert(_ frame: CameraFrame) -> CameraFrame {
    let count = min(frame.planes[0].count, source.count - Self.spareByteCount)
    source.copyMemory(from: UnsafeRawBufferPointer(rebasing: frame.planes[0].prefix(count)))
    var converted = frame
    converted.planes[0] = UnsafeRawBufferPointer(destination)
    guard let input = source.baseAddress, let output = destination.baseAddress, count > 0 else {
      converted.isDamaged = true
      return converted
    }
    let written = swiftlet_converter_run(
      &library, input, Int32(count), output, Int32(destination.count))
    if written < destination.count { converted.isDamaged = true }
    return converted
  }

  private static func output(of input: StreamFormat) -> StreamFormat {
    var format = input
    let (width, height) = (input.width, input.height)
    let isRGB = input.fourCC.isBayer || rgbFormats.contains(input.fourCC.rawValue)
    format.fourCC = isRGB ? .rgb3 : .yu12
    if isRGB { format.range = .full }
    format.bytesPerRow = [isRGB ? 3 * width : width, 0, 0]
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    let byteCount = isRGB ? 3 * width * height : width * height + 2 * halfWidth * halfHeight
    format.bufferByteCount = [byteCount, 0, 0]
    return format
  }

  /// `RGBP`, `BGR4`, `RGB4`, `XR24`, `BX24`, `AR24`, `BA24`, and the compressed Bayer formats of
  /// USB cameras: `S910`, `SONX`, `P207`, `M310`, `PIXT`.
  private static let rgbFormats: [UInt32] = [
    0x5042_4752, 0x3452_4742, 0x3442_4752, 0x3432_5258, 0x3432_5842, 0x3432_5241, 0x3432_4142,
    0x3031_3953, 0x584E_4F53, 0x3730_3250, 0x3031_334D, 0x5458_4950,
  ]
}
