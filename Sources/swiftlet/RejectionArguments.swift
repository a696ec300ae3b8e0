// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Runtime

/// How pictures that show none of the classes are told.
struct RejectionArguments: ParsableArguments {
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case mcm
    case neglabel

    var rule: RejectionRule.Method { self == .mcm ? .maximumSoftmax : .negativeLabels }
  }

  @Option(
    help: """
      mcm: the greatest softmax of the cosines; neglabel: the share of the classes beside the \
      negative labels. By default the model's own, else mcm.
      """)
  var method: Method?

  @Option(
    help: """
      Cosines are divided by it before softmax. By default the model's own, else 1 for mcm and \
      0.01 for neglabel.
      """)
  var temperature: Float?

  func validate() throws {
    if let temperature, !ClassesRecord.isFactor(temperature) {
      throw ValidationError("--temperature \(temperature) is not within 2^-20...2^20")
    }
  }

  /// The rule of the options, where they leave something open that of the model.
  func rule(_ own: RejectionRule?) -> RejectionRule {
    let method = method?.rule ?? own?.method ?? .maximumSoftmax
    let kept = own.flatMap { $0.method == method ? $0 : nil }
    return RejectionRule(
      method: method, temperature: temperature ?? kept?.temperature ?? method.standardTemperature,
      threshold: kept?.threshold ?? 0)
  }
}

extension RejectionRule.Method {
  /// Measured: docs/labels.md, *Which temperature*.
  var standardTemperature: Float { self == .maximumSoftmax ? 1 : 0.01 }
}

extension RejectionRule {
  /// What to write behind a command to get this method and temperature; nothing where they are the
  /// ones without it.
  var options: String {
    (method == .maximumSoftmax ? "" : " --method \(methodName)")
      + (temperature == method.standardTemperature ? "" : " --temperature \(temperature)")
  }

  /// As `--method` calls it.
  var methodName: String { method == .maximumSoftmax ? "mcm" : "neglabel" }

  var object: JSONText {
    .object([
      ("method", .string(methodName)), ("temperature", .number(decimal(temperature))),
      ("threshold", .number(decimal(threshold))),
    ])
  }
}

/// A binary32 number with as many digits as it has.
func decimal(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
