// SPDX-License-Identifier: Apache-2.0
import Crypto
import Pictures
import Runtime

/// The pictures that a network is calibrated with, resized and cropped as the model will do it.
package struct CalibrationPictures: Sendable {
  /// Paths in the order of use.
  package let names: [String]
  /// What was skipped, and why.
  package let broken: [PictureError]
  /// `[height][width][channels]` each, before quantization.
  private let bytes: [[UInt8]]
  private let channels: Int
  /// `[channel][byte]`: what the network means by a byte.
  private let table: [Double]

  package var count: Int { bytes.count }

  /// - Parameters:
  ///   - pictures: resized bytes, in the network's colour order.
  ///   - shape: of the network's input.
  package init(
    names: [String], bytes: [[UInt8]], broken: [PictureError] = [],
    preprocessing: PreprocessingRecord, shape: Shape
  ) {
    self.names = names
    self.bytes = bytes
    self.broken = broken
    channels = shape.channels
    table = (0..<shape.channels).flatMap { channel in
      (0..<256).map { byte in
        (Double(byte) - Double(preprocessing.mean[channel]))
          / Double(preprocessing.deviation[channel])
      }
    }
  }

  /// Reads the pictures of a folder.
  ///
  /// - Throws: `QuantizationError.unreadableFolder`, `.noPictures`.
  package static func load(
    folder: String, preprocessing: PreprocessingRecord, shape: Shape,
    options: QuantizationOptions, progress: (Double) -> Void
  ) throws -> CalibrationPictures {
    var paths = try find(folder)
    let wanted = min(options.maximumPictures ?? paths.count, paths.count)
    if wanted < paths.count {
      var generator = SeededGenerator(seed: options.seed)
      paths.shuffle(using: &generator)
    }
    var preprocessor = Preprocessor(
      record: preprocessing, height: shape.height, width: shape.width, channels: shape.channels)
    var pictures: [(name: String, bytes: [UInt8])] = []
    var broken: [PictureError] = []
    for path in paths {
      guard pictures.count < wanted else { break }
      try QuantizationError.checkCancellation()
      do {
        let image = try Pictures.decode(path: path)
        pictures.append((path, try resized(image, with: &preprocessor)))
      } catch let error as PictureError {
        broken.append(error)
      }
      progress(Double(pictures.count) / Double(wanted))
    }
    guard !pictures.isEmpty else {
      throw QuantizationError.noPictures(folder: folder, broken: broken.count)
    }
    pictures.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    return CalibrationPictures(
      names: pictures.map(\.name), bytes: pictures.map(\.bytes), broken: broken,
      preprocessing: preprocessing, shape: shape)
  }

  private static func find(_ folder: String) throws -> [String] {
    do {
      return try Pictures.find(in: folder)
    } catch {
      if error.reason == .noPictures {
        throw QuantizationError.noPictures(folder: folder, broken: 0)
      }
      throw QuantizationError.unreadableFolder(folder)
    }
  }

  private static func resized(
    _ image: Image, with preprocessor: inout Preprocessor
  ) throws -> [UInt8] {
    var result = [UInt8](repeating: 0, count: preprocessor.outputByteCount)
    try result.withUnsafeMutableBufferPointer { output in
      guard let base = output.baseAddress else { return }
      try preprocessor.run(
        pixels: image.pixels.span.bytes, width: image.width, height: image.height,
        bytesPerRow: image.bytesPerRow, format: image.format, into: base)
    }
    return result
  }

  /// The input of the float network.
  package func real(_ picture: Int) -> [Float] {
    let pixels = bytes[picture]
    return pixels.indices.map { Float(table[$0 % channels * 256 + Int(pixels[$0])]) }
  }

  /// The input of the int8 network: half to even, in binary64, as the model file's rule is.
  package func quantized(_ picture: Int, _ storage: ActivationQuantization) -> [UInt8] {
    let levels = table.map { real in
      let steps = (real / Double(storage.scale)).rounded(.toNearestOrEven)
      return UInt8(min(max(steps + Double(storage.zeroPoint), 0), Double(storage.upper)))
    }
    let pixels = bytes[picture]
    return pixels.indices.map { levels[$0 % channels * 256 + Int(pixels[$0])] }
  }

  /// SHA-256 of all resized pictures, in lower-case hexadecimal.
  package var digest: String {
    var hash = SHA256()
    for picture in bytes { hash.update(data: picture) }
    return hash.finalize().hexadecimal
  }
}

extension Sequence where Element == UInt8 {
  /// Two lower-case digits a byte.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
