// SPDX-License-Identifier: Apache-2.0

/// Why the server cannot be set up or started: what happened, where, and what to do next.
package struct ServeError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
