// SPDX-License-Identifier: Apache-2.0
import Runtime

/// What the float network does on the calibration pictures, and the storage chosen from it.
struct Calibration {
  /// Of every value of the float graph, clamped or not.
  let statistics: [ChannelStatistics]
  /// Of the values that the int8 network stores, by value.
  let activations: [Int: ActivationQuantization]

  /// - Parameters:
  ///   - graph: the network.
  ///   - pictures: its inputs.
  ///   - input: how the input is stored.
  ///   - progress: called after each picture with the part 0...1 that is done.
  /// - Throws: `QuantizationError.notFinite`, and what the float executor throws.
  init(
    _ graph: FusedGraph, pictures: CalibrationPictures, input: ActivationQuantization,
    options: QuantizationOptions, progress: (Double) -> Void
  ) throws {
    let executor = FloatExecutor(graph: graph.source, threads: options.threads)
    let heldOut = HeldOutPictures(count: pictures.count)
    var seen = graph.source.values.map { ChannelStatistics(channels: $0.shape.channels) }
    var statistics = seen
    for picture in 0..<pictures.count {
      try QuantizationError.checkCancellation()
      var broken: Int?
      try executor.run(pictures.real(picture)) { value, activation in
        let isFinite =
          heldOut.contains(picture)
          ? statistics[value].add(activation) : seen[value].add(activation)
        if !isFinite { broken = broken ?? value }
      }
      if let broken { throw QuantizationError.notFinite(graph.source.values[broken].name) }
      progress(0.4 * Double(picture + 1) / Double(pictures.count))
    }
    for value in statistics.indices { statistics[value].merge(seen[value]) }
    let plan = ActivationPlan(graph)
    let sensitivity = ActivationSensitivity(graph)
    let balanced =
      options.balancesChannels
      ? try Self.balancedClasses(
        plan, graph: graph, statistics: seen, sensitivity: sensitivity, pictures: pictures,
        heldOut: heldOut, threads: options.threads) : []
    let ratios = Self.ratios(plan, graph: graph, statistics: statistics, balanced: balanced)
    var histograms = Self.emptyHistograms(graph, statistics: statistics, ratios: ratios)
    let inverse = ratios.mapValues { $0.map { 1 / $0 } }
    for picture in 0..<pictures.count where options.rangeMethod != .minMax {
      try QuantizationError.checkCancellation()
      try executor.run(pictures.real(picture)) { value, activation in
        guard let inverse = inverse[value] else { return }
        histograms[value]?.add(activation, inverseRatios: inverse)
      }
      progress(0.4 + 0.4 * Double(picture + 1) / Double(pictures.count))
    }
    self.statistics = statistics
    func activations(
      precise: Set<Int> = [], _ method: ([Int]) -> RangeMethod
    ) -> [Int: ActivationQuantization] {
      Self.activations(
        plan, graph: graph, input: input, histograms: histograms, ratios: ratios,
        precise: precise, options: options, method: method)
    }
    let methods = try Self.rangeMethods(
      plan.classesOfEquals(), graph: graph, options: options
    ) { values, method in
      try sensitivity.noise(
        of: values, activations { _ in method }, pictures: heldOut.first(4), of: pictures,
        threads: options.threads)
    }
    progress(0.9)
    let method = { (values: [Int]) in methods[values[0]] ?? .minMax }
    let coarse = activations(method)
    if options.activations == .mixed {
      let precise = try sensitivity.choose(
        plan.classesOfEquals(), coarse, pictures: heldOut.first(4), of: pictures,
        threads: options.threads
      ) { progress(0.9 + 0.1 * $0) }
      self.activations = activations(precise: precise, method)
    } else {
      self.activations = coarse
    }
  }

  /// The storage of each value, in the order of the nodes, so that a convolution's input is known
  /// before its output.
  private static func activations(
    _ plan: ActivationPlan, graph: FusedGraph, input: ActivationQuantization,
    histograms: [Int: Histogram], ratios: [Int: [Float]], precise: Set<Int>,
    options: QuantizationOptions, method: ([Int]) -> RangeMethod
  ) -> [Int: ActivationQuantization] {
    var activations: [Int: ActivationQuantization] = [:]
    for values in plan.classesOfEquals() {
      let upper = plan.upper(of: values, precise: precise, options: options)
      let method = method(values)
      var ranges = values.compactMap { histograms[$0] }.map { method.range($0, levels: upper) }
      // A picture may hold every byte, whatever the calibration pictures hold.
      if values.contains(graph.input) { ranges.append((input.value(0), input.value(input.upper))) }
      var (scale, zeroPoint) = ActivationQuantization.covering(
        lower: ranges.reduce(0) { min($0, $1.lower) },
        upper: ranges.reduce(0) { max($0, $1.upper) }, levels: upper)
      for node in graph.nodes where values.contains(node.output) {
        guard case .convolution(let convolution) = node.operation,
          let source = activations[node.inputs[0]]
        else { continue }
        scale = max(
          scale,
          AccumulatorBound.leastScale(convolution, input: source, ratios: ratios[node.output] ?? [])
        )
      }
      for value in values {
        activations[value] = ActivationQuantization(
          upper: upper, scale: scale, zeroPoint: zeroPoint, ratios: ratios[value] ?? [])
      }
    }
    if plan.isAlone(graph.input) { activations[graph.input] = input }
    return activations
  }

