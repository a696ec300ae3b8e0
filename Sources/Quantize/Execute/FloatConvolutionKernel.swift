// SPDX-License-Identifier: Apache-2.0

/// Weights of a convolution as matrices, one a group, packed `[groups][ceil(N / 16)][K][16]`.
struct FloatProduct: Sendable {
  let packed: [Float]
  let bias: [Float]
  /// Inputs of one output, outputs of one group.
  let k: Int
  let n: Int
  let blocks: Int

  init(_ convolution: FloatConvolution) {
    let window = convolution.window
    k =
      window.kernelHeight * window.kernelWidth
      * (convolution.inputChannels / convolution.groups)
    n = convolution.outputChannels / convolution.groups
    blocks = (n + 15) / 16
    bias = convolution.bias
    var packed = [Float](repeating: 0, count: convolution.groups * blocks * k * 16)
    for output in 0..<convolution.outputChannels {
      let (group, column) = (output / n, output % n)
      let start = (group * blocks + column / 16) * k * 16 + column % 16
      for index in 0..<k { packed[start + index * 16] = convolution.weights[output * k + index] }
    }
    self.packed = packed
  }

  /// `output[row][0..<n] = rows[row] * matrix(group) + bias`, `count` rows.
  ///
  /// - Parameters:
  ///   - rows: `[count][k]`, from one row to the next `rowStride` elements.
  ///   - output: from one row to the next `outputStride` elements.
  func multiply(
    _ rows: UnsafePointer<Float>, rowStride: Int, count: Int, group: Int,
    _ weights: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, outputStride: Int
  ) {
    for block in 0..<blocks {
      let columns = min(16, n - block * 16)
      let matrix = weights + (group * blocks + block) * k * 16
      var start = SIMD16<Float>(repeating: 0)
      for column in 0..<columns { start[column] = bias[group * n + block * 16 + column] }
      var row = 0
      while row < count {
        let second = min(row + 1, count - 1)
        let a = rows + row * rowStride
        let b = rows + second * rowStride
        var (sumA, sumB) = (start, start)
        var weight = UnsafeRawPointer(matrix)
        for index in 0..<k {
          let w = weight.loadUnaligned(as: SIMD16<Float>.self)
          sumA += w * SIMD16(repeating: a[index])
          sumB += w * SIMD16(repeating: b[index])
          weight += 64
        }
        store(sumA, columns, output + row * outputStride + block * 16)
        store(sumB, columns, output + second * outputStride + block * 16)
        row += 2
      }
    }
  }

  private func store(_ sum: SIMD16<Float>, _ columns: Int, _ target: UnsafeMutablePointer<Float>) {
    if columns == 16 {
      UnsafeMutableRawPointer(target).storeBytes(of: sum, as: SIMD16<Float>.self)
    } else {
      for column in 0..<columns { target[column] = sum[column] }
    }
  }
}

/// A convolution as matrix products, a row of output pixels at a time.
struct FloatConvolutionKernel: Sendable {
  private let convolution: FloatConvolution
  private let product: FloatProduct
  private let input: Shape
  private let output: Shape

  init(
    _ convolution: FloatConvolution, _ product: FloatProduct, _ input: Shape, _ output: Shape
  ) {
    self.convolution = convolution
    self.product = product
    self.input = input
    self.output = output
  }

  func run(_ values: [Float], threads: Int) -> [Float] {
    fillFloats(count: output.count) { target in
      values.withUnsafeBufferPointer { source in
        product.packed.withUnsafeBufferPointer { packed in
          guard let weights = packed.baseAddress else { return }
          let shared = SharedProduct(source: source, target: target, weights: weights)
          if isPointwise {
            inParallel(output.height * output.width, threads: threads) { pixels in
              runPointwise(shared, pixels)
            }
          } else {
            inParallel(output.height, threads: threads) { rows in runRows(shared, rows) }
          }
        }
      }
    }
  }

  private struct SharedProduct: @unchecked Sendable {
    let source: UnsafeBufferPointer<Float>
    let target: UnsafeMutablePointer<Float>
    let weights: UnsafePointer<Float>
  }

  private var isPointwise: Bool {
    let window = convolution.window
    return convolution.groups == 1 && window == FloatWindow(kernelHeight: 1, kernelWidth: 1)
  }

