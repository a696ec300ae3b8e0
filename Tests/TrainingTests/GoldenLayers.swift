// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

@testable import Training

/// Numbers of PyTorch, made by tools/make_golden_training.py.
enum GoldenLayers {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Golden/training").path

  static let studentPath = folder + "/student.onnx"

  private static let file: Result<Safetensors, any Error> = Result {
    try Safetensors(path: folder + "/layers.safetensors")
  }

  private static let student: Result<Safetensors, any Error> = Result {
    try Safetensors(path: folder + "/student.safetensors")
  }

  /// Of the little student's steps.
  static func student(_ key: String) throws -> [Float] {
    try student.get().floats("student.\(key)")
  }

  static func values(_ layer: String, _ key: String) throws -> [Float] {
    try file.get().floats("\(layer).\(key)")
  }

  static func shape(_ layer: String, _ key: String) throws -> [Int] {
    try #require(try file.get().tensors["\(layer).\(key)"]).shape
  }
}

/// The largest difference, relative to the largest expected value: sums of many products are
/// rounded in another order than PyTorch's, which is all that may differ.
func relativeError(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  let scale = expected.reduce(Float(1e-6)) { max($0, abs($1)) }
  return zip(found, expected).reduce(Float(0)) { worst, pair in
    let error = abs(pair.0 - pair.1) / scale
    return error.isNaN ? .infinity : max(worst, error)
  }
}

/// What the issue of training asks of every gradient.
let goldenTolerance: Float = 1e-4
