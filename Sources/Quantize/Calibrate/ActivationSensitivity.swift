// SPDX-License-Identifier: Apache-2.0

/// How much of the output's noise storing one activation in 128 levels causes, and which
/// activations are therefore worth 256.
///
/// One activation at a time is rounded while the rest of the float network stays exact; the noise
/// of all of them together is close to the sum.
struct ActivationSensitivity {
  /// Calibration pictures that are looked at.
  static let maximumPictures = 4

  private let graph: FusedGraph
  private let steps: [FloatStep]
  private let operations: [Double]

  init(_ graph: FusedGraph) {
    self.graph = graph
    steps = graph.source.nodes.map { FloatStep($0, graph.source) }
    operations = graph.source.nodes.map { node in
      guard case .convolution(let convolution) = node.operation else { return 0 }
      let output = graph.source.values[node.output].shape
      return Double(output.height * output.width * convolution.weights.count)
    }
  }

  /// The values to store in 256 levels: those whose share of the noise that this removes is larger
  /// than the share of the multiply-accumulates that it may slow down.
  ///
  /// - Parameters:
  ///   - classes: values that are stored alike; the network's input is left out.
  ///   - activations: their storage in 128 levels.
  ///   - progress: called with the part 0...1 that is done.
  func choose(
    _ classes: [[Int]], _ activations: [Int: ActivationQuantization],
    pictures: CalibrationPictures, threads: Int, progress: (Double) -> Void
  ) throws -> Set<Int> {
    let candidates = classes.filter { values in
      !values.contains(graph.input) && values.allSatisfy { activations[$0] != nil }
    }
    var noise = [Double](repeating: 0, count: candidates.count)
    let count = min(pictures.count, Self.maximumPictures)
    for index in 0..<count {
      try QuantizationError.checkCancellation()
      let picture = index * pictures.count / count
      let exact = ExactRun(run(pictures.real(picture)))
      let parts = Parallel.map(candidates.count, threads: threads) { candidate in
        noisePart(candidates[candidate], activations, exact)
      }
      for candidate in noise.indices { noise[candidate] += parts[candidate] }
      progress(Double(index + 1) / Double(count))
    }
    let wholeNoise = noise.reduce(0, +)
    let wholeOperations = operations.reduce(0, +)
    guard wholeNoise > 0, wholeNoise.isFinite else { return [] }
    var chosen: Set<Int> = []
    for (values, own) in zip(candidates, noise) {
      // Half the step is a quarter of the noise.
      let removed = 0.75 * own / wholeNoise
      if removed > reading(values)
        / max(wholeOperations, 1)
      {
        chosen.formUnion(values)
      }
    }
    return chosen
  }

  /// Multiply-accumulates of the convolutions that read any of `values`.
  private func reading(_ values: [Int]) -> Double {
    zip(graph.source.nodes, operations).reduce(0) { sum, entry in
      sum + (entry.0.inputs.contains { values.contains($0) } ? entry.1 : 0)
    }
  }

  /// All activations of one picture; read by many threads, written by none.
  private struct ExactRun: @unchecked Sendable {
    let buffers: [FloatBuffer?]

    init(_ buffers: [FloatBuffer?]) { self.buffers = buffers }
  }

  private func run(_ input: [Float]) -> [FloatBuffer?] {
    var buffers = [FloatBuffer?](repeating: nil, count: graph.source.values.count)
    let first = FloatBuffer(count: input.count)
    first.copy(input)
    buffers[graph.input] = first
    for (index, node) in graph.source.nodes.enumerated() {
      let output = FloatBuffer(count: graph.source.values[node.output].shape.count)
      steps[index].run(node.inputs.compactMap { buffers[$0] }, output, threads: 1)
      buffers[node.output] = output
    }
    return buffers
  }

  /// The power of the output's error, relative to the variance of the output, when `values` are
  /// rounded.
  private func noisePart(
    _ values: [Int], _ activations: [Int: ActivationQuantization], _ exact: ExactRun
  ) -> Double {
    var changed: [Int: FloatBuffer] = [:]
    for (index, node) in graph.source.nodes.enumerated() {
      let isRounded = values.contains(node.output)
      let isReached = node.inputs.contains { changed[$0] != nil }
      guard isRounded || isReached else { continue }
      let output = FloatBuffer(count: graph.source.values[node.output].shape.count)
      steps[index].run(
        node.inputs.compactMap { changed[$0] ?? exact.buffers[$0] }, output, threads: 1)
      if isRounded, let storage = activations[node.output] { round(output, storage) }
      changed[node.output] = output
    }
    guard let actual = changed[graph.output], let expected = exact.buffers[graph.output] else {
      return 0
    }
    let mean = expected.elements.reduce(0.0) { $0 + Double($1) } / Double(max(expected.count, 1))
    var (error, power) = (0.0, 0.0)
    for (a, b) in zip(actual.elements, expected.elements) {
      error += Double(a - b) * Double(a - b)
      power += (Double(b) - mean) * (Double(b) - mean)
    }
    return error / max(power, .leastNormalMagnitude)
  }

  /// What the levels of a storage can tell of the values.
  private func round(_ buffer: FloatBuffer, _ storage: ActivationQuantization) {
    let channels = storage.ratios.count
    let (low, high) = (Float(-storage.zeroPoint), Float(storage.upper - storage.zeroPoint))
    for index in 0..<buffer.count {
      let step = storage.scale * storage.ratios[index % channels]
      let level = (buffer.base[index] / step).rounded(.toNearestOrEven)
      buffer.base[index] = min(max(level, low), high) * step
    }
  }
}
