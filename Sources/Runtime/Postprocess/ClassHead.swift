// SPDX-License-Identifier: Apache-2.0

/// Compares an embedding with the class rows: docs/model-format.md, *Classes*. The same bits on
/// every machine: sums of integers, then single IEEE operations in a fixed order.
package struct ClassHead {
  private let record: ClassesRecord
  /// The embedding as whole numbers, the greatest of them ±32767.
  private var steps: [Int16]
  /// `[rowCount]`, of the last embedding, each with its class's offset.
  package private(set) var cosines: [Float]

  /// Products of int16 and int8 whose sum fits int32.
  private static let chunk = 512

  /// - Parameter record: of the model; nil for a model without class rows.
  package init(_ record: ClassesRecord?) {
    let record = record ?? .none
    self.record = record
    steps = Array(repeating: 0, count: record.width)
    cosines = Array(repeating: 0, count: record.rowCount)
  }

  /// Computes the cosines of an embedding with all rows of its model, and adds the rows' offsets.
  ///
  /// - Precondition: the embedding has `width` elements, all finite.
  package mutating func run(_ embedding: Span<Float>, _ model: borrowing Model) {
    precondition(embedding.count == record.width && model.classes == record, "the head's own model")
    let norm = quantize(embedding)
    let width = record.width
    for row in 0..<record.rowCount {
      // The verifier proved that the section holds rowCount rows of width elements, and a scale for
      // each.
      let elements = unsafe model.classElements + row * width
      let bits = unsafe model.classScales.loadUnaligned(fromByteOffset: 4 * row, as: UInt32.self)
      let sum = unsafe Self.product(steps.span, elements)
      let scale = Double(Float(bitPattern: UInt32(littleEndian: bits)))
      let cosine = norm > 0 ? Float(Double(sum) * scale / norm) : 0
      cosines[row] = cosine + model.classOffset(row)
    }
  }

  /// `steps[i] = roundHalfEven(embedding[i] * (32767 / max |embedding|))` in binary64.
  ///
  /// - Returns: the length of `steps`; 0 for an embedding of zeros.
  private mutating func quantize(_ embedding: Span<Float>) -> Double {
    var largest: Float = 0
    for index in embedding.indices { largest = max(largest, embedding[index].magnitude) }
    guard largest > 0 else { return 0 }
    let factor = 32767 / Double(largest)
    var squares: Int64 = 0
    for index in embedding.indices {
      // Adding 1.5 * 2^52 leaves no bits for a fraction: rounds half to even.
      let shift = 6_755_399_441_055_744.0
      let step = Int16((Double(embedding[index]) * factor + shift) - shift)
      steps[index] = step
      squares &+= Int64(step) &* Int64(step)
    }
    return Double(squares).squareRoot()
  }

  /// The exact sum of products; the caller vouches for as many elements of `rhs`.
  private static func product(
    _ lhs: Span<Int16>, _ rhs: UnsafePointer<Int8>
  ) -> Int64 {
    var total: Int64 = 0
    var start = 0
    while start < lhs.count {
      let end = min(start &+ chunk, lhs.count)
      var sum: Int32 = 0
      for index in start..<end {
        // The loops hold `index` below the count.
        unsafe sum &+= Int32(lhs[unchecked: index]) &* Int32(rhs[index])
      }
      total &+= Int64(sum)
      start = end
    }
    return total
  }

  /// How much the last embedding looks like one of the classes, 0...1; below a threshold it is
  /// unknown.
  package func rejectionScore(_ rule: RejectionRule) -> Float {
    var maximum = -Float.infinity
    for row in cosines.indices { maximum = max(maximum, cosines[row] / rule.temperature) }
    var (best, known, sum) = (Float(0), 0.0, 0.0)
    for row in cosines.indices {
      let value = Softmax.exponential(cosines[row] / rule.temperature - maximum)
      sum += Double(value)
      if row < record.classCount {
        best = max(best, value)
        known = sum
      }
    }
    switch rule.method {
    case .maximumSoftmax: return Float(Double(best) / sum)
    case .negativeLabels: return Float(known / sum)
    }
  }
}
