// SPDX-License-Identifier: Apache-2.0

/// What a model file may ask of the machine. The defaults hold for files of unknown origin.
public struct ModelLimits: Sendable {
  /// Bytes for all activations; nil stands for the larger of 16 MiB and four times the file.
  public var activationByteCount: UInt64?
  /// Multiply-accumulates (and other element operations) of one frame.
  public var operationCount: UInt64

  public init(activationByteCount: UInt64? = nil, operationCount: UInt64 = 1 << 37) {
    self.activationByteCount = activationByteCount
    self.operationCount = operationCount
  }

  func activationLimit(fileByteCount: Int) -> UInt64 {
    // Offsets within the activations are 32-bit.
    min(activationByteCount ?? max(16 << 20, 4 * UInt64(fileByteCount)), UInt64(Int32.max))
  }
}

/// Whether the reader compares the checksum. Fuzzing skips it to reach the rules behind it.
package enum ChecksumPolicy: Sendable { case verify, ignore }
