// SPDX-License-Identifier: Apache-2.0
import CTraining

/// One thread's memory for a few pictures: activations, gradients, scratch.
final class StudentWorkspace {
  /// Pictures at a time.
  let capacity: Int
  let plan: StudentPlan
  private let activations: FloatMemory
  private let gradients: FloatMemory
  private let spareMemory: FloatMemory
  private let scratchMemory: FloatMemory
  private let sums: FloatMemory
  /// What the last `forward` read.
  private(set) var pixels: Features?
  /// By value: whether the backward pass has written its gradient.
  var isWritten: [Bool]

  var spare: MutableFeatures { spareMemory.base }
  var scratch: MutableFeatures { scratchMemory.base }
  /// The sums of the gradients of all parameters, as many as the plan's.
  var parameterGradients: MutableFeatures { sums.base }

  init(_ plan: StudentPlan, capacity: Int) {
    self.plan = plan
    self.capacity = capacity
    activations = FloatMemory(count: plan.memory.activationCount * capacity)
    gradients = FloatMemory(count: plan.memory.gradientCount * capacity)
    spareMemory = FloatMemory(count: plan.memory.spareCount * capacity)
    scratchMemory = FloatMemory(count: plan.scratchCount)
    sums = FloatMemory(count: plan.parameters.count)
    isWritten = Array(repeating: false, count: plan.sizes.count)
  }

  /// Bytes of a workspace for so many pictures at a time.
  static func byteCount(_ plan: StudentPlan, capacity: Int) -> Int {
    let memory = plan.memory
    let perPicture = memory.activationCount + memory.gradientCount + memory.spareCount
    return 4 * (capacity * perPicture + plan.scratchCount + plan.parameters.count)
  }

  /// - Precondition: a node makes the value.
  func activation(_ value: Int) -> MutableFeatures {
    guard let offset = plan.memory.activations[value] else {
      preconditionFailure("no node makes this value")
    }
    return activations.base + offset * capacity
  }

  /// - Precondition: a node makes the value.
  func gradient(_ value: Int) -> MutableFeatures {
    guard let offset = plan.memory.gradients[value] else {
      preconditionFailure("no node makes this value")
    }
    return gradients.base + offset * capacity
  }

  /// Where a node reads: the caller's pixels, or an activation.
  func source(_ value: Int) -> Features {
    guard value == plan.input else { return Features(activation(value)) }
    guard let pixels else { preconditionFailure("forward comes first") }
    return pixels
  }

  func withWinners(_ node: Int, _ count: Int, _ body: (UnsafeMutablePointer<Int32>) -> Void) {
    guard let offset = plan.memory.winners[node] else {
      preconditionFailure("only maximum pools have winners")
    }
    (activations.base + offset * capacity).withMemoryRebound(to: Int32.self, capacity: count, body)
  }

  /// Computes the features of `count` pictures, `[count][F]`, valid until the next call.
  ///
  /// - Parameter pixels: NHWC, normalized; they must stay until `backward` is done.
  func forward(_ pixels: Features, count: Int, parameters: Features) -> Features {
    precondition(count <= capacity, "so many pictures fit")
    self.pixels = pixels
    for index in plan.nodes.indices { forward(index, count, parameters) }
    return source(plan.features)
  }

  private func forward(_ index: Int, _ count: Int, _ parameters: Features) {
    let node = plan.nodes[index]
    let (weights, bias) = (parameters + node.weights.lowerBound, parameters + node.bias.lowerBound)
    let (input, output) = (source(node.inputs[0]), activation(node.output))
    let size = count * plan.sizes[node.output]
    var limit = node.limit
    switch node.operation {
    case .pointwise(let layer, let pixels):
      layer.forward(
        input, weights: weights, bias: bias, rows: count * pixels, limit: limit, into: output)
      limit = nil
    case .dense(let layer):
      layer.forward(
        input, weights: weights, bias: bias, count: count, limit: limit, scratch: scratch,
        into: output)
      limit = nil
    case .depthwise(let layer):
      layer.forward(input, weights: weights, bias: bias, count: count, limit: limit, into: output)
      limit = nil
    case .clipped:
      swiftlet_clip_forward(input, size, limit ?? .infinity, output)
      limit = nil
    case .add: Sum.forward(input, source(node.inputs[1]), count: size, into: output)
    case .globalPool(let layer): layer.forward(input, count: count, into: output)
    case .averagePool(let layer): layer.forward(input, count: count, into: output)
    case .maxPool(let layer):
      withWinners(index, size) { layer.forward(input, count: count, into: output, winners: $0) }
    }
    if let limit { swiftlet_clip_forward(output, size, limit, output) }
  }
}
