// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

/// Digests made with the reference implementation's Python binding (xxhash 3.6.0).
@Suite("XXH64")
struct XXH64Tests {
  @Test(
    "gives the reference implementation's digests",
    arguments: [
      (0, 0xEF46DB3751D8E999),
      (1, 0x1F25C8D0BC1F4BB6),
      (3, 0x31D2363F52E564C9),
      (4, 0x9BB64B7D66EE9FDA),
      (7, 0x9A7B149959CE60D8),
      (8, 0xDAB99D95C6F90092),
      (11, 0x7A52CC9457CF1A1F),
      (31, 0xA2AA5F33CC4A6119),
      (32, 0x23C3C17EF790FD97),
      (33, 0x50A7CFC7BA588784),
      (63, 0x5E3E54B431C7493C),
      (64, 0x0EB64B3EF6EEB01F),
      (100, 0xA61F8D4C170FE531),
      (1000, 0x5F235FA033F1A3FB),
      (4099, 0x6243E90ADE852967),
    ] as [(Int, UInt64)])
  func digests(_ count: Int, _ digest: UInt64) {
    // The bytes i * 7 + 3.
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    #expect(bytes.withUnsafeBytes { XXH64.digest($0) } == digest)
  }
}
