// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

/// Small networks with random weights that have, together, every operator in every form.
enum SmallStudents {
  struct Student: Sendable, CustomTestStringConvertible {
    let name: String
    let graph: FloatGraph
    var testDescription: String { name }
  }

  static let classes = 7
  private typealias Builder = StudentBuilder

  static let all: [Student] = [
    Student(name: "residual", graph: residual), Student(name: "depthwise", graph: depthwise),
    Student(name: "pools", graph: pools), Student(name: "borders", graph: borders),
    Student(name: "clamps", graph: clamps), Student(name: "grouped", graph: grouped),
    Student(name: "dilated", graph: dilated), Student(name: "dense", graph: dense),
    Student(name: "copied input", graph: copiedInput),
    Student(name: "clamped scores", graph: clampedScores),
    Student(name: "normalized input", graph: normalizedInput),
    Student(name: "grey", graph: grey),
  ]

  static func named(_ name: String) -> FloatGraph {
    all.first { $0.name == name }?.graph ?? residual
  }

  /// Padding at the end only, normalizations, an addition that is clamped and read twice.
  static let residual: FloatGraph = {
    var b = Builder(height: 13, width: 12, seed: 1)
    let stem = b.convolution(0, 12, Builder.window(3, stride: 2, pads: [0, 0, 1, 1]))
    let first = b.clamp(b.scaleShift(stem), 0, 6)
    var path = b.relu(
      b.scaleShift(b.convolution(first, 12, Builder.window(3, pads: [1, 1, 1, 1]))))
    path = b.scaleShift(b.convolution(path, 12, Builder.window(3, pads: [1, 1, 1, 1])))
    let sum = b.relu(b.add(path, first))
    let short = b.scaleShift(b.convolution(sum, 20, Builder.window(1, stride: 2)))
    let long = b.convolution(sum, 20, Builder.window(3, stride: 2, pads: [1, 1, 1, 1]))
    return b.graph(
      output: b.dense(b.globalAverage(b.relu(b.add(long, short))), classes))
  }()

  static let depthwise: FloatGraph = {
    var b = Builder(height: 12, width: 12, seed: 2)
    let wide = b.clamp(b.scaleShift(b.convolution(0, 24, Builder.window(1))), 0, 6)
    let middle = b.clamp(
      b.scaleShift(b.convolution(wide, 24, Builder.window(3, pads: [1, 1, 1, 1]), groups: 24)), 0,
      6)
    let narrow = b.convolution(middle, 10, Builder.window(1))
    let again = b.clamp(b.convolution(narrow, 17, Builder.window(1)), 0, 6)
    let strided = b.convolution(
      again, 17, Builder.window(5, stride: 2, pads: [2, 1, 2, 1]), groups: 17)
    return b.graph(
      output: b.dense(b.globalAverage(b.relu(strided)), classes))
  }()

  static let pools: FloatGraph = {
    var b = Builder(height: 16, width: 14, seed: 3)
    let first = b.relu(b.convolution(0, 9, Builder.window(3)))
    let largest = b.pool(first, Builder.window(3, stride: 2, pads: [1, 0, 0, 1]), average: nil)
    let counted = b.pool(largest, Builder.window(3, pads: [1, 1, 1, 1]), average: true)
    let inside = b.pool(counted, Builder.window(2, pads: [0, 1, 1, 0]), average: false)
    let signed = b.convolution(inside, 11, Builder.window(1))
    let top = b.pool(signed, Builder.window(2, stride: 2), average: nil)
    return b.graph(output: b.dense(b.globalAverage(top), classes))
  }()

  /// A border of ones, one of zeros before a pool, and one before an addition.
  static let borders: FloatGraph = {
    var b = Builder(height: 8, width: 9, seed: 4)
    let first = b.scaleShift(b.convolution(0, 8, Builder.window(3)))
    let ones = b.pad(first, [1, 0, 2, 1], value: 1)
    let second = b.scaleShift(b.convolution(ones, 8, Builder.window(3)))
    let zeros = b.pad(second, [2, 2, 2, 2], value: 0)
    let pooled = b.pool(zeros, Builder.window(2, stride: 2), average: false)
    let third = b.pad(b.convolution(pooled, 6, Builder.window(3)), [1, 1, 1, 1], value: 0)
    let sum = b.add(b.relu(b.convolution(pooled, 6, Builder.window(1))), third)
    return b.graph(output: b.dense(sum, classes))
  }()

