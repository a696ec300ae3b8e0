// SPDX-License-Identifier: Apache-2.0

/// A convolution as a matrix product: each output pixel's window is one row. Windows of a kernel
/// larger than one pixel are first copied together, a panel of output pixels at a time.
struct MatrixConvolution: Sendable {
  /// Output pixels of one panel: each block of weights is read once for all of them.
  private static let panelRows = 4 * MatrixProduct.tileRows

  private let window: FloatWindow
  private let input: Shape
  private let output: Shape
  private let groups: Int
  private let products: [MatrixProduct]
  private let rows: TapRanges
  private let columns: TapRanges

  init(_ convolution: FloatConvolution, _ input: Shape, _ output: Shape) {
    precondition(
      convolution.inputChannels == input.channels
        && convolution.outputChannels == output.channels
        && convolution.bias.count == output.channels)
    window = convolution.window
    self.input = input
    self.output = output
    groups = convolution.groups
    rows = .rows(window, input, output)
    columns = .columns(window, input, output)
    let k = window.kernelHeight * window.kernelWidth * (input.channels / groups)
    let n = output.channels / groups
    products = (0..<groups).map { group in
      MatrixProduct(
        weights: convolution.weights[group * n * k..<(group + 1) * n * k],
        bias: convolution.bias[group * n..<(group + 1) * n], k: k, n: n)
    }
  }

  func run(_ source: FloatSource, _ target: FloatTarget, threads: Int) {
    let pixels = output.height * output.width
    let isNarrow = pixels < threads * MatrixProduct.tileRows && groups == 1
    guard !isNarrow else {
      // Too few pixels to share, so the columns are shared.
      return inParallel(products[0].blocks, threads: threads, minimum: 4) { blocks in
        runPixels(source, target, pixels: 0..<pixels, blocks: blocks)
      }
    }
    inParallel(pixels, threads: threads, minimum: MatrixProduct.tileRows) { part in
      runPixels(source, target, pixels: part, blocks: 0..<products[0].blocks)
    }
  }

  /// A window that is one run of the input's elements needs no copy.
  private var isDirect: Bool {
    groups == 1
      && (window == FloatWindow(kernelHeight: 1, kernelWidth: 1)
        || (output.height * output.width == 1 && window.kernelHeight == input.height
          && window.kernelWidth == input.width && window.padTop == 0 && window.padLeft == 0
          && window.dilationY == 1 && window.dilationX == 1))
  }

  private func runPixels(
    _ source: FloatSource, _ target: FloatTarget, pixels: Range<Int>, blocks: Range<Int>
  ) {
    let k = products[0].k
    let panel = isDirect ? nil : FloatBuffer(count: Self.panelRows * k)
    for first in stride(from: pixels.lowerBound, to: pixels.upperBound, by: Self.panelRows) {
      let count = min(Self.panelRows, pixels.upperBound - first)
      for (group, product) in products.enumerated() {
        var start = source.base + first * input.channels
        if let panel {
          for row in 0..<count {
            gather(source.base, pixel: first + row, group: group, panel.base + row * k)
          }
          start = UnsafePointer(panel.base)
        }
        product.multiply(
          start, rowStride: k, count: count, blocks: blocks,
          target.base + first * output.channels + group * product.n,
          resultStride: output.channels)
      }
    }
  }

  /// Copies the window of one output pixel into `[kernelHeight][kernelWidth][channels of group]`;
  /// what lies outside the picture is zero.
  private func gather(
    _ source: UnsafePointer<Float>, pixel: Int, group: Int, _ row: UnsafeMutablePointer<Float>
  ) {
    let (y, x) = (pixel / output.width, pixel % output.width)
    let depth = input.channels / groups
    let (tapsY, tapsX) = (rows.taps[y], columns.taps[x])
    if tapsY.count < window.kernelHeight || tapsX.count < window.kernelWidth {
      row.update(repeating: 0, count: window.kernelHeight * window.kernelWidth * depth)
    }
    let firstColumn = columns.starts[x] + tapsX.lowerBound * columns.dilation
    let isRun = groups == 1 && columns.dilation == 1
    for tapY in tapsY {
      let sourceY = rows.starts[y] + tapY * rows.dilation
      var from = source + (sourceY * input.width + firstColumn) * input.channels + group * depth
      var to = row + (tapY * window.kernelWidth + tapsX.lowerBound) * depth
      guard !isRun else {
        to.update(from: from, count: tapsX.count * depth)
        continue
      }
      for _ in tapsX {
        to.update(from: from, count: depth)
        from += columns.dilation * input.channels
        to += depth
      }
    }
  }
}
