// SPDX-License-Identifier: Apache-2.0

/// Why an ONNX file cannot become a float graph: the file, the place in it, and what to do.
package struct ImportError: Error, Sendable, CustomStringConvertible {
  /// The path, or another name of the source.
  package var source: String
  /// The node that is the trouble, as `Conv 'features.0'`; nil where it is the file as a whole.
  package var node: String?
  package var message: String

  package init(source: String, node: String? = nil, message: String) {
    self.source = source
    self.node = node
    self.message = message
  }

  package var description: String {
    [source, node, message].compactMap { $0 }.joined(separator: ": ")
  }
}
