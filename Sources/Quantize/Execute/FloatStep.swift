// SPDX-License-Identifier: Apache-2.0

/// One node of a float graph, ready to run.
struct FloatStep: Sendable {
  private enum Kind: Sendable {
    case matrix(MatrixConvolution)
    case depthwise(DepthwiseConvolution)
    case scaleShift(scale: [Float], shift: [Float])
    case clamp(lower: Float, upper: Float)
    case add
    case pool(FloatPool)
    case pad(top: Int, left: Int, value: Float)
  }

  private let kind: Kind
  private let input: Shape
  private let output: Shape

  init(_ node: FloatNode, _ graph: FloatGraph) {
    input = graph.values[node.inputs[0]].shape
    output = graph.values[node.output].shape
    switch node.operation {
    case .convolution(let convolution):
      kind =
        convolution.isDepthwise
        ? .depthwise(DepthwiseConvolution(convolution, input, output))
        : .matrix(MatrixConvolution(convolution, input, output))
    case .scaleShift(let scale, let shift):
      precondition(scale.count == input.channels && shift.count == input.channels)
      kind = .scaleShift(scale: scale, shift: shift)
    case .clamp(let lower, let upper): kind = .clamp(lower: lower, upper: upper)
    case .add:
      precondition(node.inputs.count == 2 && graph.values[node.inputs[1]].shape == input)
      kind = .add
    case .averagePool(let window, let countsPadding):
      kind = .pool(FloatPool(window, .average(countsPadding: countsPadding), input, output))
    case .maxPool(let window): kind = .pool(FloatPool(window, .maximum, input, output))
    case .pad(let top, let left, let bottom, let right, let value):
      precondition(
        output.height == input.height + top + bottom && output.width == input.width + left + right)
      kind = .pad(top: top, left: left, value: value)
    }
  }

  /// Whether the output may be the buffer of the first input.
  var worksInPlace: Bool {
    switch kind {
    case .scaleShift, .clamp, .add: true
    case .matrix, .depthwise, .pool, .pad: false
    }
  }

  func run(_ inputs: [FloatBuffer], _ result: FloatBuffer, threads: Int) {
    let source = FloatSource(inputs[0])
    let target = FloatTarget(base: result.base)
    switch kind {
    case .matrix(let convolution): convolution.run(source, target, threads: threads)
    case .depthwise(let convolution): convolution.run(source, target, threads: threads)
    case .scaleShift(let scale, let shift):
      scaleShift(source, target, scale, shift, threads: threads)
    case .clamp(let lower, let upper):
      inParallel(output.count, threads: threads, minimum: 4096) { part in
        for index in part {
          let value = source.base[index]
          target.base[index] = value < lower ? lower : value > upper ? upper : value
        }
      }
    case .add:
      let second = FloatSource(inputs[1])
      inParallel(output.count, threads: threads, minimum: 4096) { part in
        for index in part { target.base[index] = source.base[index] + second.base[index] }
      }
    case .pool(let pool): pool.run(source, target, threads: threads)
    case .pad(let top, let left, let value): pad(source, target, top, left, value)
    }
  }

  private func scaleShift(
    _ source: FloatSource, _ target: FloatTarget, _ scale: [Float], _ shift: [Float], threads: Int
  ) {
    let channels = output.channels
    inParallel(output.height * output.width, threads: threads, minimum: 64) { pixels in
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in
          for pixel in pixels {
            let from = source.base + pixel * channels
            let to = target.base + pixel * channels
            for channel in 0..<channels {
              to[channel] = from[channel] * scale[channel] + shift[channel]
            }
          }
        }
      }
    }
  }

  private func pad(
    _ source: FloatSource, _ target: FloatTarget, _ top: Int, _ left: Int, _ value: Float
  ) {
    target.base.update(repeating: value, count: output.count)
    let row = input.width * input.channels
    for y in 0..<input.height {
      let start = ((y + top) * output.width + left) * output.channels
      (target.base + start).update(from: source.base + y * row, count: row)
    }
  }
}
