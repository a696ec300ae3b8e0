// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Runtime

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time a model on this machine.",
    discussion: """
      Times the network alone, without reading and resizing a picture. Pin the process to get \
      steady figures. The peak is what the instruction set multiplies in registers alone, measured \
      here and now; the bound of a layer is its work at the peak of the kernels that it may use.
      Examples:
        swiftlet benchmark model.swiftlet --layers
        swiftlet benchmark model.swiftlet --no-fusion --threads 2
        taskset -c 0 swiftlet benchmark model.swiftlet --iterations 200 --json
      """)

  @Argument(help: "The model file.")
  var model: String

  @Option(help: "Frames that are timed.")
  var iterations = 100

  @Flag(help: "Show the time of each layer and of each kernel.")
  var layers = false

  @Flag(
    inversion: .prefixedNo,
    help: "Run blocks with wide activations by bands of rows. The result is the same bytes.")
  var fusion = true

  @Flag(help: "Print one JSON object.")
  var json = false

  @OptionGroup var engine: EngineArguments

  func validate() throws {
    guard (1...1_000_000).contains(iterations) else {
      throw ValidationError("--iterations \(iterations) is not within 1...1000000")
    }
  }

  func run() throws {
    let engine = try ModelFiles.naming(model) { () throws(RuntimeError) in
      var options = self.engine.options
      if !fusion { options.fusion = .off }
      return try Engine.make(Model.open(model), options: options)
    }
    _ = engine.selftest(seed: 1)
    let clock = ContinuousClock()
    var frames: [Double] = []
    frames.reserveCapacity(iterations)
    for _ in 0..<iterations {
      let start = clock.now
      engine.run()
      frames.append(milliseconds(clock.now - start))
    }
    frames.sort()
    let report = BenchmarkReport(
      frames: frames, layers: layerMilliseconds(engine), engine: engine)
    if json {
      print(report.object(path: model, engine).line)
    } else {
      print(report.summary(path: model, engine))
      if layers { print("\n" + report.layerTable(engine) + "\n\n" + report.kernelTable(engine)) }
    }
  }

  private func layerMilliseconds(_ engine: borrowing Engine) -> [Double] {
    var best = [UInt64](repeating: .max, count: engine.model.nodes.count)
    var one = best
    for _ in 0..<min(iterations, 50) {
      for index in one.indices { one[index] = 0 }
      one.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { engine.run(timing: base) }
      }
      for index in one.indices { best[index] = min(best[index], one[index]) }
    }
    return best.map { Double($0) / 1e6 }
  }
}
