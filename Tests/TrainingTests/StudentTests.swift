// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@testable import Training

@Suite("Training a student")
struct StudentTests {
  /// The little student with PyTorch's projection.
  private func student(threads: Int = 2) throws -> Student {
    let student = try Student(
      onnx: GoldenLayers.studentPath, width: 5, seed: 1, threads: threads)
    let weights = try GoldenLayers.student("projection_w") + GoldenLayers.student("projection_b")
    student.update(.projection) { $0 = weights }
    return student
  }

  /// The published loss over the golden embeddings.
  private func gradients(
    of part: Student.Part, _ student: Student
  ) throws -> (loss: Double, gradients: [Float]) {
    let images = try GoldenLayers.student("images")
    let texts = try GoldenLayers.student("texts")
    return student.gradients(of: part, try GoldenLayers.student("pixels"), count: 6) {
      p, first, rows in
      var gradient = p
      let loss = texts.withUnsafeBufferPointer { texts in
        DistillationLoss(width: 5).run(
          p, images: Array(images[first * 5..<(first + rows) * 5]),
          texts: (0..<rows).map { row in texts.baseAddress.map { $0 + (first + row) * 5 } },
          into: &gradient)
      }
      // A batch's loss is the mean of all six pictures, not of these few.
      let share = Float(rows) / 6
      return (loss * Double(share), gradient.map { $0 * share })
    }
  }

  @Test("features that were kept give the projection's gradients")
  func keptFeatures() throws {
    let student = try student()
    let pixels = try GoldenLayers.student("pixels")
    let features = student.features(pixels, count: 6)
    #expect(
      student.embeddings(features: features, count: 6) == student.embeddings(pixels, count: 6))
    let expected = student.gradients(of: .projection, pixels, count: 6) { p, _, _ in
      (Double(p[0]), p.map { $0 + 1 })
    }
    let found = student.projectionGradients(features: features, count: 6) { p, _, _ in
      (Double(p[0]), p.map { $0 + 1 })
    }
    // Sums of six products in another order.
    #expect(relativeError(found.gradients, expected.gradients) < 1e-5)
  }

  @Test("the estimate of memory grows with the batch by its pixels alone")
  func memoryEstimate() throws {
    let student = try student()
    let pictures = student.byteCount(batch: 9) - student.byteCount(batch: 1)
    #expect(pictures == 8 * 4 * 12 * 10 * 3)
    #expect(student.parameterNames.count == student.parameterRanges.count)
  }

  @Test func oneStepOfAlignAndOneOfDistillAreThoseOfPyTorch() throws {
    let student = try student()
    let pixels = try GoldenLayers.student("pixels")
    #expect(student.featureCount == 12 && student.inputSize == (12, 10))
    #expect(
      relativeError(student.embeddings(pixels, count: 6), try GoldenLayers.student("align_p"))
        < goldenTolerance)

    for (stage, part, rate) in [
      ("align", Student.Part.projection, Float(0.05)), ("distill", .backbone, 0.01),
    ] {
      let (loss, gradients) = try gradients(of: part, student)
      #expect(abs(Float(loss) - (try GoldenLayers.student("\(stage)_loss"))[0]) < 1e-5)
      var optimizer = Optimizer(.published, count: gradients.count)
      student.update(part) { optimizer.step(&$0, gradients: gradients, learningRate: rate) }
    }
    // Adam divides by the gradient's own size, which magnifies rounding where that is small.
    let end = try GoldenLayers.student("end_p")
    #expect(relativeError(student.embeddings(pixels, count: 6), end) < 1e-3)
    let (loss, _) = try gradients(of: .projection, student)
    #expect(abs(Float(loss) - (try GoldenLayers.student("end_loss"))[0]) < 1e-4)
  }

  @Test func gradientsOfTheBackboneAreThoseOfPyTorch() throws {
    let student = try student()
    let (_, align) = try gradients(of: .projection, student)
    var optimizer = Optimizer(.published, count: align.count)
    student.update(.projection) { optimizer.step(&$0, gradients: align, learningRate: 0.05) }
    let (_, gradients) = try gradients(of: .backbone, student)
    let stem = try GoldenLayers.student("stem_dw")
    #expect(relativeError(Array(gradients[..<stem.count]), stem) < goldenTolerance)
    let bias = try GoldenLayers.student("head_db")
    #expect(relativeError(Array(gradients.suffix(bias.count)), bias) < goldenTolerance)
    // stem, expand, then the depthwise weights.
    let depthwise = try GoldenLayers.student("depthwise_dw")
    let start = stem.count + 8 + 8 * 16 + 16
    #expect(
      relativeError(Array(gradients[start..<start + depthwise.count]), depthwise)
        < goldenTolerance)
  }

  @Test func theSameThreadsGiveTheSameBits() throws {
    for threads in [1, 2, 3] {
      let first = try gradients(of: .backbone, student(threads: threads))
      let second = try gradients(of: .backbone, student(threads: threads))
      #expect(first.gradients == second.gradients && first.loss == second.loss)
    }
    let one = try gradients(of: .backbone, student(threads: 1)).gradients
    let two = try gradients(of: .backbone, student(threads: 2)).gradients
    #expect(relativeError(two, one) < goldenTolerance)
  }

  @Test func theProjectionBeginsWithItsSeed() throws {
    let first = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 1)
    let second = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 1)
    let third = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 2)
    #expect(first.projection == second.projection && first.projection != third.projection)
    #expect(first.projection.allSatisfy { abs($0) <= 1 / Float(12).squareRoot() })
  }
}
