// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Students and a bank by tools/make_golden_embeddings.py.
enum GoldenEmbeddings {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
      "Golden/embeddings"
    ).path

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Lines of a name and numbers.
  static func rows(_ name: String) throws -> [(name: String, numbers: [Double])] {
    try String(contentsOfFile: path(name), encoding: .utf8).split(separator: "\n").map { line in
      let parts = line.split(separator: " ")
      return (String(parts[0]), parts.dropFirst().compactMap { Double($0) })
    }
  }

  /// The input of the students, NHWC 6x5x3.
  static let input: [Float] = {
    var state: UInt64 = 1
    return (0..<90).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / 0x1p22 - 2
    }
  }()
}
