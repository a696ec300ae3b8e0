// SPDX-License-Identifier: Apache-2.0
import Glibc

/// The learning rate over the steps of a stage.
public enum LearningRate: Sendable, Equatable {
  case constant(Float)
  /// Rises linearly over `warmUp` steps, then falls as half a cosine to zero at `total`.
  case cosine(peak: Float, warmUp: Int, total: Int)

  /// - Parameter step: from 0.
  public func value(at step: Int) -> Float {
    switch self {
    case .constant(let rate): return rate
    case .cosine(let peak, let warmUp, let total):
      if step < warmUp { return peak * Float(step + 1) / Float(warmUp) }
      let share = Double(step - warmUp) / Double(max(total - warmUp, 1))
      return peak * Float(0.5 * (1 + cos(.pi * min(share, 1))))
    }
  }
}
