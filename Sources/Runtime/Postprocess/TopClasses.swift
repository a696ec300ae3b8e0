// SPDX-License-Identifier: Apache-2.0

/// The classes with the greatest scores.
package enum TopClasses {
  /// Writes the indices of the greatest scores, in descending order of score; of equal scores the
  /// lower index comes first. Scores that are not numbers come last.
  ///
  /// - Returns: how many were written: the smaller of both lengths.
  package static func find(_ scores: Span<Float>, into indices: inout MutableSpan<Int32>) -> Int {
    let limit = min(scores.count, indices.count)
    guard limit > 0 else { return 0 }
    var count = 0
    for i in scores.indices {
      let score = scores[i].isNaN ? -Float.infinity : scores[i]
      var place = count
      while place > 0, score > value(scores, indices[place - 1]) { place -= 1 }
      guard place < limit else { continue }
      count = min(count + 1, limit)
      var last = count - 1
      while last > place {
        indices[last] = indices[last - 1]
        last -= 1
      }
      indices[place] = Int32(i)
    }
    return count
  }

  private static func value(_ scores: Span<Float>, _ index: Int32) -> Float {
    let score = scores[Int(index)]
    return score.isNaN ? -Float.infinity : score
  }
}
