// SPDX-License-Identifier: Apache-2.0

/// What a model file may ask of the machine. The defaults hold for files of unknown origin.
///
/// A loaded model holds its file (mapped, or as a copy), records of at most three times the file,
/// and a plan: the activations and the tables of all nodes. A plan stays within the larger of
/// 16 MiB, four times the file, and `activationByteCount`.
public struct ModelLimits: Sendable {
  /// Bytes for all activations; nil stands for the larger of 16 MiB and four times the file.
  public var activationByteCount: UInt64?
  /// Multiply-accumulates (and other element operations) of one frame, the padding of weight blocks
  /// included.
  public var operationCount: UInt64

  public init(activationByteCount: UInt64? = nil, operationCount: UInt64 = 1 << 37) {
    self.activationByteCount = activationByteCount
    self.operationCount = operationCount
  }

  func activationLimit(fileByteCount: Int) -> UInt64 {
    // Offsets within the activations are 32-bit.
    min(
      activationByteCount ?? Self.standardLimit(fileByteCount: fileByteCount), UInt64(Int32.max))
  }

  /// Bytes of a plan, the activations included.
  func planLimit(fileByteCount: Int) -> UInt64 {
    max(
      activationLimit(fileByteCount: fileByteCount),
      Self.standardLimit(fileByteCount: fileByteCount))
  }

  private static func standardLimit(fileByteCount: Int) -> UInt64 {
    max(16 << 20, 4 * UInt64(fileByteCount))
  }
}

/// Whether the reader compares the checksum. Fuzzing skips it to reach the rules behind it.
package enum ChecksumPolicy: Sendable { case verify, ignore }