  /// How the range of each class of values is found, by the class's first value.
  ///
  /// What is pooled to one pixel is few values, and the rare large ones among them tell the class:
  /// none of them is cut off.
  private static func rangeMethods(
    _ classes: [[Int]], graph: FusedGraph, options: QuantizationOptions,
    noise: ([[Int]], RangeMethod) throws -> [Double]
  ) throws -> [Int: RangeMethod] {
    var methods: [Int: RangeMethod] = [:]
    let open = classes.filter { values in
      !values.contains(graph.input)
        && values.contains {
          let shape = graph.source.values[$0].shape
          return shape.height * shape.width > 1
        }
    }
    guard options.rangeMethod == .measured else {
      for values in open { methods[values[0]] = options.rangeMethod }
      return methods
    }
    var least = [Double](repeating: .infinity, count: open.count)
    for method in RangeMethod.candidates {
      for (index, own) in try noise(open, method).enumerated() where own < least[index] * clear {
        (least[index], methods[open[index][0]]) = (own, method)
      }
    }
    return methods
  }

  /// What is left of the noise where a harsher range is clearly better.
  private static let clear = 0.9

  /// One ratio for each channel of each value; 1 but in the `balanced` classes.
  private static func ratios(
    _ plan: ActivationPlan, graph: FusedGraph, statistics: [ChannelStatistics],
    balanced: Set<Int>
  ) -> [Int: [Float]] {
    var ratios: [Int: [Float]] = [:]
    for (index, values) in plan.classesOfRatios().enumerated() {
      let chosen =
        balanced.contains(index)
        ? ChannelRatios.choose(values.map { statistics[$0] })
        : [Float](repeating: 1, count: graph.source.values[values[0]].shape.channels)
      for value in values { ratios[value] = chosen }
    }
    return ratios
  }

  /// The classes of ratios, by number, in which finer steps for channels of small values pay on
  /// pictures that had no part in the choice of the steps.
  private static func balancedClasses(
    _ plan: ActivationPlan, graph: FusedGraph, statistics: [ChannelStatistics],
    sensitivity: ActivationSensitivity, pictures: CalibrationPictures, heldOut: HeldOutPictures,
    threads: Int
  ) throws -> Set<Int> {
    let classes = plan.classesOfRatios()
    let open = classes.indices.filter { !plan.isPinned(classes[$0]) }
    func noise(balanced: Set<Int>) throws -> [Double] {
      let ratios = ratios(plan, graph: graph, statistics: statistics, balanced: balanced)
      var activations: [Int: ActivationQuantization] = [:]
      for value in graph.values {
        let ratio = ratios[value] ?? []
        let (lower, upper) = reach(statistics[value], ratio)
        let (scale, zeroPoint) = ActivationQuantization.covering(
          lower: lower, upper: upper, levels: ActivationPrecision.u7.upper)
        activations[value] = ActivationQuantization(
          upper: ActivationPrecision.u7.upper, scale: scale, zeroPoint: zeroPoint, ratios: ratio)
      }
      return try sensitivity.noise(
        of: open.map { classes[$0] }, activations, pictures: heldOut.all, of: pictures,
        threads: threads)
    }
    let (even, uneven) = (try noise(balanced: []), try noise(balanced: Set(open)))
    return Set(open.indices.filter { uneven[$0] < worthwhile * even[$0] }.map { open[$0] })
  }

  /// What is left of a class's noise where balancing it pays.
  private static let worthwhile = 0.7

  /// What a value, divided by its ratios, was seen to reach.
  private static func reach(
    _ statistics: ChannelStatistics, _ ratio: [Float]
  ) -> (lower: Float, upper: Float) {
    (
      zip(statistics.minimum, ratio).map { $0 / $1 }.reduce(0, min),
      zip(statistics.maximum, ratio).map { $0 / $1 }.reduce(0, max)
    )
  }

  /// Histograms over what each value, divided by its ratios, was seen to reach.
  private static func emptyHistograms(
    _ graph: FusedGraph, statistics: [ChannelStatistics], ratios: [Int: [Float]]
  ) -> [Int: Histogram] {
    var histograms: [Int: Histogram] = [:]
    for value in graph.values {
      guard let ratio = ratios[value] else { continue }
      let (lower, upper) = reach(statistics[value], ratio)
      histograms[value] = Histogram(lower: lower, upper: max(upper, lower + 1e-30))
    }
    return histograms
  }
}
