// SPDX-License-Identifier: Apache-2.0
import Runtime

/// The times of a model beside what the processor could do.
struct BenchmarkReport {
  /// Milliseconds of each frame, ascending.
  let frames: [Double]
  /// Milliseconds of each layer, the minimum over frames.
  let layers: [Layer]
  /// What one thread multiplies in registers alone with the fastest kernel of the instruction set,
  /// in GMAC/s; nil where it is not known.
  let peak: Double?
  private let threads: Int

  /// One node, or the nodes that ran together with it.
  struct Layer {
    var milliseconds: Double
    var operations: Double
    /// Milliseconds of the multiplications at the peak of their kernels, the threads sharing them.
    var bound: Double?
    /// The node with the time of the whole group, for a node that ran together with others.
    var fusedInto: Int?
  }

  init(frames: [Double], layers milliseconds: [Double], engine: borrowing Engine) {
    self.frames = frames
    threads = engine.threads
    peak = PeakRate.best(engine.instructionSet)
    var rates: [Arithmetic: Double] = [:]
    var layers: [Layer] = []
    for node in engine.model.nodes.indices {
      var layer = Layer(
        milliseconds: milliseconds[node], operations: Double(engine.multiplyAccumulates(node)),
        bound: 0, fusedInto: engine.fusedInto(node))
      for (arithmetic, count) in engine.arithmetic(node) {
        let rate = rates[arithmetic] ?? PeakRate.measure(arithmetic) ?? 0
        rates[arithmetic] = rate
        let share = Double(count) / 1e6 / rate / Double(engine.threads)
        layer.bound = rate > 0 ? layer.bound.map { $0 + share } : nil
      }
      layers.append(layer)
    }
    self.layers = layers
  }

  var minimum: Double { frames[0] }
  var median: Double { frames[frames.count / 2] }
  var percentile99: Double { frames[min(frames.count - 1, frames.count * 99 / 100)] }
  var operations: Double { layers.reduce(0) { $0 + $1.operations } }
  /// GMAC/s of the fastest frame.
  var rate: Double { operations / minimum / 1e6 }
  /// Of the fastest frame, the share that its multiplications would take at the peak.
  var shareOfPeak: Double? { peak.map { rate / $0 / Double(threads) } }
  /// The same with each layer at the peak of the kernels that the proofs of its weights allow.
  var shareOfBound: Double? {
    var bound = 0.0
    for layer in layers {
      guard let own = layer.bound else { return nil }
      bound += own
    }
    return bound / minimum
  }

  /// A layer with the nodes that ran together with it, by the node that holds their time.
  func whole(_ node: Int) -> Layer {
    var sum = layers[node]
    for index in layers.indices where index != node && layers[index].fusedInto == node {
      sum.milliseconds += layers[index].milliseconds
      sum.operations += layers[index].operations
      sum.bound = sum.bound.flatMap { bound in layers[index].bound.map { bound + $0 } }
    }
    return sum
  }
}
