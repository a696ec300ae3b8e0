// SPDX-License-Identifier: Apache-2.0

/// Where a student's activations and gradients lie, planned before anything is allocated. Counts are
/// of floats, for one picture.
///
/// Activations are all kept for the backward pass, apart from those that a clip overwrites. A
/// gradient lives from the last reader of its value, which comes first in the backward pass, to the
/// node that makes the value; gradients that do not live together share memory.
struct StudentMemory: Sendable {
  /// Of each value that is computed; nil for the others and for the input, which the caller holds.
  private(set) var activations: [Int?]
  private(set) var activationCount = 0
  /// By node: where the winners of a maximum pool lie, among the activations.
  private(set) var winners: [Int?]
  private(set) var gradients: [Int?]
  private(set) var gradientCount = 0
  /// A second gradient of a value that several nodes read, before it is added to the first.
  private(set) var spareCount = 0

  /// Sections begin at cache lines.
  static func rounded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  init(nodes: [StudentPlan.Node], sizes: [Int], input: Int) {
    activations = Array(repeating: nil, count: sizes.count)
    gradients = activations
    winners = Array(repeating: nil, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      activations[node.output] = reserve(sizes[node.output])
      if case .maxPool = node.operation { winners[index] = reserve(sizes[node.output]) }
    }
    let read = nodes.flatMap(\.inputs)
    for value in Set(read) where read.count(where: { $0 == value }) > 1 && value != input {
      spareCount = max(spareCount, Self.rounded(sizes[value]))
    }
    placeGradients(nodes, sizes)
  }

  private mutating func reserve(_ count: Int) -> Int {
    defer { activationCount += Self.rounded(count) }
    return activationCount
  }

  private struct Placed {
    var life: ClosedRange<Int>
    var space: Range<Int>
  }

  /// The largest first, each at the lowest place that is free during its life.
  private mutating func placeGradients(_ nodes: [StudentPlan.Node], _ sizes: [Int]) {
    var lastReader: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for value in node.inputs { lastReader[value] = index }
    }
    let order = nodes.indices.sorted {
      (sizes[nodes[$1].output], $0) < (sizes[nodes[$0].output], $1)
    }
    var placed: [Placed] = []
    for index in order {
      let value = nodes[index].output
      let life = index...max(lastReader[value] ?? nodes.count, index)
      var start = 0
      let size = Self.rounded(sizes[value])
      for other in placed.sorted(by: { $0.space.lowerBound < $1.space.lowerBound })
      where other.life.overlaps(life) && other.space.upperBound > start {
        if other.space.lowerBound >= start + size { break }
        start = other.space.upperBound
      }
      placed.append(Placed(life: life, space: start..<start + size))
      gradients[value] = start
      gradientCount = max(gradientCount, start + size)
    }
  }
}
