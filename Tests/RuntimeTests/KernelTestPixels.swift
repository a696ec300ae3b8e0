// SPDX-License-Identifier: Apache-2.0
import CKernels
import Testing

@testable import Runtime

/// Every arrangement of samples, every length around the vectors', samples that end with memory.
func checkFrameRow(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 11)
  let layouts = FrameLayout.allCases.filter(\.isYCbCr)
  for count in [0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 47, 64, 101] {
    for layout in layouts {
      let frame = TestFrame(
        layout, width: max(count, 1), height: 1,
        matrix: random.pick(FrameMatrix.allCases), range: random.pick(FrameRange.allCases),
        using: &random)
      let samples = SampleArrangement(layout)
      let pointer = { (plane: Int, offset: Int) -> UnsafePointer<UInt8> in
        UnsafePointer(
          frame.planes[plane].bytes.baseAddress!.assumingMemoryBound(to: UInt8.self) + offset)
      }
      // Any factors: red and blue may have either sign.
      let factor = { Int16.random(in: -17305...17305, using: &random) }
      let places = random.chance(50) ? [samples.cb, samples.cr] : [samples.cr, samples.cb]
      var row = swiftlet_frame_row(
        luma: pointer(0, samples.lumaOffset), first: pointer(places[0].plane, places[0].offset),
        second: pointer(places[1].plane, places[1].offset), luma_step: UInt8(samples.lumaStep),
        chroma_step: UInt8(samples.chromaStep), chroma_shift: UInt8(samples.columnShift),
        luma_zero: random.pick([0, 16]), luma_weight: random.pick([8192, 9539]),
        weights: (factor(), factor(), factor(), factor()))
      let run = { (function: swiftlet_frame_row_kernel) -> [UInt8] in
        var output = [UInt8](repeating: 0xA5, count: 4 * count + 64)
        function(&row, &output, count)
        return output
      }
      let difference = firstDifference(
        run(kernel.frame_row!), run(KernelList.frameRowReference))
      #expect(difference == nil, "\(layout), count \(count), seed \(kernelTestSeed)")
    }
  }
}

/// Weights of up to `tapCount` taps, quads as the kernels read them.
private struct RandomTaps {
  var taps: [swiftlet_taps] = []
  var weights: [Int16] = []
  let quads: Int

  init(count: Int, inputs: Int, maximum: Int, using random: inout SeededGenerator) {
    quads = (maximum + 3) / 4
    weights = Array(repeating: 0, count: count * quads * 8)
    var start = 0
    for i in 0..<count {
      start = min(inputs - 1, start + Int.random(in: 0...3, using: &random))
      let own = min(Int.random(in: 0...maximum, using: &random), inputs - start)
      taps.append(swiftlet_taps(start: Int32(start), count: Int32(own)))
      var rest: Int32 = 1 << 22
      for tap in 0..<own {
        let isLast = tap == own - 1
        let weight = isLast ? rest : Int32.random(in: 0...rest, using: &random)
        rest -= weight
        weights[i * quads * 8 + tap / 4 * 8 + tap % 4] = Int16(weight >> 11)
        weights[i * quads * 8 + tap / 4 * 8 + tap % 4 + 4] = Int16(weight & 2047)
      }
    }
  }
}

/// Every pixel size, taps up to several quads, pixels that end with memory.
func checkResizeRow(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 12)
  for count in [0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 61] {
    for step in [1, 3, 4] {
      for maximum in [1, 2, 3, 4, 5, 8, 9, 17] {
        let inputs = Int.random(in: 1...2 * count + 9, using: &random)
        let memory = EndingBytes(count: inputs * step)
        fillInput(memory.bytes, upper: 255, using: &random)
        let taps = RandomTaps(count: count, inputs: inputs, maximum: maximum, using: &random)
        let channels = step == 1 ? 1 : 3
        let origin = Int32.random(in: -1...1, using: &random)
        // Starts count from the origin.
        let shifted = taps.taps.map { swiftlet_taps(start: $0.start + origin, count: $0.count) }
        let run = { (function: swiftlet_resize_row_kernel, first: UInt8) -> [UInt8] in
          var output = [UInt8](repeating: 0xA5, count: count * channels + 64)
          shifted.withUnsafeBufferPointer { taps0 in
            taps.weights.withUnsafeBufferPointer { weights in
              guard let tapBase = taps0.baseAddress, let weightBase = weights.baseAddress else {
                return
              }
              var resize = swiftlet_resize_row(
                pixels: memory.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self),
                byte_count: memory.bytes.count, origin: origin, step: UInt8(step), first: first,
                taps: tapBase, weights: weightBase, quads: taps.quads)
              function(&resize, &output, count)
            }
          }
          return output
        }
        let first = UInt8(step > 1 && random.chance(50) ? 2 : 0)
        let difference = firstDifference(
          run(kernel.resize_row!, first), run(KernelList.resizeRowReference, first))
        #expect(
          difference == nil,
          "count \(count), step \(step), taps \(maximum), seed \(kernelTestSeed)")
      }
    }
  }
}

/// Every length around the vectors', one tap to several quads.
func checkResizeColumn(_ kernel: swiftlet_kernel) {
  var random = SeededGenerator(seed: kernelTestSeed &+ 13)
  for byteCount in [0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 97, 672] {
    for maximum in [1, 2, 3, 4, 5, 7, 8, 12, 13] {
      let taps = RandomTaps(count: 1, inputs: 99, maximum: maximum, using: &random)
      let count = Int(taps.taps[0].count)
      let rows = (0..<count + 2).map { _ in EndingBytes(count: byteCount) }
      for row in rows { fillInput(row.bytes, upper: 255, using: &random) }
      let pointers = rows.map {
        UnsafePointer($0.bytes.baseAddress!.assumingMemoryBound(to: UInt8.self))
      }
      let run = { (function: swiftlet_resize_column_kernel) -> [UInt8] in
        var output = [UInt8](repeating: 0xA5, count: byteCount + 64)
        pointers.withUnsafeBufferPointer { rows in
          taps.weights.withUnsafeBufferPointer { weights in
            var resize = swiftlet_resize_column(
              rows: rows.baseAddress!, count: count, weights: weights.baseAddress!)
            function(&resize, &output, byteCount)
          }
        }
        return output
      }
      let difference = firstDifference(
        run(kernel.resize_column!), run(KernelList.resizeColumnReference))
      #expect(
        difference == nil, "\(byteCount) bytes, \(count) taps, seed \(kernelTestSeed)")
    }
  }
}
