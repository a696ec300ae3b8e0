// SPDX-License-Identifier: Apache-2.0

/// A maximum or an average over the taps of a window that lie inside the picture.
struct FloatPool: Sendable {
  enum Kind: Sendable {
    case maximum
    case average(countsPadding: Bool)
  }

  private let window: FloatWindow
  private let kind: Kind
  private let input: Shape
  private let output: Shape
  private let rows: TapRanges
  private let columns: TapRanges

  init(_ window: FloatWindow, _ kind: Kind, _ input: Shape, _ output: Shape) {
    self.window = window
    self.kind = kind
    self.input = input
    self.output = output
    rows = .rows(window, input, output)
    columns = .columns(window, input, output)
  }

  func run(_ source: FloatSource, _ target: FloatTarget, threads: Int) {
    inParallel(output.height * output.width, threads: threads) { pixels in
      for pixel in pixels {
        reduce(
          source.base, y: pixel / output.width, x: pixel % output.width,
          target.base + pixel * output.channels)
      }
    }
  }

  private func reduce(
    _ source: UnsafePointer<Float>, y: Int, x: Int, _ result: UnsafeMutablePointer<Float>
  ) {
    let channels = input.channels
    let isMaximum = if case .maximum = kind { true } else { false }
    result.update(repeating: isMaximum ? -.infinity : 0, count: channels)
    for tapY in rows.taps[y] {
      let row = rows.starts[y] + tapY * rows.dilation
      for tapX in columns.taps[x] {
        let column = columns.starts[x] + tapX * columns.dilation
        let pixel = source + (row * input.width + column) * channels
        if isMaximum {
          for channel in 0..<channels {
            result[channel] = pixel[channel] > result[channel] ? pixel[channel] : result[channel]
          }
        } else {
          for channel in 0..<channels { result[channel] += pixel[channel] }
        }
      }
    }
    if case .average(let countsPadding) = kind {
      let divisor = Float(divisor(y, x, countsPadding))
      for channel in 0..<channels { result[channel] /= divisor }
    }
  }

  /// The number of taps inside the picture, or inside the padded picture.
  private func divisor(_ y: Int, _ x: Int, _ countsPadding: Bool) -> Int {
    guard countsPadding else { return rows.taps[y].count * columns.taps[x].count }
    let height = min(rows.starts[y] + window.kernelHeight, input.height + window.padBottom)
    let width = min(columns.starts[x] + window.kernelWidth, input.width + window.padRight)
    return (height - rows.starts[y]) * (width - columns.starts[x])
  }
}
