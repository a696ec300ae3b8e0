// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

@testable import Training

/// One file of PyTorch's numbers, made by tools/make_golden_training.py.
struct GoldenFile {
  private let file: Safetensors

  init(_ name: String, from path: String = #filePath) throws {
    let tests = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
    file = try Safetensors(path: tests.path + "/Golden/training/\(name).safetensors")
  }

  func values(_ key: String) throws -> [Float] { try file.floats(key) }

  func shape(_ key: String) throws -> [Int] { try #require(file.tensors[key]).shape }
}

@Suite("Pools, ReLU and sums")
struct LayerPoolTests {
  private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  private func window(_ shape: [Int], _ kernel: (Int, Int), _ stride: (Int, Int), _ pad: Int)
    -> Window
  {
    Window(
      inputHeight: shape[1], inputWidth: shape[2], channels: shape[3], kernel: kernel,
      stride: stride, pads: (pad, pad, pad, pad))
  }

  /// The pictures hold small integers, so that windows have ties.
  @Test(
    "maximum pools are PyTorch's, ties included",
    arguments: [("max3x3s2", (3, 3), (2, 2), 1), ("max2x3", (2, 3), (2, 1), 0)])
  func maximum(_ name: String, _ kernel: (Int, Int), _ stride: (Int, Int), _ pad: Int) throws {
    let golden = try GoldenFile("pools")
    let shape = try golden.shape("\(name).x")
    let layer = MaxPool(window(shape, kernel, stride, pad))
    let (x, dy) = (try golden.values("\(name).x"), try golden.values("\(name).dy"))
    #expect(layer.outputCount * shape[0] == dy.count)
    var (y, dx) = (zeros(dy.count), [Float](repeating: 9, count: x.count))
    var winners = [Int32](repeating: 99, count: dy.count)
    layer.forward(x, count: shape[0], into: &y, winners: &winners)
    layer.backward(dy, winners: winners, count: shape[0], into: &dx)
    #expect(try y == golden.values("\(name).y"))
    #expect(relativeError(dx, try golden.values("\(name).dx")) < goldenTolerance)
  }

  @Test(
    "average pools are PyTorch's",
    arguments: [
      ("average3x3s2", 3, 2, 1, false), ("average3x3s2_padding", 3, 2, 1, true),
      ("average2x2", 2, 2, 0, false), ("average2x2", 2, 2, 0, true),
    ])
  func average(_ name: String, _ side: Int, _ stride: Int, _ pad: Int, _ counts: Bool) throws {
    let golden = try GoldenFile("pools")
    let shape = try golden.shape("\(name).x")
    let layer = AveragePool(
      window(shape, (side, side), (stride, stride), pad), countsPadding: counts)
    let (x, dy) = (try golden.values("\(name).x"), try golden.values("\(name).dy"))
    var (y, dx) = (zeros(dy.count), [Float](repeating: 9, count: x.count))
    layer.forward(x, count: shape[0], into: &y)
    layer.backward(dy, count: shape[0], into: &dx)
    #expect(relativeError(y, try golden.values("\(name).y")) < goldenTolerance)
    #expect(relativeError(dx, try golden.values("\(name).dx")) < goldenTolerance)
  }

  /// An average pool is linear, so that the transpose proves its gradient: `A x . dy = x . A^T dy`.
  /// The last row of windows lies beyond the picture.
  @Test func averagePoolsGradientIsItsTranspose() {
    let layer = AveragePool(
      Window(
        inputHeight: 3, inputWidth: 4, channels: 2, kernel: (2, 2), stride: (1, 1),
        pads: (0, 1, 3, 0)))
    let outputs = layer.window.outputPixels * 2
    let x = (0..<24).map { Float($0 * 7 % 11) - 5 }
    let dy = (0..<outputs).map { Float($0 * 5 % 13) - 6 }
    var (y, dx) = (zeros(outputs), zeros(24))
    layer.forward(x, count: 1, into: &y)
    layer.backward(dy, count: 1, into: &dx)
    let forward = zip(y, dy).reduce(Float(0)) { $0 + $1.0 * $1.1 }
    let backward = zip(x, dx).reduce(Float(0)) { $0 + $1.0 * $1.1 }
    #expect(abs(forward - backward) < 1e-3)
    #expect(y.suffix(8).allSatisfy { $0 == 0 }, "nothing but padding is zero, not NaN")
  }

  @Test func notANumberWinsAndPaddingDoesNot() {
    let layer = MaxPool(
      Window(
        inputHeight: 1, inputWidth: 3, channels: 1, kernel: (1, 2), stride: (1, 1),
        pads: (0, 2, 0, 0)))
    var (y, winners) = (zeros(4), [Int32](repeating: 0, count: 4))
    layer.forward([-5, .nan, 2], count: 1, into: &y, winners: &winners)
    #expect(winners == [-1, 0, 1, 1])
    #expect(y[0] == -.infinity && y[1] == -5 && y[2].isNaN && y[3].isNaN)
    var dx = zeros(3)
    layer.backward([1, 2, 3, 4], winners: winners, count: 1, into: &dx)
    #expect(dx == [2, 7, 0])
  }

  @Test func relu() throws {
    let golden = try GoldenFile("pools")
    let (x, dy) = (try golden.values("relu.x"), try golden.values("relu.dy"))
    var (y, dx) = (zeros(x.count), zeros(x.count))
    ClippedLinear.relu.forward(x, count: x.count, into: &y)
    ClippedLinear.relu.backward(dy, y: y, count: x.count, into: &dx)
    #expect(try y == golden.values("relu.y"))
    #expect(try dx == golden.values("relu.dx"))
  }

  @Test func sums() {
    var y = zeros(3)
    Sum.forward([1, 2, 3], [10, 20, 30], count: 3, into: &y)
    #expect(y == [11, 22, 33])
    Sum.backward([1, 1, 2], count: 3, addingTo: &y)
    #expect(y == [12, 23, 35])
  }
}
