// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Testing

@testable import Training

/// EfficientNet-Lite0, where its ONNX file lies beside the checkout; skipped, and said so, elsewhere.
@Suite("Training EfficientNet-Lite0")
struct RealStudentTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// `../shared/data` beside the checkout, or where `SWIFTLET_SHARED_DATA` says.
  static let data: String? = {
    let data =
      ProcessInfo.processInfo.environment["SWIFTLET_SHARED_DATA"]
      ?? root.deletingLastPathComponent().appendingPathComponent("shared/data").path
    return FileManager.default.fileExists(atPath: data) ? data : nil
  }()

  private static let path: String? = {
    guard let path = data.map({ $0 + "/models/efficientnet-lite0.onnx" }),
      FileManager.default.fileExists(atPath: path)
    else { return nil }
    return path
  }()

  /// The numbers that tools/make_golden_lite0.py makes.
  private func wave(_ count: Int, _ step: Double, scale: Double = 1) -> [Float] {
    (0..<count).map { Float(sin(Double($0) * step) * scale) }
  }

  private func unitRows(_ values: [Float], width: Int) -> [Float] {
    var (rows, norms) = (values, [Float](repeating: 0, count: values.count / width))
    UnitNorm(width: width).forward(values, rows: norms.count, into: &rows, norms: &norms)
    return rows
  }

  /// Tolerances: float32 sums over fifty layers, whose order differs from PyTorch's.
  @Test(
    "one step of Align and one of Distill are PyTorch's",
    .enabled(if: RealStudentTests.path != nil, "the shared data is not there"))
  func steps() throws {
    let (count, width) = (4, 16)
    let golden = try Safetensors(
      path: Self.root.appendingPathComponent("Tests/Golden/training/lite0.safetensors").path)
    let student = try Student(onnx: #require(Self.path), width: width, seed: 1)
    let features = student.featureCount
    let projection =
      wave(width * features, 0.71, scale: 0.03) + wave(width, 0.53, scale: 0.03)
    student.update(.projection) { $0 = projection }
    let pixels = wave(count * student.inputSize.height * student.inputSize.width * 3, 0.37)
    let images = unitRows(wave(count * width, 1.3), width: width)
    let texts = unitRows(wave(count * width, 2.1), width: width)

    func gradients(of part: Student.Part) -> (loss: Double, gradients: [Float]) {
      student.gradients(of: part, pixels, count: count) { p, first, rows in
        var gradient = p
        let loss = texts.withUnsafeBufferPointer { texts in
          DistillationLoss(width: width).run(
            p, images: Array(images[first * width..<(first + rows) * width]),
            texts: (0..<rows).map { row in texts.baseAddress.map { $0 + (first + row) * width } },
            into: &gradient)
        }
        let share = Float(rows) / Float(count)
        return (loss * Double(share), gradient.map { $0 * share })
      }
    }

    for (stage, part, rate) in [
      ("align", Student.Part.projection, Float(1e-3)), ("distill", .backbone, 5e-5),
    ] {
      let p = student.embeddings(pixels, count: count)
      #expect(relativeError(p, try golden.floats("lite0.\(stage)_p")) < 1e-3)
      let (loss, gradients) = gradients(of: part)
      #expect(abs(Float(loss) - (try golden.floats("lite0.\(stage)_loss"))[0]) < 1e-3)
      if part == .backbone {
        let norms = student.parameterRanges.map { range in
          Float(gradients[range].reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot())
        }
        let expected = try golden.floats("lite0.norms")
        #expect(norms.count == expected.count)
        for (found, norm) in zip(norms, expected) {
          #expect(abs(found - norm) < 1e-3 * norm + 1e-6)
        }
      }
      var optimizer = Optimizer(.published, count: gradients.count)
      student.update(part) { optimizer.step(&$0, gradients: gradients, learningRate: rate) }
    }
    let end = student.embeddings(pixels, count: count)
    #expect(relativeError(end, try golden.floats("lite0.end_p")) < 1e-3)
    #expect(
      abs(Float(gradients(of: .projection).loss) - (try golden.floats("lite0.end_loss"))[0]) < 1e-3)
  }
}
