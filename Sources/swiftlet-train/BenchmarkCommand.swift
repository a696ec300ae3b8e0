// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import Training

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure training steps of a student on random pictures.",
    discussion: """
      A step is forward, backward through the whole backbone, and Adam. Compare with PyTorch by \
      scripts/bench-training.
      Example:
        swiftlet-train benchmark efficientnet-lite0.onnx --batch 32 --steps 5
      """)

  @Argument(help: "The student, an ONNX file.")
  var student: String

  @Option(help: "Pictures in a step, 1...4096.")
  var batch = 32

  @Option(help: "Steps that are measured, 1...1000; one more comes before them.")
  var steps = 3

  @Option(help: "Threads, 1...256.")
  var threads = 2

  @Option(help: "Width of the teacher's embeddings, 1...65536.")
  var width = 512

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (1...4096).contains(batch), (1...1000).contains(steps), (1...256).contains(threads),
      (1...65_536).contains(width)
    else { throw ValidationError("--batch, --steps, --threads or --width is out of its range") }
  }

  func run() throws {
    let student = try Student(onnx: student, width: width, seed: 1, threads: threads)
    let size = student.inputSize
    var generator = SystemRandomNumberGenerator()
    let pixels = (0..<batch * size.height * size.width * 3).map { _ in
      Float.random(in: -1...1, using: &generator)
    }
    var optimizer = Optimizer(.published, count: student.backbone.count)
    var seconds: [Double] = []
    for _ in 0...steps {
      let start = ContinuousClock.now
      let (_, gradients) = student.gradients(of: .backbone, pixels, count: batch) { p, _, _ in
        (Double(p[0]), p)
      }
      student.update(.backbone) {
        optimizer.step(&$0, gradients: gradients, learningRate: 5e-5)
      }
      seconds.append(Double((ContinuousClock.now - start) / .milliseconds(1)) / 1000)
    }
    let measured = seconds.dropFirst().sorted()
    let rates = (
      best: Double(batch) / measured[0], median: Double(batch) / measured[measured.count / 2]
    )
    if json {
      return try Report.printJSON([
        "pictures_per_second": rates.best, "median": rates.median, "batch": batch,
        "threads": threads,
      ])
    }
    print(
      "\(Report.fixed(rates.best, 2)) pictures/s at best, \(Report.fixed(rates.median, 2)) median "
        + "(batch \(batch), \(threads) threads)")
  }
}
