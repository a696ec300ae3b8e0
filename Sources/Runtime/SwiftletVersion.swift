// SPDX-License-Identifier: Apache-2.0

/// The version of the runtime and its tools.
public enum SwiftletVersion {
  public static let current = "0.1.0"
}
