// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime

extension Quantizer {
  /// Where the model came from, in the order of the file.
  func origin(
    _ job: QuantizationJob, _ pictures: CalibrationPictures, _ sourceDigest: String
  ) -> [(key: String, value: String)] {
    let entries = [
      ("name", job.name), ("licence", job.licence),
      ("source", URL(fileURLWithPath: job.student).lastPathComponent),
      ("source.sha256", sourceDigest),
      ("calibration.sha256", pictures.digest), ("calibration.pictures", String(pictures.count)),
      ("quantizer", options.summary), ("tool", "swiftlet \(SwiftletVersion.current)"),
    ]
    return entries.filter { !$0.1.isEmpty }.map {
      (key: $0.0, value: PrintableText.of($0.1))
    }
  }
}

extension QuantizationOptions {
  /// The options that decide about the bytes, in one line.
  var summary: String {
    let method =
      switch rangeMethod {
      case .minMax: "minmax"
      case .percentile(let percentage): "percentile \(percentage)"
      case .meanSquaredError: "mse"
      case .measured: "measured"
      }
    return [
      "activations \(activations.rawValue)", "input \(input.rawValue)", "ranges \(method)",
      "balance \(balancesChannels ? "on" : "off")",
      "weight search \(searchesWeightScales ? "on" : "off")",
      "weight refinement \(refinesWeights ? "on" : "off")",
      "bias correction \(correctsBias ? "on" : "off")", "seed \(seed)",
    ].joined(separator: ", ")
  }
}
