// SPDX-License-Identifier: Apache-2.0
import CTraining

extension StudentWorkspace {
  /// Sets the sums of the parameters' gradients to zero.
  func clearGradients() {
    parameterGradients.update(repeating: 0, count: plan.parameters.count)
  }

  /// Adds the gradients of all parameters to `parameterGradients`, for the pictures of the last
  /// `forward`.
  ///
  /// - Parameter gradient: of the features, `[count][F]`.
  func backward(_ gradient: Features, count: Int, parameters: Features) {
    for value in isWritten.indices { isWritten[value] = false }
    guard plan.features != plan.input else { return }
    self.gradient(plan.features).update(from: gradient, count: count * plan.featureCount)
    isWritten[plan.features] = true
    for index in plan.nodes.indices.reversed() where isWritten[plan.nodes[index].output] {
      backward(index, count, parameters)
    }
  }

  private func backward(_ index: Int, _ count: Int, _ parameters: Features) {
    let node = plan.nodes[index]
    let dy = gradient(node.output)
    if let limit = node.limit {
      let size = count * plan.sizes[node.output]
      swiftlet_clip_backward(dy, activation(node.output), size, limit, dy)
    }
    if !node.weights.isEmpty { addParameterGradients(node, dy, count) }
    if case .add = node.operation {
      let size = count * plan.sizes[node.output]
      for input in node.inputs { pass(to: input, size) { $0.update(from: dy, count: size) } }
    } else {
      let size = count * plan.sizes[node.inputs[0]]
      pass(to: node.inputs[0], size) { dx in
        inputGradient(index, dy, count, parameters + node.weights.lowerBound, dx)
      }
    }
  }

  /// Lets `body` write a gradient of `value`, and adds it to what others have written. The picture
  /// needs none.
  private func pass(to value: Int, _ size: Int, _ body: (MutableFeatures) -> Void) {
    guard value != plan.input else { return }
    guard isWritten[value] else {
      isWritten[value] = true
      return body(gradient(value))
    }
    body(spare)
    swiftlet_accumulate(gradient(value), spare, size)
  }

  private func addParameterGradients(_ node: StudentPlan.Node, _ dy: Features, _ count: Int) {
    let input = source(node.inputs[0])
    let dw = parameterGradients + node.weights.lowerBound
    let db = parameterGradients + node.bias.lowerBound
    switch node.operation {
    case .pointwise(let layer, let pixels):
      layer.backward(dy, x: input, rows: count * pixels, addingToWeights: dw, bias: db)
    case .dense(let layer):
      layer.backward(dy, x: input, count: count, scratch: scratch, addingToWeights: dw, bias: db)
    case .depthwise(let layer):
      layer.backward(dy, x: input, count: count, addingToWeights: dw, bias: db)
    case .clipped, .add, .globalPool, .averagePool, .maxPool: break
    }
  }

  private func inputGradient(
    _ index: Int, _ dy: Features, _ count: Int, _ weights: Features, _ dx: MutableFeatures
  ) {
    let node = plan.nodes[index]
    switch node.operation {
    case .pointwise(let layer, let pixels):
      layer.backward(dy, weights: weights, rows: count * pixels, intoInput: dx)
    case .dense(let layer):
      layer.backward(dy, weights: weights, count: count, scratch: scratch, intoInput: dx)
    case .depthwise(let layer): layer.backward(dy, weights: weights, count: count, intoInput: dx)
    case .globalPool(let layer): layer.backward(dy, count: count, into: dx)
    case .averagePool(let layer): layer.backward(dy, count: count, into: dx)
    case .maxPool(let layer):
      withWinners(index, count * plan.sizes[node.output]) {
        layer.backward(dy, winners: $0, count: count, into: dx)
      }
    case .clipped, .add: dx.update(from: dy, count: count * plan.sizes[node.output])
    }
  }
}
