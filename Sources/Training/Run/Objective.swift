// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What a stage minimizes.
public enum Objective: Sendable, Equatable {
  /// The published loss; 1 takes image embeddings alone, 0 class texts alone.
  case distillation(lambda: Float)
  /// Cross-entropy of cosines with the class texts, with the label.
  case texts
  /// The same with the teacher's softmax over the class texts.
  case teacherLogits
  /// Cross-entropy of a classifier's scores with the label.
  case classifier

  /// The loss of rows and its gradient, both summed up. A picture that the loss says nothing of, for
  /// lack of a text, counts 0.
  ///
  /// - Parameters:
  ///   - p: `[pictures.count][width]`.
  func run(
    _ p: [Float], _ pictures: ArraySlice<Int>, _ set: TeacherSet
  ) -> (sum: Double, gradient: [Float]) {
    switch self {
    case .distillation(let lambda): return distillation(p, pictures, set, lambda)
    case .texts, .teacherLogits: return crossEntropy(p, pictures, set)
    case .classifier:
      return CrossEntropy.sum(p, columns: set.classes.count) { row in
        set.classOf[pictures[pictures.startIndex + row]]
      }
    }
  }

  private func distillation(
    _ p: [Float], _ pictures: ArraySlice<Int>, _ set: TeacherSet, _ lambda: Float
  ) -> (sum: Double, gradient: [Float]) {
    var images: [Float] = []
    images.reserveCapacity(p.count)
    for picture in pictures {
      // Sources are pictures that the bank knows; others weigh nothing.
      images +=
        set.rowOf[picture].map { set.bank.image($0) }
        ?? ArraySlice(
          repeating: 0, count: set.width)
    }
    var gradient = p
    let mean = set.texts.withUnsafeBufferPointer { texts -> Double in
      let rows = pictures.map { picture -> Features? in
        guard let index = set.classOf[picture], let base = texts.baseAddress else { return nil }
        return base + index * set.width
      }
      return DistillationLoss(lambda: lambda, width: set.width).run(
        p, images: images, texts: rows, into: &gradient)
    }
    let count = Float(pictures.count)
    for index in gradient.indices { gradient[index] *= count }
    return (mean * Double(pictures.count), gradient)
  }

  private func crossEntropy(
    _ p: [Float], _ pictures: ArraySlice<Int>, _ set: TeacherSet
  ) -> (sum: Double, gradient: [Float]) {
    let (count, width) = (set.classes.count, set.width)
    var targets = [Float](repeating: 0, count: pictures.count * count)
    var silent: [Int] = []
    for (row, picture) in pictures.enumerated() {
      if self == .texts {
        if let index = set.classOf[picture] {
          targets[row * count + index] = 1
        } else {
          silent.append(row)
        }
      } else if let bankRow = set.rowOf[picture] {
        targets.replaceSubrange(
          row * count..<(row + 1) * count, with: Self.probabilities(set, bankRow))
      } else {
        silent.append(row)
      }
    }
    var gradient = p
    let mean = CosineCrossEntropy(scale: set.bank.logitScale, width: width, classes: count).run(
      p, classes: set.texts, targets: targets, rows: pictures.count, into: &gradient)
    let rows = Float(pictures.count)
    for index in gradient.indices { gradient[index] *= rows }
    for row in silent {
      for index in row * width..<(row + 1) * width { gradient[index] = 0 }
    }
    return (mean * Double(pictures.count), gradient)
  }

  /// The teacher's softmax over the class texts, at its own logit scale.
  private static func probabilities(_ set: TeacherSet, _ row: Int) -> [Float] {
    let image = set.bank.image(row)
    let logits = set.classes.indices.map { index -> Double in
      let text = set.texts[index * set.width..<(index + 1) * set.width]
      return Double(set.bank.logitScale)
        * zip(image, text).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    }
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { Float($0 / sum) }
  }
}

/// Cross-entropy of plain scores with one class each.
enum CrossEntropy {
  /// - Parameters:
  ///   - scores: `[rows][columns]`.
  ///   - label: of a row; nil for a row that counts 0.
  /// - Returns: the sum over the rows, and its gradient.
  static func sum(
    _ scores: [Float], columns: Int, label: (Int) -> Int?
  ) -> (sum: Double, gradient: [Float]) {
    var loss = 0.0
    var gradient = [Float](repeating: 0, count: scores.count)
    for row in 0..<(columns == 0 ? 0 : scores.count / columns) {
      guard let label = label(row) else { continue }
      let range = row * columns..<(row + 1) * columns
      let largest = scores[range].max() ?? 0
      let sum = scores[range].reduce(0.0) { $0 + exp(Double($1 - largest)) }
      for index in range {
        gradient[index] = Float(exp(Double(scores[index] - largest)) / sum)
      }
      gradient[range.lowerBound + label] -= 1
      loss += log(sum) - Double(scores[range.lowerBound + label] - largest)
    }
    return (loss, gradient)
  }
}
