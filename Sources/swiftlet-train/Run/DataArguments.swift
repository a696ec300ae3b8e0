// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Quantize
import Runtime
import Training

/// A list with commas between its members.
struct NameList: ExpressibleByArgument, Equatable {
  var names: [String]

  init(names: [String]) { self.names = names }

  init?(argument: String) {
    names = argument.split(separator: ",").map(String.init)
    guard !names.isEmpty, Set(names).count == names.count else { return nil }
  }
}

/// Where pictures, teacher and student come from.
struct DataArguments: ParsableArguments {
  @Option(help: "The teacher's embeddings of the pictures: a bank (docs/embedding-bank.md).")
  var bank: String

  @Option(help: "The folder of pictures, <domain>/<class>/* or <class>/*.")
  var data: String

  @Option(help: "The student's backbone, an ONNX file.")
  var student: String

  @Option(help: "The student's mean and deviation: imagenet, or efficientnet-lite (127, 128).")
  var preprocessing = PreprocessingPreset.imagenet

  @Option(help: "Labels to leave out, with commas between them.")
  var exclude: NameList?

  @Option(help: "Threads, 1...64. The same number gives the same bits.")
  var threads = 2

  @Option(help: "Memory for decoded pictures, in MB; those beyond it are decoded each time.")
  var cache = 2048

  func validate() throws {
    guard (1...64).contains(threads) else {
      throw ValidationError("--threads \(threads) is not within 1...64")
    }
    guard cache >= 0 else { throw ValidationError("--cache \(cache) is negative") }
  }
}

extension PreprocessingPreset: ExpressibleByArgument {}
