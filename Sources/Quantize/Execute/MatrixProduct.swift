// SPDX-License-Identifier: Apache-2.0

/// The weights of one convolution group as a matrix, `[ceil(N / 8)][K][8]`, and its biases.
struct MatrixProduct: Sendable {
  /// Rows that one pass of the inner loop computes: six by eight sums fill the sixteen vector
  /// registers of the x86-64 baseline, two of four elements a sum.
  static let tileRows = 6

  let k: Int
  let n: Int
  var blocks: Int { (n + 7) / 8 }
  private let weights: [Float]
  private let bias: [Float]

  /// `weights` is `[n][k]`.
  init(weights: ArraySlice<Float>, bias: ArraySlice<Float>, k: Int, n: Int) {
    precondition(weights.count == k * n && bias.count == n)
    self.k = k
    self.n = n
    let blocks = (n + 7) / 8
    var packed = [Float](repeating: 0, count: blocks * k * 8)
    for column in 0..<n {
      let start = weights.startIndex + column * k
      for index in 0..<k {
        packed[(column / 8 * k + index) * 8 + column % 8] = weights[start + index]
      }
    }
    self.weights = packed
    self.bias = bias + [Float](repeating: 0, count: blocks * 8 - n)
  }

  /// `result[row][column] = bias[column] + sum(rows[row] * weights[column])` for the columns of
  /// `blocks`, summed in the order of k.
  ///
  /// - Parameters:
  ///   - rows: `count` rows of `k`, from one to the next `rowStride` elements.
  ///   - result: `count` rows, from one to the next `resultStride` elements.
  func multiply(
    _ rows: UnsafePointer<Float>, rowStride: Int, count: Int, blocks: Range<Int>,
    _ result: UnsafeMutablePointer<Float>, resultStride: Int
  ) {
    weights.withUnsafeBytes { weights in
      bias.withUnsafeBytes { bias in
        guard let weights = weights.baseAddress, let bias = bias.baseAddress else { return }
        for block in blocks {
          let start = (bias + block * 32).loadUnaligned(as: SIMD8<Float>.self)
          for row in stride(from: 0, to: count, by: Self.tileRows) {
            multiplyTile(
              rows + row * rowStride, rowStride, min(Self.tileRows, count - row),
              weights + block * k * 32, start, lanes: min(8, n - block * 8),
              result + row * resultStride + block * 8, resultStride)
          }
        }
      }
    }
  }

  /// At most six rows by eight columns. Rows that are missing repeat the last one.
  @inline(__always)
  private func multiplyTile(
    _ rows: UnsafePointer<Float>, _ rowStride: Int, _ count: Int, _ weights: UnsafeRawPointer,
    _ start: SIMD8<Float>, lanes: Int, _ result: UnsafeMutablePointer<Float>, _ resultStride: Int
  ) {
    let last = count - 1
    let row0 = rows
    let row1 = rows + min(1, last) * rowStride
    let row2 = rows + min(2, last) * rowStride
    let row3 = rows + min(3, last) * rowStride
    let row4 = rows + min(4, last) * rowStride
    let row5 = rows + min(5, last) * rowStride
    var (sum0, sum1, sum2, sum3, sum4, sum5) = (start, start, start, start, start, start)
    for index in 0..<k {
      let weight = weights.loadUnaligned(fromByteOffset: index * 32, as: SIMD8<Float>.self)
      sum0 += row0[index] * weight
      sum1 += row1[index] * weight
      sum2 += row2[index] * weight
      sum3 += row3[index] * weight
      sum4 += row4[index] * weight
      sum5 += row5[index] * weight
    }
    store(sum0, lanes, result)
    if count > 1 { store(sum1, lanes, result + resultStride) }
    if count > 2 { store(sum2, lanes, result + 2 * resultStride) }
    if count > 3 { store(sum3, lanes, result + 3 * resultStride) }
    if count > 4 { store(sum4, lanes, result + 4 * resultStride) }
    if count > 5 { store(sum5, lanes, result + 5 * resultStride) }
  }

  @inline(__always)
  private func store(_ sum: SIMD8<Float>, _ lanes: Int, _ result: UnsafeMutablePointer<Float>) {
    if lanes == 8 {
      UnsafeMutableRawPointer(result).storeBytes(of: sum, as: SIMD8<Float>.self)
    } else {
      for lane in 0..<lanes { result[lane] = sum[lane] }
    }
  }
}
