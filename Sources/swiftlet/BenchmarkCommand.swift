// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Runtime

struct BenchmarkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Time a model on this machine.",
    discussion: """
      Times the network alone, without reading and resizing a picture. Pin the process to get \
      steady figures.
      Examples:
        swiftlet benchmark model.swiftlet --layers
        taskset -c 0 swiftlet benchmark model.swiftlet --iterations 200 --json
      """)

  @Argument(help: "The model file.")
  var model: String

  @Option(help: "Frames that are timed.")
  var iterations = 100

  @Flag(help: "Show the time of each layer and of each kernel.")
  var layers = false

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
      try Engine.make(Model.open(model), options: self.engine.options)
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
    let result = Result(
      frames: frames, layers: layerMilliseconds(engine),
      operations: engine.model.nodes.indices.map { Double(engine.multiplyAccumulates($0)) })
    if json { print(object(result, engine).line) } else { printTable(result, engine) }
  }

  private struct Result {
    /// Milliseconds of each frame, ascending.
    var frames: [Double]
    /// Milliseconds of each node, the minimum over frames.
    var layers: [Double]
    var operations: [Double]

    var minimum: Double { frames[0] }
    var median: Double { frames[frames.count / 2] }
    var percentile99: Double { frames[min(frames.count - 1, frames.count * 99 / 100)] }
    /// GMAC/s of the fastest frame.
    var rate: Double { operations.reduce(0, +) / minimum / 1e6 }
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

  private func printTable(_ result: Result, _ engine: borrowing Engine) {
    print(
      "\(model): \(engine.instructionSet.name), \(engine.threads) threads, \(iterations) frames")
    print(
      "min \(fixed(result.minimum, 3)) ms, median \(fixed(result.median, 3)) ms, "
        + "p99 \(fixed(result.percentile99, 3)) ms, \(fixed(result.rate, 1)) GMAC/s")
    guard layers else { return }
    var table = TextTable(
      ["node", "name", "output", "kernel", "ms", "GMAC/s"], rightAligned: [0, 4, 5])
    for index in engine.model.nodes.indices {
      let tensor = engine.model.tensors[engine.model.nodes[index].output]
      table.append([
        String(index), engine.model.nodeName(index),
        "\(tensor.height)x\(tensor.width)x\(tensor.channels)", engine.kernelName(index),
        fixed(result.layers[index], 4), rate(result.operations[index], result.layers[index]),
      ])
    }
    print("\n" + table.text + "\n")
    var summary = TextTable(["kernel", "layers", "ms", "GMAC/s"], rightAligned: [1, 2, 3])
    for kernel in kernels(result, engine) {
      summary.append([
        kernel.name, String(kernel.layers), fixed(kernel.milliseconds, 4),
        rate(kernel.operations, kernel.milliseconds),
      ])
    }
    print(summary.text)
  }

  private struct KernelSum {
    var name: String
    var layers = 0
    var milliseconds = 0.0
    var operations = 0.0
  }

  /// The sums by kernel, the slowest first.
  private func kernels(_ result: Result, _ engine: borrowing Engine) -> [KernelSum] {
    var sums: [String: KernelSum] = [:]
    for index in engine.model.nodes.indices {
      let name = engine.kernelName(index)
      var sum = sums[name] ?? KernelSum(name: name)
      sum.layers += 1
      sum.milliseconds += result.layers[index]
      sum.operations += result.operations[index]
      sums[name] = sum
    }
    return sums.values.sorted { ($0.milliseconds, $0.name) > ($1.milliseconds, $1.name) }
  }

  private func rate(_ operations: Double, _ milliseconds: Double) -> String {
    operations > 0 ? fixed(operations / milliseconds / 1e6, 1) : "-"
  }

  private func object(_ result: Result, _ engine: borrowing Engine) -> JSONText {
    let layers = engine.model.nodes.indices.map { index in
      JSONText.object([
        ("name", .string(engine.model.nodeName(index))),
        ("kernel", .string(engine.kernelName(index))),
        ("milliseconds", .number(result.layers[index])),
        ("multiplyAccumulates", .number(result.operations[index])),
      ])
    }
    return .object([
      ("path", .string(model)), ("instructionSet", .string(engine.instructionSet.name.description)),
      ("threads", .integer(engine.threads)), ("iterations", .integer(iterations)),
      (
        "milliseconds",
        .object([
          ("min", .number(result.minimum)), ("median", .number(result.median)),
          ("p99", .number(result.percentile99)),
        ])
      ),
      ("gigaMACPerSecond", .number(result.rate)), ("layers", .array(layers)),
    ])
  }
}
