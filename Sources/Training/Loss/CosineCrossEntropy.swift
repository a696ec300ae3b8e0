// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Cross-entropy over classes whose logits are scaled cosines, for the baselines:
/// `L = -mean over rows of sum over c of q[c] log softmax(scale p T^T)[c]`.
///
/// q is one class (fine-tuning, linear probe) or the teacher's distribution (distillation of
/// logits). The published scale of zero-shot logits is 100.
public struct CosineCrossEntropy: Sendable {
  public var scale: Float
  private let product: Linear

  /// - Parameters:
  ///   - width: D, of p and of each class.
  ///   - classes: C.
  public init(scale: Float = 100, width: Int, classes: Int) {
    self.scale = scale
    product = Linear(inputs: width, outputs: classes)
  }

  /// - Parameters:
  ///   - p: the student's embeddings, `[rows][D]`.
  ///   - classes: an embedding each, `[C][D]`.
  ///   - targets: q, `[rows][C]`, each row with the sum 1.
  ///   - gradient: of p, `[rows][D]`, overwritten.
  ///   - classGradient: where given, the gradient of `classes`, `[C][D]`, is added to it.
  /// - Returns: the mean over the rows.
  public func run(
    _ p: Features, classes: Features, targets: Features, rows: Int,
    into gradient: MutableFeatures, addingToClasses classGradient: MutableFeatures? = nil
  ) -> Double {
    guard rows > 0 else { return 0 }
    let count = product.outputs
    var logits = [Float](repeating: 0, count: rows * count)
    product.forward(p, weights: classes, bias: nil, rows: rows, into: &logits)
    var loss = 0.0
    for row in 0..<rows {
      loss += softmax(&logits, row * count..<(row + 1) * count, targets)
    }
    // Now the gradient of the cosines.
    let share = scale / Float(rows)
    for index in logits.indices { logits[index] = (logits[index] - targets[index]) * share }
    product.backward(logits, weights: classes, rows: rows, intoInput: gradient)
    if let classGradient {
      product.backward(logits, x: p, rows: rows, addingToWeights: classGradient, bias: nil)
    }
    return loss / Double(rows)
  }

  /// Replaces the cosines of a row by probabilities.
  ///
  /// - Returns: the row's cross-entropy.
  private func softmax(_ values: inout [Float], _ row: Range<Int>, _ targets: Features) -> Double {
    let largest = values[row].max() ?? 0
    let sum = values[row].reduce(0.0) { $0 + exp(Double(scale * ($1 - largest))) }
    var loss = 0.0
    for index in row {
      let logarithm = Double(scale * (values[index] - largest)) - log(sum)
      if targets[index] != 0 { loss -= Double(targets[index]) * logarithm }
      values[index] = Float(exp(logarithm))
    }
    return loss
  }
}
