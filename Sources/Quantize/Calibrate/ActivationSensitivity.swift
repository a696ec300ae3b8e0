// SPDX-License-Identifier: Apache-2.0

/// How much of the output's noise storing one activation in 128 levels causes, and which
/// activations are therefore worth 256.
///
/// One activation at a time is rounded while the rest of the float network stays exact; the noise
/// of all of them together is close to the sum.
struct ActivationSensitivity {
  /// The noise of all activations together that needs no further precision, relative to the
  /// variance of the output: 26 dB.
  static let acceptedNoise = 0.0025

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
  /// than the share of the multiply-accumulates that it may slow down; and beyond them, the most
  /// rewarding first, as many as it takes to bring the noise down to `acceptedNoise`.
  ///
  /// - Parameters:
  ///   - classes: values that are stored alike; the network's input is left out.
  ///   - coarse: the noise of each class in 128 levels.
  ///   - fine: in 256.
  func choose(_ classes: [[Int]], coarse: [Double], fine: [Double]) -> Set<Int> {
    var left = coarse.reduce(0, +)
    let wholeNoise = left
    let wholeOperations = max(operations.reduce(0, +), 1)
    guard wholeNoise > 0, wholeNoise.isFinite else { return [] }
    let gains = zip(coarse, fine).map { max($0 - $1, 0) }
    let rewards = zip(classes, gains).map { values, gain in
      gain / wholeNoise / max(reading(values) / wholeOperations, 1e-6)
    }
    var chosen: Set<Int> = []
    let order = rewards.indices.sorted { (rewards[$0], $1) > (rewards[$1], $0) }
    for index in order where rewards[index] > 1 || left > Self.acceptedNoise {
      chosen.formUnion(classes[index])
      left -= gains[index]
    }
    return chosen
  }

  /// The power of the output's error, relative to the variance of the output and as a mean over
  /// pictures, when the values of one class are rounded: for each class.
  func noise(
    of classes: [[Int]], _ activations: [Int: ActivationQuantization], pictures: [Int],
    of source: CalibrationPictures, threads: Int, progress: (Double) -> Void = { _ in }
  ) throws -> [Double] {
    var noise = [Double](repeating: 0, count: classes.count)
    for (index, picture) in pictures.enumerated() {
      try QuantizationError.checkCancellation()
      let exact = ExactRun(run(source.real(picture)))
      let parts = Parallel.map(classes.count, threads: threads) {
        noisePart(classes[$0], activations, exact)
      }
      for candidate in noise.indices {
        noise[candidate] += parts[candidate] / Double(pictures.count)
      }
      progress(Double(index + 1) / Double(pictures.count))
    }
    return noise
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
      if isRounded, let storage = activations[node.output] { Self.round(output, storage) }
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
  static func round(_ buffer: FloatBuffer, _ storage: ActivationQuantization) {
    let channels = storage.ratios.count
    let (low, high) = (Float(-storage.zeroPoint), Float(storage.upper - storage.zeroPoint))
    for index in 0..<buffer.count {
      let step = storage.scale * storage.ratios[index % channels]
      let level = (buffer.base[index] / step).rounded(.toNearestOrEven)
      buffer.base[index] = min(max(level, low), high) * step
    }
  }
}
