// SPDX-License-Identifier: Apache-2.0

/// The range of each class of values that are stored alike, for a given number of levels.
///
/// What is pooled to one pixel is few values, and the rare large ones among them tell the class:
/// none of them is cut off.
struct RangeSearch {
  /// What is left of the noise where a harsher range is clearly better.
  private static let clear = 0.9

  /// Of each class, under its method.
  let noise: [Double]
  /// By the class's first value.
  private let methods: [Int: RangeMethod]

  /// - Parameters:
  ///   - classes: the network's input is in none.
  ///   - options: the method for all of them, or `measured`. The noise is measured only where it
  ///     decides anything, else it is 0.
  ///   - noise: of classes under a method.
  init(
    _ classes: [[Int]], graph: FusedGraph, options: QuantizationOptions,
    noise: ([[Int]], RangeMethod) throws -> [Double]
  ) throws {
    let method = options.rangeMethod
    let decides = method == .measured || options.activations == .mixed
    func measured(_ classes: [[Int]], _ method: RangeMethod) throws -> [Double] {
      decides ? try noise(classes, method) : [Double](repeating: 0, count: classes.count)
    }
    let open = classes.indices.filter { index in
      classes[index].contains {
        let shape = graph.source.values[$0].shape
        return shape.height * shape.width > 1
      }
    }
    var methods: [Int: RangeMethod] = [:]
    var least = try measured(classes, .minMax)
    let candidates = method == .measured ? RangeMethod.candidates.dropFirst() : [method]
    for candidate in candidates where candidate != .minMax {
      let own = try measured(open.map { classes[$0] }, candidate)
      for (index, noise) in zip(open, own)
      where method != .measured || noise < least[index] * Self.clear {
        least[index] = noise
        methods[classes[index][0]] = candidate
      }
    }
    self.noise = least
    self.methods = methods
  }

  func method(_ values: [Int]) -> RangeMethod { methods[values[0]] ?? .minMax }
}
