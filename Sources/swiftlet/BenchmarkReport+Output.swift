// SPDX-License-Identifier: Apache-2.0
import Runtime

extension BenchmarkReport {
  func summary(path: String, _ engine: borrowing Engine) -> String {
    var text =
      "\(path): \(engine.instructionSet.name), \(engine.threads) threads, \(frames.count) frames\n"
      + "min \(fixed(minimum, 3)) ms, median \(fixed(median, 3)) ms, "
      + "p99 \(fixed(percentile99, 3)) ms, \(fixed(rate, 1)) GMAC/s"
    if let peak, let shareOfPeak {
      text +=
        "\n\(percent(shareOfPeak)) of the peak of \(fixed(peak, 1)) GMAC/s a thread"
      if let shareOfBound {
        text += ", \(percent(shareOfBound)) of the bound of the layers' own kernels"
      }
    }
    return text
  }

  func layerTable(_ engine: borrowing Engine) -> String {
    var table = TextTable(
      ["node", "name", "output", "kernel", "M MAC", "ms", "GMAC/s", "of bound"],
      rightAligned: [0, 4, 5, 6, 7])
    for index in layers.indices {
      let tensor = engine.model.tensors[engine.model.nodes[index].output]
      let layer = whole(index)
      var row = [
        String(index), engine.model.nodeName(index),
        "\(tensor.height)x\(tensor.width)x\(tensor.channels)", engine.kernelName(index),
        layers[index].operations > 0 ? fixed(layers[index].operations / 1e6, 2) : "-",
      ]
      if let last = layer.fusedInto, last != index {
        row += ["with \(last)", "", ""]
      } else {
        row += [
          fixed(layer.milliseconds, 4), rate(layer.operations, layer.milliseconds), share(layer),
        ]
      }
      table.append(row)
    }
    return table.text
  }

  /// The sums by kernel, the slowest first; nodes that ran together are one line.
  func kernelTable(_ engine: borrowing Engine) -> String {
    var sums: [String: (layer: Layer, count: Int)] = [:]
    for index in layers.indices where layers[index].fusedInto ?? index == index {
      let layer = whole(index)
      let name = layer.fusedInto == nil ? engine.kernelName(index) : "(nodes run together)"
      var sum = sums[name] ?? (Layer(milliseconds: 0, operations: 0, bound: 0), 0)
      sum.count += 1
      sum.layer.milliseconds += layer.milliseconds
      sum.layer.operations += layer.operations
      sum.layer.bound = sum.layer.bound.flatMap { bound in layer.bound.map { bound + $0 } }
      sums[name] = sum
    }
    var table = TextTable(
      ["kernel", "layers", "ms", "GMAC/s", "of bound"], rightAligned: [1, 2, 3, 4])
    let order = sums.sorted {
      ($0.value.layer.milliseconds, $0.key) > ($1.value.layer.milliseconds, $1.key)
    }
    for (name, sum) in order {
      table.append([
        name, String(sum.count), fixed(sum.layer.milliseconds, 4),
        rate(sum.layer.operations, sum.layer.milliseconds), share(sum.layer),
      ])
    }
    return table.text
  }

  func object(path: String, _ engine: borrowing Engine) -> JSONText {
    let layers = self.layers.indices.map { index in
      JSONText.object([
        ("name", .string(engine.model.nodeName(index))),
        ("kernel", .string(engine.kernelName(index))),
        ("milliseconds", .number(self.layers[index].milliseconds)),
        ("multiplyAccumulates", .number(self.layers[index].operations)),
        ("boundMilliseconds", number(self.layers[index].bound)),
        ("fusedInto", self.layers[index].fusedInto.map { .integer($0) } ?? .null),
      ])
    }
    return .object([
      ("path", .string(path)), ("instructionSet", .string(engine.instructionSet.name.description)),
      ("threads", .integer(engine.threads)), ("iterations", .integer(frames.count)),
      (
        "milliseconds",
        .object([
          ("min", .number(minimum)), ("median", .number(median)), ("p99", .number(percentile99)),
        ])
      ),
      ("gigaMACPerSecond", .number(rate)), ("peakGigaMACPerSecond", number(peak)),
      ("shareOfPeak", number(shareOfPeak)), ("shareOfBound", number(shareOfBound)),
      ("layers", .array(layers)),
    ])
  }

  private func number(_ value: Double?) -> JSONText { value.map { .number($0) } ?? .null }

  private func rate(_ operations: Double, _ milliseconds: Double) -> String {
    operations > 0 ? fixed(operations / milliseconds / 1e6, 1) : "-"
  }

  private func share(_ layer: Layer) -> String {
    guard let bound = layer.bound, bound > 0 else { return "-" }
    return percent(bound / layer.milliseconds)
  }

  private func percent(_ share: Double) -> String { "\(fixed(100 * share, 1)) %" }
}
