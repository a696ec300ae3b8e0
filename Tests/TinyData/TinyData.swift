// SPDX-License-Identifier: Apache-2.0
import CPNG
import Crypto
import Foundation
import Quantize
import Training

/// Little pictures of a few domains and classes, `<domain>/<class>/<number>.png`, and what a bank
/// says of them: the colours tell the classes apart, and so do the embeddings.
public struct TinyData {
  /// What a bank's file holds.
  public struct Bank {
    public var paths: [String] = []
    /// Empty for none.
    public var digests: [String] = []
    /// Empty for those of the folders.
    public var labels: [String] = []
    public var classes: [String] = []
    public var aliases: [String: String] = [:]
    /// `[paths.count][width]`.
    public var images: [Float] = []
    /// `[classes.count][width]`.
    public var texts: [Float] = []

    public func write(to path: String) throws {
      func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
      }
      var metadata = [
        "format": EmbeddingBank.format, "model": "tiny", "logit_scale": "20",
        "paths": try json(paths), "classes": try json(classes), "templates": "[\"{}\"]",
        "aliases": try json(aliases),
      ]
      if !digests.isEmpty { metadata["sha256"] = try json(digests) }
      if !labels.isEmpty { metadata["labels"] = try json(labels) }
      var writer = SafetensorsWriter(metadata: metadata)
      writer.add(single: "image", images, shape: [paths.count, TinyData.width])
      writer.add(single: "text", texts, shape: [classes.count, 1, TinyData.width])
      try writer.write(to: path)
    }
  }

  /// Of the embeddings.
  public static let width = 6
  public static let domains = ["art", "photo", "sketch"]
  public static let labels = ["cat", "dog", "owl"]

  public let folder: String
  /// The folder of the pictures.
  public var pictures: String { folder + "/pictures" }
  public var bankPath: String { folder + "/bank.safetensors" }
  public private(set) var bank = Bank()

  /// Writes pictures and bank.
  ///
  /// - Parameters:
  ///   - each: pictures of each class in each domain.
  ///   - side: of a picture, in pixels; its width is two more.
  public init(
    in folder: String, domains: [String] = domains, labels: [String] = labels, each: Int = 4,
    side: Int = 16
  ) throws {
    self.folder = folder
    bank.classes = labels
    for index in labels.indices { bank.texts += Self.unit(index) }
    var generator = SeededGenerator(seed: 7)
    for (place, domain) in domains.enumerated() {
      for (index, label) in labels.enumerated() {
        try FileManager.default.createDirectory(
          atPath: "\(pictures)/\(domain)/\(label)", withIntermediateDirectories: true)
        for number in 0..<each {
          let path = "\(domain)/\(label)/\(number).png"
          let pixels = Self.pixels(
            colour: index, tint: place, side: side, &generator)
          try Self.writePNG(pixels, width: side + 2, height: side, to: pictures + "/" + path)
          bank.paths.append(path)
          bank.digests.append(try Self.digest(pictures + "/" + path))
          bank.images += Self.embedding(index, &generator)
        }
      }
    }
    try bank.write(to: bankPath)
  }

  public static func digest(_ path: String) throws -> String {
    SHA256.hash(data: try Data(contentsOf: URL(fileURLWithPath: path)))
      .map { String(format: "%02x", $0) }.joined()
  }

  private static func unit(_ index: Int) -> [Float] {
    (0..<width).map { $0 == index % width ? 1 : 0 }
  }

  private static func embedding(_ index: Int, _ generator: inout SeededGenerator) -> [Float] {
    unit(index).map { $0 + Float.random(in: -0.2...0.2, using: &generator) }
  }

  /// One channel is bright, which one depends on the class; the domain darkens the lower half.
  private static func pixels(
    colour: Int, tint: Int, side: Int, _ generator: inout SeededGenerator
  ) -> [UInt8] {
    (0..<side).flatMap { y in
      (0..<(side + 2) * 3).map { x in
        let bright = x % 3 == colour % 3 ? 190 : 70
        let shade = y > side / 2 ? 20 * tint : 0
        return UInt8(bright - shade + Int.random(in: -25...25, using: &generator))
      }
    }
  }

  /// - Parameter pixels: `[height][width][3]`.
  public static func writePNG(
    _ pixels: [UInt8], width: Int, height: Int, to path: String
  ) throws {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    (image.width, image.height) = (UInt32(width), UInt32(height))
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)
    guard png_image_write_to_file(&image, path, 0, pixels, 0, nil) != 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }
}
