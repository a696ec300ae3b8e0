// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

@Suite("Layers against PyTorch")
struct LayerTests {
  private func zeros(_ count: Int) -> [Float] { [Float](repeating: 0, count: count) }

  /// Compares arrays of a layer with PyTorch's.
  private func expect(
    _ layer: String, _ found: [(key: String, values: [Float])],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    for (key, values) in found {
      let error = relativeError(values, try GoldenLayers.values(layer, key))
      #expect(error < goldenTolerance, "\(layer).\(key)", sourceLocation: location)
    }
  }

  @Test(arguments: [
    ("dense3x3s2", (2, 2), (0, 0, 1, 1)), ("dense7x5", (1, 2), (3, 2, 3, 2)),
  ])
  func denseConvolutions(
    _ name: String, _ stride: (Int, Int), _ pads: (Int, Int, Int, Int)
  ) throws {
    let input = try GoldenLayers.shape(name, "x")
    let weightShape = try GoldenLayers.shape(name, "w")
    let layer = Convolution(
      Window(
        inputHeight: input[1], inputWidth: input[2], channels: input[3],
        kernel: (weightShape[1], weightShape[2]), stride: stride, pads: pads),
      outputs: weightShape[0])
    let (x, w) = (try GoldenLayers.values(name, "x"), try GoldenLayers.values(name, "w"))
    let (b, dy) = (try GoldenLayers.values(name, "b"), try GoldenLayers.values(name, "dy"))
    var (y, dx) = (zeros(dy.count), [Float](repeating: 9, count: x.count))
    var (dw, db, scratch) = (zeros(w.count), zeros(b.count), zeros(layer.scratchCount))
    layer.forward(x, weights: w, bias: b, count: input[0], scratch: &scratch, into: &y)
    layer.backward(dy, weights: w, count: input[0], scratch: &scratch, intoInput: &dx)
    layer.backward(dy, x: x, count: input[0], scratch: &scratch, addingToWeights: &dw, bias: &db)
    try expect(name, [("y", y), ("dx", dx), ("dw", dw), ("db", db)])
  }

  @Test(arguments: [
    ("depthwise3x3", (1, 1), (1, 1, 1, 1)), ("depthwise5x5s2", (2, 2), (1, 2, 2, 2)),
  ])
  func depthwiseConvolutions(
    _ name: String, _ stride: (Int, Int), _ pads: (Int, Int, Int, Int)
  ) throws {
    let input = try GoldenLayers.shape(name, "x")
    let weightShape = try GoldenLayers.shape(name, "w")
    let layer = DepthwiseConvolution(
      Window(
        inputHeight: input[1], inputWidth: input[2], channels: input[3],
        kernel: (weightShape[0], weightShape[1]), stride: stride, pads: pads))
    let (x, w) = (try GoldenLayers.values(name, "x"), try GoldenLayers.values(name, "w"))
    let (b, dy) = (try GoldenLayers.values(name, "b"), try GoldenLayers.values(name, "dy"))
    var (y, dx) = (zeros(dy.count), [Float](repeating: 9, count: x.count))
    var (dw, db) = (zeros(w.count), zeros(b.count))
    layer.forward(x, weights: w, bias: b, count: input[0], into: &y)
    layer.backward(dy, weights: w, count: input[0], intoInput: &dx)
    layer.backward(dy, x: x, count: input[0], addingToWeights: &dw, bias: &db)
    try expect(name, [("y", y), ("dx", dx), ("dw", dw), ("db", db)])
  }

  @Test func linear() throws {
    let shape = try GoldenLayers.shape("linear", "x")
    let (x, w) = (try GoldenLayers.values("linear", "x"), try GoldenLayers.values("linear", "w"))
    let (b, dy) = (try GoldenLayers.values("linear", "b"), try GoldenLayers.values("linear", "dy"))
    let layer = Linear(inputs: shape[1], outputs: b.count)
    var (y, dx, dw, db) = (zeros(dy.count), zeros(x.count), zeros(w.count), zeros(b.count))
    layer.forward(x, weights: w, bias: b, rows: shape[0], into: &y)
    layer.backward(dy, weights: w, rows: shape[0], intoInput: &dx)
    layer.backward(dy, x: x, rows: shape[0], addingToWeights: &dw, bias: &db)
    try expect("linear", [("y", y), ("dx", dx), ("dw", dw), ("db", db)])
  }

