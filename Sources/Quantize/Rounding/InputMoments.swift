// SPDX-License-Identifier: Apache-2.0
import Runtime

/// How the inputs of one output vary together: `E[x x^T]` over sampled windows of the calibration
/// pictures, x in steps from the zero point. With it, the mean squared error that rounding the
/// weights by `e` causes in the output is `e^T H e`.
struct InputMoments: Sendable {
  /// Inputs that are treated together; longer windows fall into independent parts.
  static let maximumCount = 1280
  /// Windows that are looked at.
  static let maximumSamples = 4096
  /// Added to the diagonal, as a part of its mean: what few pictures cannot tell.
  static let ridge: Float = 0.01

  /// Inputs.
  let count: Int
  /// `[count][count]`, symmetric.
  let matrix: [Float]

  /// - Parameters:
  ///   - samples: `[count][windows]`.
  ///   - isCentered: whether the mean is taken out, as the bias will make up for it.
  ///   - threads: the result does not depend on it.
  init(_ samples: [[Float]], isCentered: Bool, threads: Int) {
    let count = samples.count
    let rows = isCentered ? samples.map(Self.centered) : samples
    let scale = 1 / Float(max(rows.first?.count ?? 0, 1))
    let triangle = Parallel.map(count, threads: threads) { i in
      (0...i).map { Self.dot(rows[i], rows[$0]) * scale }
    }
    let mean = (0..<count).reduce(Float(0)) { $0 + triangle[$1][$1] } / Float(max(count, 1))
    let added = max(mean * Self.ridge, .leastNormalMagnitude)
    var matrix = [Float](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        let value = i == j ? triangle[i][i] + added : triangle[i][j]
        matrix[i * count + j] = value
        matrix[j * count + i] = value
      }
    }
    self.count = count
    self.matrix = matrix
  }

  private static func centered(_ row: [Float]) -> [Float] {
    let mean = Float(row.reduce(0.0) { $0 + Double($1) } / Double(max(row.count, 1)))
    return row.map { $0 - mean }
  }

  /// Eight partial sums, each in ascending order, then their sum: the same on every machine.
  private static func dot(_ a: [Float], _ b: [Float]) -> Float {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        var sums = SIMD8<Float>()
        let stride = MemoryLayout<SIMD8<Float>>.size
        let whole = min(a.count, b.count) / stride * stride
        for offset in Swift.stride(from: 0, to: whole, by: stride) {
          sums +=
            a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
            * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        }
        var sum = (0..<8).reduce(Float(0)) { $0 + sums[$1] }
        for offset in Swift.stride(from: whole, to: min(a.count, b.count), by: 4) {
          sum +=
            a.loadUnaligned(fromByteOffset: offset, as: Float.self)
            * b.loadUnaligned(fromByteOffset: offset, as: Float.self)
        }
        return sum
      }
    }
  }
}

/// Windows of a convolution's input, evenly spread over all pictures and output pixels.
struct WindowSamples {
  let geometry: ConvolutionGeometry
  let zeroPoint: Int
  private let places: [(picture: Int, row: Int, column: Int)]

  init(_ geometry: ConvolutionGeometry, zeroPoint: Int, pictures: Int) {
    self.geometry = geometry
    self.zeroPoint = zeroPoint
    let total = pictures * geometry.outputPixels
    let count = min(total, InputMoments.maximumSamples)
    places = (0..<count).map { sample in
      // An odd step of pixels, so that neighbouring samples do not share a column.
      let place = (sample * total + total / 2) / count
      let pixel = place % geometry.outputPixels
      return (
        place / geometry.outputPixels, pixel / geometry.output.width,
        pixel % geometry.output.width
      )
    }
  }

  /// `[inputs][windows]` of the weights `range`, counted `[tap][input]` within one group.
  ///
  /// - Parameters:
  ///   - inputs: the pictures, NHWC.
  ///   - firstInput: the group's first channel.
  ///   - perGroup: its channels.
  func rows(
    _ inputs: [[UInt8]], _ range: Range<Int>, firstInput: Int, perGroup: Int
  ) -> [[Float]] {
    range.map { weight in
      let (tap, channel) = (weight / perGroup, firstInput + weight % perGroup)
      return places.map { place in
        guard let pixel = geometry.inputPixel(row: place.row, column: place.column, tap: tap)
        else { return 0 }
        let value = inputs[place.picture][pixel * geometry.input.channels + channel]
        return Float(Int(value) - zeroPoint)
      }
    }
  }
}