  /// Clamps that stand alone, that exclude zero, and that follow each other.
  static let clamps: FloatGraph = {
    var b = Builder(height: 8, width: 8, seed: 5)
    let first = b.scaleShift(b.convolution(0, 9, Builder.window(3)))
    let soft = b.clamp(first, -0.5, 1)
    let sum = b.clamp(b.add(first, soft), 0.25, 3)
    let below = b.clamp(b.scaleShift(b.convolution(sum, 9, Builder.window(3))), -2, -0.125)
    let both = b.clamp(b.clamp(b.convolution(below, 9, Builder.window(1)), -1, 4), 0, 2)
    return b.graph(output: b.dense(both, classes))
  }()

  static let grouped: FloatGraph = {
    var b = Builder(height: 9, width: 9, seed: 6)
    let first = b.relu(b.convolution(0, 12, Builder.window(3, pads: [1, 1, 1, 1]), groups: 3))
    let second = b.relu(b.convolution(first, 40, Builder.window(3, stride: 2), groups: 2))
    let third = b.relu(b.convolution(second, 80, Builder.window(1), groups: 40))
    return b.graph(output: b.dense(b.globalAverage(third), classes))
  }()

  static let dilated: FloatGraph = {
    var b = Builder(height: 12, width: 11, seed: 7)
    let first = b.relu(
      b.convolution(0, 10, Builder.window(3, pads: [2, 2, 2, 2], dilation: 2)))
    let second = b.relu(
      b.convolution(first, 10, Builder.window(3, pads: [2, 1, 0, 2], dilation: 2), groups: 10))
    let third = b.relu(b.convolution(second, 8, Builder.window(2, dilation: 3), groups: 2))
    return b.graph(output: b.dense(b.globalAverage(third), classes))
  }()

  static let dense: FloatGraph = {
    var b = Builder(height: 7, width: 7, seed: 8)
    let first = b.relu(b.convolution(0, 17, Builder.window(3, pads: [1, 1, 1, 1])))
    let second = b.relu(b.convolution(first, 33, Builder.window(3)))
    return b.graph(output: b.dense(b.relu(b.dense(second, 31)), classes))
  }()

  /// The input goes through a pool and a border that lies beyond the bytes of pictures.
  static let copiedInput: FloatGraph = {
    var b = Builder(height: 11, width: 11, seed: 9)
    let largest = b.pool(0, Builder.window(2), average: nil)
    let bordered = b.pad(largest, [1, 1, 1, 1], value: 3)
    let first = b.relu(b.convolution(bordered, 9, Builder.window(3)))
    return b.graph(output: b.dense(b.globalAverage(first), classes))
  }()

  /// The scores are bytes.
  static let clampedScores: FloatGraph = {
    var b = Builder(height: 8, width: 8, seed: 10)
    let first = b.relu(b.convolution(0, 9, Builder.window(3)))
    return b.graph(output: b.clamp(b.dense(first, classes), -1, 1))
  }()

  static let normalizedInput: FloatGraph = {
    var b = Builder(height: 8, width: 8, seed: 11)
    let first = b.convolution(b.relu(b.scaleShift(0)), 9, Builder.window(3))
    let second = b.convolution(b.relu(b.scaleShift(b.add(first, first))), 9, Builder.window(3))
    return b.graph(output: b.globalAverage(b.convolution(second, classes, Builder.window(1))))
  }()

  static let grey: FloatGraph = {
    var b = Builder(height: 8, width: 8, channels: 1, seed: 12)
    let first = b.relu(b.scaleShift(b.convolution(b.scaleShift(0), 5, Builder.window(3))))
    return b.graph(output: b.dense(first, classes))
  }()
}
