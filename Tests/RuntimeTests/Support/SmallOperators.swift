// SPDX-License-Identifier: Apache-2.0
@testable import Runtime

/// A network of the operators without weights: pad, maximum pool, average pool with and without
/// counted padding, lookup, add, and a global average pool as its output.
enum SmallOperators {
  private static let size = 6

  static func make(_ random: inout TestRandom) -> SmallNetwork {
    let input = (0..<size * size * 3).map { _ in UInt8.random(in: 0...127, using: &random) }
    let table = (0..<256).map { _ in UInt8.random(in: 0...127, using: &random) }
    var builder = ModelBuilder()
    let square = ModelBuilder.Tensor(height: size, width: size, channels: 3, zeroPoint: 5)
    builder.tensors = Array(repeating: square, count: 6)
    builder.tensors.append(.init(channels: 3, scale: 0.1, zeroPoint: 9))
    builder.tensors.append(
      .init(height: size + 2, width: size + 2, channels: 3, zeroPoint: 5))

    var pad = ModelBuilder.Node(operation: 7, input: 0, output: 7)
    pad.window[4...7] = [1, 1, 1, 1]
    pad.padValue = 77
    var maximum = pool(5, from: 7, to: 1, pads: 0)
    maximum.multiplier = 0
    let average = pool(4, from: 1, to: 2, pads: 1)
    var counted = pool(4, from: 1, to: 3, pads: 1)
    counted.countsPadding = 1
    var lookup = ModelBuilder.Node(operation: 6, input: 2, output: 4)
    lookup.proof = table
    var add = ModelBuilder.Node(operation: 3, input: 3, second: 4, output: 5)
    (add.multiplier, add.secondMultiplier) = (0.75, 0.6)
    (add.lower, add.upper) = (2, 120)
    var global = pool(4, from: 5, to: 6, pads: 0)
    global.window[0...3] = [UInt16(size), UInt16(size), 1, 1]
    global.multiplier = 0.5
    builder.nodes = [pad, maximum, average, counted, lookup, add, global]
    builder.labels = ["x", "y", "z"]
    return SmallNetwork(
      file: builder.build(), input: input, expected: expected(input, table: table))
  }

  private static func pool(
    _ operation: UInt32, from input: UInt32, to output: UInt32, pads: UInt16
  ) -> ModelBuilder.Node {
    var node = ModelBuilder.Node(operation: operation, input: input, output: output)
    node.window = [3, 3, 1, 1, pads, pads, pads, pads, 1, 1]
    node.multiplier = 1
    return node
  }

  private static func expected(_ input: [UInt8], table: [UInt8]) -> [UInt8] {
    func at(_ plane: [UInt8], _ y: Int, _ x: Int, _ c: Int) -> UInt8? {
      guard (0..<size).contains(y), (0..<size).contains(x) else { return nil }
      return plane[(y * size + x) * 3 + c]
    }
    func map(_ body: (Int, Int, Int) -> UInt8) -> [UInt8] {
      var plane: [UInt8] = []
      for y in 0..<size {
        for x in 0..<size {
          for c in 0..<3 { plane.append(body(y, x, c)) }
        }
      }
      return plane
    }
    func taps(_ plane: [UInt8], _ y: Int, _ x: Int, _ c: Int) -> [UInt8?] {
      (-1...1).flatMap { dy in (-1...1).map { dx in at(plane, y + dy, x + dx, c) } }
    }
    // The pad node puts 77 around the picture, the maximum pool then sees it as pixels.
    let maximum = map { y, x, c in taps(input, y, x, c).map { $0 ?? 77 }.max()! }
    func average(_ y: Int, _ x: Int, _ c: Int, counted: Bool) -> UInt8 {
      let inside = taps(maximum, y, x, c).compactMap { $0 }
      let sum = inside.reduce(0) { $0 + Int($1) - 5 }
      let mean = Float(sum) * 1 / Float(counted ? 9 : inside.count)
      return UInt8(min(max(Int(mean.rounded(.toNearestOrEven)) + 5, 0), 127))
    }
    let looked = map { y, x, c in table[Int(average(y, x, c, counted: false))] }
    let counted = map { y, x, c in average(y, x, c, counted: true) }
    let sum = zip(counted, looked).map { a, b -> UInt8 in
      let value = Float(Int(a) - 5) * 0.75 + Float(Int(b) - 5) * 0.6
      return UInt8(min(max(Int(value.rounded(.toNearestOrEven)) + 5, 2), 120))
    }
    return (0..<3).map { c in
      let total = (0..<size * size).reduce(0) { $0 + Int(sum[$1 * 3 + c]) - 5 }
      let mean = Float(total) * 0.5 / Float(size * size)
      return UInt8(min(max(Int(mean.rounded(.toNearestOrEven)) + 9, 0), 127))
    }
  }
}
