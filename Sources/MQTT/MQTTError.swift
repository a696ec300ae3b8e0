// SPDX-License-Identifier: Apache-2.0

/// Why nothing can be published: what happened, where, and what to do next. Never holds a password.
package struct MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
