// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why an ONNX file cannot become a float graph: the file, the place in it, what is wrong there and
/// what to do about it.
package struct ImportError: Error, Sendable, Equatable {
  /// The path, or another name of the source.
  package var source: String
  /// The ONNX operator at fault; nil where the trouble is the file as a whole.
  package var operatorName: String?
  /// The name of the node at fault, or that of its first output.
  package var node: String?
  /// The attribute at fault.
  package var attribute: String?
  package var problem: String
  package var advice: String

  package init(
    source: String, operatorName: String? = nil, node: String? = nil, attribute: String? = nil,
    problem: String, advice: String
  ) {
    self.source = source
    self.operatorName = operatorName
    self.node = node
    self.attribute = attribute
    self.problem = problem
    self.advice = advice
  }
}

extension ImportError: CustomStringConvertible, LocalizedError {
  package var description: String {
    var place = source
    if let operatorName { place += ": \(operatorName) '\(node ?? "")'" }
    if let attribute { place += ", attribute \(attribute)" }
    return "\(place): \(problem); \(advice)"
  }

  package var errorDescription: String? { description }
}

extension Collection where Element == Int {
  /// The numbers in brackets, at most the first eight, for messages.
  var brief: String {
    let shown = prefix(8).map(String.init).joined(separator: ", ")
    return count > 8 ? "[\(shown), ... (\(count) in all)]" : "[\(shown)]"
  }
}
