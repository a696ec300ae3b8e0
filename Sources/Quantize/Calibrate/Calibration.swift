// SPDX-License-Identifier: Apache-2.0
import Runtime

/// What the float network does on the calibration pictures, and the storage chosen from it.
struct Calibration {
  /// Of every value of the float graph, clamped or not.
  let statistics: [ChannelStatistics]
  /// Of the values that the int8 network stores, by value.
  let activations: [Int: ActivationQuantization]
  /// By value, the power of the error that storing it, with all that is stored like it, makes in the
  /// network's output, relative to the variance of the output; 0 where it was not measured.
  let noise: [Int: Double]

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
      progress(0.3 * Double(picture + 1) / Double(pictures.count))
    }
    for value in statistics.indices { statistics[value].merge(seen[value]) }
    let plan = ActivationPlan(graph)
    let sensitivity = ActivationSensitivity(graph)
    var search = RatioSearch(
      plan, graph: graph, seen: seen, statistics: statistics,
      rules: options.balancesChannels ? ChannelRatios.allCases : [.even])
    for picture in 0..<pictures.count {
      try QuantizationError.checkCancellation()
      try executor.run(pictures.real(picture)) { search.add($0, $1) }
      progress(0.3 + 0.3 * Double(picture + 1) / Double(pictures.count))
    }
    self.statistics = statistics
    let (ratios, histograms) = try search.choose { classes, activations in
      try sensitivity.noise(
        of: classes, activations, pictures: heldOut.first(4), of: pictures,
        threads: options.threads)
    }
    progress(0.7)
    func activations(
      precise: Set<Int>, _ method: ([Int]) -> RangeMethod
    ) -> [Int: ActivationQuantization] {
      Self.activations(
        plan, graph: graph, input: input, histograms: histograms, ratios: ratios,
        precise: precise, options: options, method: method)
    }
    let classes = plan.classesOfEquals().filter { !$0.contains(graph.input) }
    func ranges(precise: Set<Int>) throws -> RangeSearch {
      try RangeSearch(classes, graph: graph, options: options) { classes, method in
        try sensitivity.noise(
          of: classes, activations(precise: precise) { _ in method }, pictures: heldOut.all,
          of: pictures, threads: options.threads)
      }
    }
    func byValue(_ noise: (Int) -> Double) -> [Int: Double] {
      classes.indices.reduce(into: [:]) { result, index in
        for value in classes[index] { result[value] = noise(index) }
      }
    }
    let coarse = try ranges(precise: [])
    progress(0.85)
    guard options.activations == .mixed else {
      self.activations = activations(precise: [], coarse.method)
      noise = byValue { coarse.noise[$0] }
      return
    }
    let fine = try ranges(precise: Set(graph.values))
    let precise = sensitivity.choose(classes, coarse: coarse.noise, fine: fine.noise)
    self.activations = activations(precise: precise) { values in
      precise.isDisjoint(with: values) ? coarse.method(values) : fine.method(values)
    }
    noise = byValue {
      precise.isDisjoint(with: classes[$0]) ? coarse.noise[$0] : fine.noise[$0]
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
      let limits = plan.limits(of: values)
      var ranges = values.compactMap { histograms[$0] }.map {
        limits.applied(to: method.range($0, levels: upper))
      }
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
}
