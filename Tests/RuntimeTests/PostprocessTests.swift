// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Runtime

@Suite("Postprocessing")
struct PostprocessTests {
  /// Softmax in binary64 with libm.
  private func reference(_ scores: [Float]) -> [Double] {
    let maximum = Double(scores.max() ?? 0)
    let values = scores.map { exp(Double($0) - maximum) }
    let sum = values.reduce(0, +)
    return values.map { $0 / sum }
  }

  private func softmax(_ scores: [Float]) -> [Float] {
    var output = [Float](repeating: -1, count: scores.count)
    var span = output.mutableSpan
    Softmax.run(scores.span, into: &span)
    return output
  }

  private func top(_ scores: [Float], _ count: Int) -> [Int32] {
    var indices = [Int32](repeating: -1, count: count)
    var span = indices.mutableSpan
    let written = TopClasses.find(scores.span, into: &span)
    return Array(indices.prefix(written))
  }

  @Test("the exponential is within 3e-7 of the true one from 0 down to -87")
  func exponentialIsClose() {
    var worst = 0.0
    for i in 0...870_000 {
      let x = -Float(i) * 1e-4
      guard x > -87 else { break }
      let truth = exp(Double(x))
      worst = max(worst, abs(Double(Softmax.exponential(x)) - truth) / truth)
    }
    #expect(worst < 3e-7)
    #expect(worst > 0)
    #expect(Softmax.exponential(0) == 1)
    #expect(Softmax.exponential(-88) == 0)
    #expect(Softmax.exponential(-.infinity) == 0)
    #expect(Softmax.exponential(.nan) == 0)
  }

  @Test("softmax is within its tolerance of a double-precision one", arguments: [1, 2, 7, 1000])
  func softmaxIsClose(count: Int) {
    // A linear congruential generator with a fixed seed: scores from -30 to 30.
    var state = UInt64(count)
    let scores = (0..<count).map { _ -> Float in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 24) * 60 - 30
    }
    let output = softmax(scores)
    let maximum = scores.max() ?? 0
    for (i, truth) in reference(scores).enumerated() where truth > 1e-30 {
      let tolerance = 5e-7 + 6e-8 * Double(maximum - scores[i])
      #expect(abs(Double(output[i]) - truth) <= tolerance * truth)
    }
    #expect(abs(output.reduce(0, +) - 1) < 1e-4)
  }

  @Test("scores at the ends of the range do not overflow")
  func softmaxDoesNotOverflow() {
    #expect(softmax([3e38, -3e38]) == [1, 0])
    #expect(softmax([-3e38, -3e38]) == [0.5, 0.5])
    #expect(softmax([.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == [0.5, 0.5])
    #expect(softmax([1, .nan, 1]) == [0.5, 0, 0.5])
    #expect(softmax([.nan]) == [0])
    #expect(softmax([]).isEmpty)
  }

  @Test("the bits of a known softmax never change")
  func softmaxBitsAreFixed() {
    #expect(
      softmax([0.25, -1.5, 3, 2.75]).map(\.bitPattern)
        == [0x3D0D_3F2A, 0x3BC4_5C2A, 0x3F0A_1788, 0x3ED7_179A])
  }

  @Test("the greatest scores come first, equal ones in the order of their classes")
  func topIsSorted() {
    #expect(top([0.1, 0.9, 0.5, 0.9, 0.2], 3) == [1, 3, 2])
    #expect(top([0.1, 0.9], 5) == [1, 0])
    #expect(top([1, 1, 1, 1], 2) == [0, 1])
    #expect(top([.nan, -1, .nan, 5], 3) == [3, 1, 0])
    #expect(top([-.infinity, .nan, 0], 3) == [2, 0, 1])
    #expect(top([1, 2], 0).isEmpty)
    #expect(top([], 3).isEmpty)
    let scores = (0..<997).map { Float($0 * 7919 % 997) }
    #expect(top(scores, 997) == (0..<997).sorted { scores[$0] > scores[$1] }.map(Int32.init))
  }
}
