// SPDX-License-Identifier: Apache-2.0
import Runtime
import Testing

@testable import Quantize

@Suite("Int8 layers in the quantizer")
struct LayerTests {
  /// 29 x 29 products of 255 and 127 lie beyond what binary32 holds exactly.
  @Test("sums are exact beyond 2^24", arguments: [Operator.depthwise, .convolution])
  func exactSums(_ operation: Operator) {
    var random = TestRandom("exact sums")
    let (side, channels, outputs) = (29, 5, operation == .depthwise ? 5 : 3)
    var record = NodeRecord(operation: operation, input: 0, output: 1)
    (record.kernelHeight, record.kernelWidth, record.strideY, record.strideX) = (side, side, 1, 1)
    (record.dilationY, record.dilationX) = (1, 1)
    record.groups = operation == .depthwise ? channels : 1
    (record.padTop, record.padLeft, record.padValue) = (1, 0, 201)
    let depth = operation == .depthwise ? 1 : channels
    var node = QuantizedNode(name: "node", record: record)
    // Odd, large and of one sign, so that the sums need every bit.
    node.weights = (0..<outputs * side * side * depth).map { _ in
      Int8.random(in: 120...127, using: &random)
    }
    node.bias = (0..<outputs).map { _ in Int32.random(in: -1000...1000, using: &random) }
    func tensor(_ height: Int, _ width: Int, _ channels: Int) -> TensorRecord {
      TensorRecord(
        height: height, width: width, channels: channels, elementType: .uint8, upper: 255,
        scale: 1, zeroPoint: 201)
    }
    let tensors = [tensor(side, side, channels), tensor(2, 1, outputs)]
    let input = (0..<side * side * channels).map { _ in UInt8.random(in: 250...255, using: &random)
    }
    let sums = ConvolutionMatrix(node, tensors: tensors).accumulators(input)
    for row in 0..<2 {
      for output in 0..<outputs {
        var sum = Int(node.bias[output])
        for tap in 0..<side * side {
          for index in 0..<depth {
            let y = row - 1 + tap / side
            let channel = operation == .depthwise ? output : index
            let value = y < 0 ? 201 : Int(input[(y * side + tap % side) * channels + channel])
            sum += value * Int(node.weights[(output * side * side + tap) * depth + index])
          }
        }
        #expect(Int(sums[row * outputs + output]) == sum)
      }
    }
  }

  /// `relu(convolution - nearly its maximum)`.
  private static func nearlyDead() throws -> FloatGraph {
    var options = QuantizationOptions()
    options.maximumPictures = 4
    var builder = StudentBuilder(height: 8, width: 8, seed: 21)
    let first = builder.convolution(0, 9, StudentBuilder.window(3))
    let probe = builder.graph(output: builder.dense(first, 7))
    let run = try StudentRun(probe, options: options)
    let statistics = run.calibration.statistics[first]
    let shift = statistics.maximum.map { -$0 * 0.999_999 }
    let scale = [Float](repeating: 1, count: 9)
    let moved = builder.append(
      .scaleShift(scale: scale, shift: shift), [first], height: 6, width: 6, channels: 9)
    return builder.graph(output: builder.dense(builder.relu(moved), 7))
  }

  @Test("a layer that hardly ever says anything keeps the limits of the file")
  func nearlyDeadLayer() throws {
    var options = QuantizationOptions()
    options.maximumPictures = 4
    let run = try StudentRun(Self.nearlyDead(), options: options)
    let storage = try #require(run.calibration.activations[run.graph.nodes[0].output])
    #expect(storage.scale > 0)
    #expect(run.network.nodes[0].multipliers.allSatisfy { $0.isFinite && $0 > 0 })
  }

  @Test("the least scale of an output keeps every channel within the limits")
  func leastScale() {
    var random = TestRandom("least scales")
    for _ in 0..<50 {
      let (inputs, outputs) = (12, 6)
      let size = Float.random(in: 1e-3...1e3, using: &random)
      let convolution = FloatConvolution(
        window: StudentBuilder.window(3), groups: 1, inputChannels: inputs,
        outputChannels: outputs, weights: random.normal(outputs * 9 * inputs, deviation: size),
        bias: random.normal(outputs, deviation: size * 1000))
      let input = ActivationQuantization(
        upper: 127, scale: .random(in: 1e-3...1, using: &random), zeroPoint: 64,
        ratios: (0..<inputs).map { _ in .random(in: 0.02...1, using: &random) })
      let ratios = (0..<outputs).map { _ in Float.random(in: 0.02...1, using: &random) }
      let scale = AccumulatorBound.leastScale(convolution, input: input, ratios: ratios)
      var statistics = ChannelStatistics(channels: inputs)
      _ = [Float](repeating: 1, count: inputs).withUnsafeBufferPointer { statistics.add($0) }
      let rounded = ConvolutionQuantizer(
        convolution, input: input, statistics: statistics, options: QuantizationOptions()
      ).quantize()
      for channel in 0..<outputs {
        let step = input.scale * rounded.scales[channel]
        let bias = Double(convolution.bias[channel] / step) + Double(127 * 108 * 64)
        #expect(
          AccumulatorBound.holds(
            terms: 108, upper: 127, bias: bias, multiplier: step / (scale * ratios[channel])))
      }
    }
  }

  @Test("borders, clamps without zero and copies of the input are stored alike in all channels")
  func pinnedValues() throws {
    for name in ["borders", "clamps"] {
      let graph = FusedGraph(GraphOptimizer.optimize(SmallStudents.named(name)))
      let plan = ActivationPlan(graph)
      var pinned = 0
      for node in graph.nodes {
        var isPinned = node.lower > 0 || node.upper < 0
        if case .pad(_, _, _, _, let value) = node.operation { isPinned = isPinned || value != 0 }
        guard isPinned else { continue }
        pinned += 1
        let values = plan.classesOfRatios().first { $0.contains(node.output) }
        #expect(plan.isPinned(try #require(values)))
      }
      #expect(pinned > 0)
    }
    let run = try StudentRun(SmallStudents.named("copied input"))
    let tensors = run.network.tensors
    let ends = tensors[..<3].map { [$0.scale, Float($0.zeroPoint), Float($0.upper)] }
    #expect(ends[0] == ends[1] && ends[1] == ends[2])
    // The border's value lies within.
    #expect(tensors[0].scale * Float(tensors[0].upper - tensors[0].zeroPoint) >= 2.999)
  }
}
