// SPDX-License-Identifier: Apache-2.0

/// Finds classes by the labels that people type.
package struct LabelSearch {
  /// A label that the model does not have.
  package struct Unknown: Error {
    package let name: String
    /// Labels that contain it, at most five.
    package let similar: [String]

    /// What to do about it.
    package var advice: String {
      if similar.isEmpty { return "'swiftlet inspect --json' lists them" }
      return "did you mean " + similar.map { "'" + $0 + "'" }.joined(separator: ", ") + "?"
    }
  }

  private let labels: [String]
  private let lowercased: [String]

  /// - Parameter labels: of all classes.
  package init(_ labels: [String]) {
    self.labels = labels
    lowercased = labels.map { $0.lowercased() }
  }

  /// The classes of some labels, in upper or lower case.
  /// - Throws: for the first label that no class has.
  package func classes(_ names: [String]) throws(Unknown) -> Set<Int> {
    var found: Set<Int> = []
    for name in names {
      let wanted = name.lowercased()
      let matches = labels.indices.filter { lowercased[$0] == wanted }
      guard !matches.isEmpty else { throw Unknown(name: name, similar: similar(to: wanted)) }
      found.formUnion(matches)
    }
    return found
  }

  private func similar(to wanted: String) -> [String] {
    let bytes = Array(wanted.utf8)
    let found = labels.indices.filter { Self.contains(lowercased[$0], bytes) }
    return found.prefix(5).map { labels[$0] }
  }

  private static func contains(_ text: String, _ part: [UInt8]) -> Bool {
    let text = Array(text.utf8)
    guard part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { start in
      text[start..<(start + part.count)].elementsEqual(part)
    }
  }
}
