// SPDX-License-Identifier: Apache-2.0
import CTraining

/// One thread's memory for a few pictures: activations, gradients, scratch.
final class StudentWorkspace {
  /// Pictures at a time.
  let capacity: Int
  private let plan: StudentPlan
  private var values: [[Float]]
  private var gradients: [[Float]]
  private var scratch: [Float]
  /// The sum of the gradients of all parameters.
  var parameterGradients: [Float]

  init(_ plan: StudentPlan, capacity: Int) {
    self.plan = plan
    self.capacity = capacity
    values = plan.sizes.map { [Float](repeating: 0, count: $0 * capacity) }
    gradients = Array(repeating: [], count: plan.sizes.count)
    parameterGradients = Array(repeating: 0, count: plan.parameters.count)
    let scratchCount = plan.nodes.map { node in
      if case .dense(let layer) = node.operation { return layer.scratchCount }
      return 0
    }.max()
    scratch = Array(repeating: 0, count: scratchCount ?? 0)
  }

  /// Computes the features of `count` pictures, `[count][F]`.
  ///
  /// - Parameter pixels: NHWC, normalized.
  func forward(_ pixels: Features, count: Int, parameters: Features) -> [Float] {
    precondition(count <= capacity, "so many pictures fit")
    values[plan.input].withUnsafeMutableBufferPointer {
      $0.baseAddress?.update(from: pixels, count: count * plan.sizes[plan.input])
    }
    for node in plan.nodes { forward(node, count, parameters) }
    return Array(values[plan.features][..<(count * plan.featureCount)])
  }

  private func forward(_ node: StudentPlan.Node, _ count: Int, _ parameters: Features) {
    let (weights, bias) = (parameters + node.weights.lowerBound, parameters + node.bias.lowerBound)
    // The output is no input, so both can be held at once.
    var output: [Float] = []
    swap(&output, &values[node.output])
    defer { swap(&output, &values[node.output]) }
    let input = values[node.inputs[0]]
    switch node.operation {
    case .pointwise(let layer, let pixels):
      layer.forward(input, weights: weights, bias: bias, rows: count * pixels, into: &output)
    case .dense(let layer):
      layer.forward(
        input, weights: weights, bias: bias, count: count, scratch: &scratch, into: &output)
    case .depthwise(let layer):
      layer.forward(input, weights: weights, bias: bias, count: count, into: &output)
    case .clipped(let layer):
      layer.forward(input, count: count * plan.sizes[node.output], into: &output)
    case .add:
      let size = count * plan.sizes[node.output]
      output.withUnsafeMutableBufferPointer { output in
        guard let base = output.baseAddress else { return }
        input.withUnsafeBufferPointer {
          base.update(from: $0.baseAddress ?? .init(base), count: size)
        }
        swiftlet_accumulate(base, values[node.inputs[1]], size)
      }
    case .globalPool(let layer): layer.forward(input, count: count, into: &output)
    }
  }

  /// Adds the gradients of all parameters to `parameterGradients`, for the pictures of the last
  /// `forward`.
  ///
  /// - Parameter gradient: of the features, `[count][F]`.
  func backward(_ gradient: [Float], count: Int, parameters: Features) {
    for index in gradients.indices { gradients[index].removeAll(keepingCapacity: true) }
    gradients[plan.features] = gradient
    for node in plan.nodes.reversed() where !gradients[node.output].isEmpty {
      backward(node, count, parameters)
      gradients[node.output].removeAll(keepingCapacity: true)
    }
  }

  private func backward(_ node: StudentPlan.Node, _ count: Int, _ parameters: Features) {
    let source = node.inputs[0]
    let input = values[source]
    let dy = gradients[node.output]
    let weights = parameters + node.weights.lowerBound
    let size = count * plan.sizes[source]
    var dx = [Float](repeating: 0, count: source == plan.input ? 0 : size)
    parameterGradients.withUnsafeMutableBufferPointer { sums in
      guard let base = sums.baseAddress else { return }
      let (dw, db) = (base + node.weights.lowerBound, base + node.bias.lowerBound)
      switch node.operation {
      case .pointwise(let layer, let pixels):
        layer.backward(dy, x: input, rows: count * pixels, addingToWeights: dw, bias: db)
        if !dx.isEmpty {
          layer.backward(dy, weights: weights, rows: count * pixels, intoInput: &dx)
        }
      case .dense(let layer):
        layer.backward(
          dy, x: input, count: count, scratch: &scratch, addingToWeights: dw, bias: db)
        if !dx.isEmpty {
          layer.backward(dy, weights: weights, count: count, scratch: &scratch, intoInput: &dx)
        }
      case .depthwise(let layer):
        layer.backward(dy, x: input, count: count, addingToWeights: dw, bias: db)
        if !dx.isEmpty { layer.backward(dy, weights: weights, count: count, intoInput: &dx) }
      case .clipped(let layer):
        if !dx.isEmpty { layer.backward(dy, y: values[node.output], count: size, into: &dx) }
      case .globalPool(let layer):
        if !dx.isEmpty { layer.backward(dy, count: count, into: &dx) }
      case .add: break
      }
    }
    if case .add = node.operation {
      for input in node.inputs { accumulate(dy, to: input) }
    } else {
      accumulate(dx, to: source)
    }
  }

  /// A value that several nodes read has the sum of their gradients.
  private func accumulate(_ gradient: [Float], to value: Int) {
    guard value != plan.input else { return }
    if gradients[value].isEmpty {
      gradients[value] = gradient
    } else {
      swiftlet_accumulate(&gradients[value], gradient, gradient.count)
    }
  }
}