  /// Gradients of weights are sums over several calls: a second one doubles them.
  @Test func gradientsOfWeightsAdd() throws {
    let (x, dy) = (try GoldenLayers.values("linear", "x"), try GoldenLayers.values("linear", "dy"))
    let layer = Linear(inputs: 10, outputs: 4)
    var (dw, db) = (zeros(40), zeros(4))
    for _ in 0..<2 { layer.backward(dy, x: x, rows: 7, addingToWeights: &dw, bias: &db) }
    let twice = try GoldenLayers.values("linear", "dw").map { 2 * $0 }
    #expect(relativeError(dw, twice) < goldenTolerance)
  }

  @Test(arguments: ["batchnorm", "batchnorm_frozen"])
  func batchNormalization(_ name: String) throws {
    let isFrozen = name == "batchnorm_frozen"
    let shape = try GoldenLayers.shape(name, "x")
    let rows = shape[0] * shape[1] * shape[2]
    let layer = BatchNormalization(channels: shape[3])
    let (x, dy) = (try GoldenLayers.values(name, "x"), try GoldenLayers.values(name, "dy"))
    let (w, b) = (try GoldenLayers.values(name, "w"), try GoldenLayers.values(name, "b"))
    var mean = try GoldenLayers.values(name, "mean")
    var variance = try GoldenLayers.values(name, "variance")
    var (y, dx, dw, db) = (zeros(x.count), zeros(x.count), zeros(w.count), zeros(b.count))
    let statistics: BatchNormalization.Statistics
    if isFrozen {
      statistics = layer.frozen(mean: mean, variance: variance)
      layer.apply(x, rows: rows, statistics, scale: w, shift: b, into: &y)
    } else {
      statistics = layer.forward(
        x, rows: rows, scale: w, shift: b, into: &y, runningMean: &mean,
        runningVariance: &variance)
    }
    layer.backward(
      dy, x: x, rows: rows, statistics, scale: w, isFrozen: isFrozen, into: &dx, scale: &dw,
      shift: &db)
    try expect(
      name,
      [
        ("y", y), ("dx", dx), ("dw", dw), ("db", db), ("mean_after", mean),
        ("variance_after", variance),
      ])
  }

  @Test func relu6AndTheGlobalPool() throws {
    let (x, dy) = (try GoldenLayers.values("relu6", "x"), try GoldenLayers.values("relu6", "dy"))
    var (y, dx) = (zeros(x.count), zeros(x.count))
    ClippedLinear.relu6.forward(x, count: x.count, into: &y)
    ClippedLinear.relu6.backward(dy, y: y, count: x.count, into: &dx)
    try expect("relu6", [("y", y), ("dx", dx)])

    let shape = try GoldenLayers.shape("pool", "x")
    let pool = GlobalAveragePool(pixels: shape[1] * shape[2], channels: shape[3])
    let pooled = try GoldenLayers.values("pool", "x")
    var (mean, gradient) = (zeros(shape[0] * shape[3]), zeros(pooled.count))
    pool.forward(pooled, count: shape[0], into: &mean)
    pool.backward(try GoldenLayers.values("pool", "dy"), count: shape[0], into: &gradient)
    try expect("pool", [("y", mean), ("dx", gradient)])
  }

  @Test func theLossThroughTheNorm() throws {
    let shape = try GoldenLayers.shape("loss", "x")
    let (rows, width) = (shape[0], shape[1])
    let x = try GoldenLayers.values("loss", "x")
    let images = try GoldenLayers.values("loss", "images")
    let texts = try GoldenLayers.values("loss", "texts")
    let norm = UnitNorm(width: width)
    var (p, norms, gradient) = (zeros(x.count), zeros(rows), zeros(x.count))
    norm.forward(x, rows: rows, into: &p, norms: &norms)
    let loss = texts.withUnsafeBufferPointer { texts -> Double in
      let pointers = (0..<rows).map { row -> Features? in
        row == 2 ? nil : texts.baseAddress.map { Features($0 + row * width) }
      }
      return DistillationLoss(lambda: 0.3, width: width)
        .run(p, images: images, texts: pointers, into: &gradient)
    }
    var dx = zeros(x.count)
    norm.backward(gradient, y: p, norms: norms, rows: rows, into: &dx)
    try expect("loss", [("p", p), ("loss", [Float(loss)]), ("dx", dx)])
  }
}
