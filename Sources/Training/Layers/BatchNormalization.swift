// SPDX-License-Identifier: Apache-2.0

/// Batch normalization over rows of channels (pixels of all pictures):
/// `y = (x - mean) / sqrt(variance + epsilon) * scale + shift`.
///
/// In training, mean and (biased) variance are the batch's; sums in binary64.
/// Source: Ioffe and Szegedy, arXiv 1502.03167, algorithm 1.
public struct BatchNormalization: Sendable {
  public var channels: Int
  public var epsilon: Float
  /// How much a batch changes the running statistics.
  public var momentum: Float

  public init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1) {
    self.channels = channels
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// What the backward pass needs of a batch: `[channels]` each.
  public struct Statistics: Sendable {
    public var mean: [Float]
    public var inverseDeviation: [Float]
  }

  /// Normalizes by the batch's own statistics and moves the running ones; their variance is the
  /// unbiased one, as in PyTorch.
  ///
  /// - Precondition: there are two rows or more.
  public func forward(
    _ x: Features, rows: Int, scale: Features, shift: Features, into y: MutableFeatures,
    runningMean: MutableFeatures, runningVariance: MutableFeatures
  ) -> Statistics {
    precondition(rows >= 2, "one row has no variance")
    var sums = [Double](repeating: 0, count: channels)
    var squares = [Double](repeating: 0, count: channels)
    for row in 0..<rows {
      for channel in 0..<channels { sums[channel] += Double(x[row * channels + channel]) }
    }
    for channel in 0..<channels { sums[channel] /= Double(rows) }
    for row in 0..<rows {
      for channel in 0..<channels {
        let distance = Double(x[row * channels + channel]) - sums[channel]
        squares[channel] += distance * distance
      }
    }
    var statistics = Statistics(mean: sums.map(Float.init), inverseDeviation: [])
    for channel in 0..<channels {
      let variance = squares[channel] / Double(rows)
      statistics.inverseDeviation.append(Float(1 / (variance + Double(epsilon)).squareRoot()))
      let unbiased = Float(squares[channel] / Double(rows - 1))
      runningMean[channel] += momentum * (statistics.mean[channel] - runningMean[channel])
      runningVariance[channel] += momentum * (unbiased - runningVariance[channel])
    }
    apply(x, rows: rows, statistics, scale: scale, shift: shift, into: y)
    return statistics
  }

  /// Normalizes by given statistics: frozen, or in evaluation.
  public func apply(
    _ x: Features, rows: Int, _ statistics: Statistics, scale: Features, shift: Features,
    into y: MutableFeatures
  ) {
    for row in 0..<rows {
      for channel in 0..<channels {
        let index = row * channels + channel
        let normal = (x[index] - statistics.mean[channel]) * statistics.inverseDeviation[channel]
        y[index] = normal * scale[channel] + shift[channel]
      }
    }
  }

  /// The running statistics as those of a batch.
  public func frozen(mean: Features, variance: Features) -> Statistics {
    Statistics(
      mean: (0..<channels).map { mean[$0] },
      inverseDeviation: (0..<channels).map { 1 / (variance[$0] + epsilon).squareRoot() })
  }

  /// Overwrites dx and adds to the gradients of scale and shift.
  ///
  /// - Parameter isFrozen: whether the statistics did not come from the batch, so that no gradient
  ///   flows through them.
  public func backward(
    _ dy: Features, x: Features, rows: Int, _ statistics: Statistics, scale: Features,
    isFrozen: Bool, into dx: MutableFeatures, scale dScale: MutableFeatures,
    shift dShift: MutableFeatures
  ) {
    var sums = [Double](repeating: 0, count: channels)
    var products = [Double](repeating: 0, count: channels)
    for row in 0..<rows {
      for channel in 0..<channels {
        let index = row * channels + channel
        let normal = (x[index] - statistics.mean[channel]) * statistics.inverseDeviation[channel]
        sums[channel] += Double(dy[index])
        products[channel] += Double(dy[index]) * Double(normal)
      }
    }
    for channel in 0..<channels {
      dScale[channel] += Float(products[channel])
      dShift[channel] += Float(sums[channel])
    }
    let share = isFrozen ? 0 : 1 / Float(rows)
    for row in 0..<rows {
      for channel in 0..<channels {
        let index = row * channels + channel
        let inverse = statistics.inverseDeviation[channel]
        let normal = (x[index] - statistics.mean[channel]) * inverse
        let through = Float(sums[channel]) + normal * Float(products[channel])
        dx[index] = scale[channel] * inverse * (dy[index] - share * through)
      }
    }
  }
}
