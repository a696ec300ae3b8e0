// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// A processor that the runner is built for.
enum DeployTarget: String, CaseIterable, ExpressibleByArgument {
  case aarch64, armv7, armv6
  case x86 = "x86_64"

  /// The architecture that dpkg on such boards has; Raspberry Pi OS calls ARMv6 armhf as well.
  var debianArchitecture: String {
    switch self {
    case .aarch64: "arm64"
    case .armv7, .armv6: "armhf"
    case .x86: "amd64"
    }
  }

  /// The best runner for a board with this `uname -m` and, on ARM, dpkg architecture: a 64-bit
  /// kernel may run a 32-bit system, whose programs are 32-bit. A static program does not mind, but
  /// its package must be of the system's architecture.
  init?(machine: String, debianArchitecture: String?) {
    switch (machine, debianArchitecture) {
    case ("aarch64", "armhf"): self = .armv7
    case ("aarch64", _), ("arm64", _): self = .aarch64
    case ("armv7l", _), ("armv8l", _): self = .armv7
    case ("armv6l", _): self = .armv6
    case ("x86_64", _), ("amd64", _): self = .x86
    default: return nil
    }
  }
}
