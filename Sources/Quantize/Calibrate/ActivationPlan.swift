// SPDX-License-Identifier: Apache-2.0

/// Which activations of a network must be stored alike, and how precisely each is stored.
struct ActivationPlan {
  /// Values that share their ratios: an addition has one multiplier for all channels.
  private var ratioClasses: DisjointSets
  /// Values that share everything: a maximum pool and a border copy bytes.
  private var equalClasses: DisjointSets
  /// Values whose channels all have the ratio 1.
  private var pinned: Set<Int> = []
  private let graph: FusedGraph

  init(_ graph: FusedGraph) {
    self.graph = graph
    ratioClasses = DisjointSets(count: graph.source.values.count)
    equalClasses = DisjointSets(count: graph.source.values.count)
    pinned.insert(graph.input)
    pinned.insert(graph.output)
    for node in graph.nodes {
      // The file's clamp and border are one level for all channels; zero is the same in all.
      if node.lower > 0 || node.upper < 0 { pinned.insert(node.output) }
      if case .pad(_, _, _, _, let value) = node.operation, value != 0 {
        pinned.insert(node.output)
      }
      switch node.operation {
      case .convolution: break
      case .add, .averagePool:
        for input in node.inputs { ratioClasses.join(input, node.output) }
      case .maxPool, .pad:
        ratioClasses.join(node.inputs[0], node.output)
        equalClasses.join(node.inputs[0], node.output)
      case .clamp, .scaleShift:
        // One table serves all channels.
        ratioClasses.join(node.inputs[0], node.output)
        pinned.insert(node.output)
      }
    }
  }

  /// The values whose ratios are one decision, by class; empty classes are left out.
  func classesOfRatios() -> [[Int]] { ratioClasses.classes(of: graph.values) }

  /// The values stored alike, by class.
  func classesOfEquals() -> [[Int]] { equalClasses.classes(of: graph.values) }

  /// Whether nothing else must be stored as `value` is.
  func isAlone(_ value: Int) -> Bool {
    classesOfEquals().contains([value])
  }

  func isPinned(_ values: [Int]) -> Bool { values.contains { pinned.contains($0) } }

  /// Within what a range of `values` must lie: the file clamps all channels at one level, so that
  /// levels beyond a clamp would cut channels with a ratio below 1 too early.
  func limits(of values: [Int]) -> RangeLimits {
    let clamps = graph.nodes.filter { values.contains($0.output) }
    return RangeLimits(
      lower: clamps.reduce(-.infinity) { max($0, $1.lower) },
      upper: clamps.reduce(.infinity) { min($0, $1.upper) })
  }

  /// The largest level of each of `values`, which are stored alike.
  ///
  /// - Parameter precise: values that are worth 256 levels.
  func upper(of values: [Int], precise: Set<Int>, options: QuantizationOptions) -> Int {
    if values.contains(graph.input) { return options.input.upper }
    if !precise.isDisjoint(with: values) { return ActivationPrecision.u8.upper }
    let isMultiplied = graph.nodes.contains { node in
      guard case .convolution = node.operation else { return false }
      return node.inputs.contains { values.contains($0) }
    }
    return isMultiplied ? options.activations.upper : ActivationPrecision.u8.upper
  }
}

/// The widest range that makes sense.
struct RangeLimits {
  var lower: Float
  var upper: Float

  func applied(to range: (lower: Float, upper: Float)) -> (lower: Float, upper: Float) {
    (max(range.lower, lower), min(range.upper, upper))
  }
}

/// Sets of whole numbers that grow together.
struct DisjointSets {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  func root(_ member: Int) -> Int {
    var member = member
    while parents[member] != member { member = parents[member] }
    return member
  }

  mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (root(a), root(b))
    parents[max(first, second)] = min(first, second)
  }

  /// `members` by set, in the order of their first members.
  func classes(of members: [Int]) -> [[Int]] {
    var order: [Int] = []
    var sets: [Int: [Int]] = [:]
    for member in members {
      let key = root(member)
      if sets[key] == nil { order.append(key) }
      sets[key, default: []].append(member)
    }
    return order.compactMap { sets[$0] }
  }
}
