// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a safetensors file, and what to do next.
package struct SafetensorsError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
