// SPDX-License-Identifier: Apache-2.0

/// Candidates for the ratios of all activations, with the histograms that each leads to, and the
/// choice among them: a finer step for channels of small values, where pictures that had no part in
/// the ratios show that it pays.
struct RatioSearch {
  /// What is left of a class's noise where any finer step pays.
  private static let worthwhile = 0.7
  /// What is left of it where a bolder candidate beats the ones before.
  private static let clear = 0.9
  /// How the candidates are judged.
  private static let method = RangeMethod.percentile(99.99)

  private let plan: ActivationPlan
  private let graph: FusedGraph
  private let classes: [[Int]]
  private let rules: [ChannelRatios]
  /// By rule and value.
  private let ratios: [[Int: [Float]]]
  private var histograms: [[Int: Histogram]]
  private let inverse: [[Int: [Float]]]

  /// - Parameters:
  ///   - seen: what the ratios follow from.
  ///   - statistics: what the histograms must reach.
  init(
    _ plan: ActivationPlan, graph: FusedGraph, seen: [ChannelStatistics],
    statistics: [ChannelStatistics], rules: [ChannelRatios]
  ) {
    self.plan = plan
    self.graph = graph
    self.rules = rules
    classes = plan.classesOfRatios()
    var ratios: [[Int: [Float]]] = []
    for rule in rules {
      var own: [Int: [Float]] = [:]
      for values in plan.classesOfRatios() {
        let rule = plan.isPinned(values) ? .even : rule
        let chosen = rule.choose(values.map { seen[$0] })
        for value in values { own[value] = chosen }
      }
      ratios.append(own)
    }
    self.ratios = ratios
    inverse = ratios.map { $0.mapValues { $0.map { 1 / $0 } } }
    histograms = ratios.map { own in
      own.reduce(into: [:]) { result, entry in
        let (lower, upper) = Self.reach(statistics[entry.key], entry.value)
        result[entry.key] = Histogram(lower: lower, upper: max(upper, lower + 1e-30))
      }
    }
  }

  /// What a value, divided by its ratios, was seen to reach.
  private static func reach(
    _ statistics: ChannelStatistics, _ ratio: [Float]
  ) -> (lower: Float, upper: Float) {
    (
      zip(statistics.minimum, ratio).map { $0 / $1 }.reduce(0, min),
      zip(statistics.maximum, ratio).map { $0 / $1 }.reduce(0, max)
    )
  }

  /// Counts a picture's activation.
  mutating func add(_ value: Int, _ activation: UnsafeBufferPointer<Float>) {
    for rule in rules.indices {
      guard let inverse = inverse[rule][value] else { continue }
      histograms[rule][value]?.add(activation, inverseRatios: inverse)
    }
  }

  /// The chosen ratios and their histograms, by value.
  ///
  /// - Parameter noise: of the classes of values under some storage.
  func choose(
    noise: ([[Int]], [Int: ActivationQuantization]) throws -> [Double]
  ) rethrows -> (ratios: [Int: [Float]], histograms: [Int: Histogram]) {
    let open = classes.indices.filter { !plan.isPinned(classes[$0]) }
    var chosen = [Int](repeating: 0, count: classes.count)
    var least = [Double](repeating: .infinity, count: classes.count)
    for rule in rules.indices where rules.count > 1 {
      let own = try noise(open.map { classes[$0] }, storage(rule))
      for (index, noise) in zip(open, own) {
        let needed = chosen[index] == 0 && rule > 0 ? Self.worthwhile : Self.clear
        if noise < least[index] * needed { (chosen[index], least[index]) = (rule, noise) }
      }
    }
    var result: (ratios: [Int: [Float]], histograms: [Int: Histogram]) = ([:], [:])
    for (index, values) in classes.enumerated() {
      for value in values {
        result.ratios[value] = ratios[chosen[index]][value]
        result.histograms[value] = histograms[chosen[index]][value]
      }
    }
    return result
  }

  private func storage(_ rule: Int) -> [Int: ActivationQuantization] {
    let levels = ActivationPrecision.u7.upper
    var activations: [Int: ActivationQuantization] = [:]
    for value in graph.values {
      guard let histogram = histograms[rule][value] else { continue }
      let (lower, upper) = plan.limits(of: [value])
        .applied(to: Self.method.range(histogram, levels: levels))
      let (scale, zeroPoint) = ActivationQuantization.covering(
        lower: lower, upper: upper, levels: levels)
      activations[value] = ActivationQuantization(
        upper: levels, scale: scale, zeroPoint: zeroPoint, ratios: ratios[rule][value] ?? [])
    }
    return activations
  }
}