  private func runPointwise(_ shared: SharedProduct, _ pixels: Range<Int>) {
    guard let source = shared.source.baseAddress else { return }
    product.multiply(
      source + pixels.lowerBound * input.channels, rowStride: input.channels,
      count: pixels.count, group: 0, shared.weights,
      output: shared.target + pixels.lowerBound * output.channels, outputStride: output.channels)
  }

  private func runRows(_ shared: SharedProduct, _ rows: Range<Int>) {
    var windows = [Float](repeating: 0, count: output.width * product.k)
    for y in rows {
      for group in 0..<convolution.groups {
        windows.withUnsafeMutableBufferPointer { buffer in
          guard let base = buffer.baseAddress else { return }
          base.update(repeating: 0, count: buffer.count)
          gather(shared.source, y: y, group: group, into: base)
          product.multiply(
            base, rowStride: product.k, count: output.width, group: group, shared.weights,
            output: shared.target + y * output.width * output.channels + group * product.n,
            outputStride: output.channels)
        }
      }
    }
  }

  /// Copies the windows of output row `y` into `[output.width][k]`; what lies outside stays zero.
  private func gather(
    _ source: UnsafeBufferPointer<Float>, y: Int, group: Int,
    into windows: UnsafeMutablePointer<Float>
  ) {
    let window = convolution.window
    let perGroup = convolution.inputChannels / convolution.groups
    for kernelY in 0..<window.kernelHeight {
      let row = y * window.strideY + kernelY * window.dilationY - window.padTop
      guard (0..<input.height).contains(row) else { continue }
      for kernelX in 0..<window.kernelWidth {
        let tap = (kernelY * window.kernelWidth + kernelX) * perGroup
        for x in 0..<output.width {
          let column = x * window.strideX + kernelX * window.dilationX - window.padLeft
          guard (0..<input.width).contains(column) else { continue }
          let from = (row * input.width + column) * input.channels + group * perGroup
          let to = windows + x * product.k + tap
          for channel in 0..<perGroup { to[channel] = source[from + channel] }
        }
      }
    }
  }
}

/// A depthwise convolution.
struct FloatDepthwiseKernel: Sendable {
  private let window: FloatWindow
  private let bias: [Float]
  /// `[taps][channels]`
  private let weights: [Float]
  private let input: Shape
  private let output: Shape

  init(_ convolution: FloatConvolution, _ input: Shape, _ output: Shape) {
    window = convolution.window
    bias = convolution.bias
    let taps = window.kernelHeight * window.kernelWidth
    let channels = input.channels
    weights = (0..<taps * channels).map { index in
      convolution.weights[index % channels * taps + index / channels]
    }
    self.input = input
    self.output = output
  }

  func run(_ values: [Float], threads: Int) -> [Float] {
    let rowCount = output.width * output.channels
    return fillFloats(count: output.count) { target in
      values.withUnsafeBufferPointer { source in
        let shared = SharedFloats(source: source, target: target)
        inParallel(output.height, threads: threads) { rows in
          for y in rows { runRow(shared.source, y, shared.target + y * rowCount) }
        }
      }
    }
  }

  private func runRow(
    _ source: UnsafeBufferPointer<Float>, _ y: Int, _ target: UnsafeMutablePointer<Float>
  ) {
    let channels = input.channels
    bias.withUnsafeBufferPointer { bias in
      weights.withUnsafeBufferPointer { weights in
        for x in 0..<output.width {
          let pixel = target + x * channels
          for channel in 0..<channels { pixel[channel] = bias[channel] }
          for kernelY in 0..<window.kernelHeight {
            let row = y * window.strideY + kernelY * window.dilationY - window.padTop
            guard row >= 0, row < input.height else { continue }
            for kernelX in 0..<window.kernelWidth {
              let column = x * window.strideX + kernelX * window.dilationX - window.padLeft
              guard column >= 0, column < input.width else { continue }
              let from = (row * input.width + column) * channels
              let tap = (kernelY * window.kernelWidth + kernelX) * channels
              for channel in 0..<channels {
                pixel[channel] += source[from + channel] * weights[tap + channel]
              }
            }
          }
        }
      }
    }
  }
}
