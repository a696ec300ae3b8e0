// SPDX-License-Identifier: Apache-2.0

extension GraphOptimizer {
  /// Moves a border of zeros into the window of every reader, where the result is the same.
  static func foldPads(_ graph: inout FloatGraph) -> Bool {
    for (index, node) in graph.nodes.enumerated() {
      guard case .pad(let top, let left, let bottom, let right, let value) = node.operation,
        node.output != graph.output
      else { continue }
      let border = Border(top: top, left: left, bottom: bottom, right: right, value: value)
      let readers = graph.readers(of: node.output)
      let isPositive = isNonNegative(node.inputs[0], in: graph)
      let folded = readers.map {
        border.folded(into: graph.nodes[$0].operation, inputIsNonNegative: isPositive)
      }
      guard !readers.isEmpty, folded.allSatisfy({ $0 != nil }) else { continue }
      for (reader, operation) in zip(readers, folded) {
        if let operation { graph.nodes[reader].operation = operation }
      }
      graph.nodes.remove(at: index)
      graph.redirect(node.output, to: node.inputs[0])
      return true
    }
    return false
  }

  private static func isNonNegative(_ value: FloatGraph.ValueID, in graph: FloatGraph) -> Bool {
    guard let producer = graph.nodes.first(where: { $0.output == value }),
      case .clamp(let lower, _) = producer.operation
    else { return false }
    return lower >= 0
  }

  private struct Border {
    var top: Int
    var left: Int
    var bottom: Int
    var right: Int
    var value: Float

    /// The operation that gives the same without the border; nil if there is none.
    func folded(into operation: FloatOperation, inputIsNonNegative: Bool) -> FloatOperation? {
      switch operation {
      case .convolution(var convolution) where value == 0:
        convolution.window = widened(convolution.window)
        return .convolution(convolution)
      case .averagePool(let window, let countsPadding)
      where value == 0 && (countsPadding || !window.hasPadding) && fitsPool(widened(window)):
        return .averagePool(widened(window), countsPadding: true)
      case .maxPool(let window)
      where (value == 0 && inputIsNonNegative || value == -.infinity)
        && fitsPool(widened(window)):
        return .maxPool(widened(window))
      default:
        return nil
      }
    }

    /// Every window of a pool must touch the picture, as the model file's do.
    private func fitsPool(_ window: FloatWindow) -> Bool {
      window.padTop < window.kernelHeight && window.padBottom < window.kernelHeight
        && window.padLeft < window.kernelWidth && window.padRight < window.kernelWidth
    }

    private func widened(_ window: FloatWindow) -> FloatWindow {
      var window = window
      window.padTop += top
      window.padLeft += left
      window.padBottom += bottom
      window.padRight += right
      return window
    }
  }
}

extension FloatWindow {
  var hasPadding: Bool { padTop > 0 || padLeft > 0 || padBottom > 0 || padRight > 0 }
}
