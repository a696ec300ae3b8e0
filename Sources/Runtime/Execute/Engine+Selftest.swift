// SPDX-License-Identifier: Apache-2.0

extension Engine {
  /// The digest (XXH64) of the output's bytes: equal on all machines for the same input.
  package var outputDigest: UInt64 { unsafe XXH64.digest(outputBytes) }

  /// Fills the input from `seed` as docs/model-format.md, *Selftest*, says, runs the network, and
  /// returns the digests of input and output.
  package func selftest(seed: UInt64) -> SelftestRecord {
    let target = unsafe input
    let modulus = UInt64(model.input.upper) + 1
    var state = seed
    for index in 0..<target.count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      unsafe target[index] = UInt8((state >> 33) % modulus)
    }
    let inputDigest = unsafe XXH64.digest(UnsafeRawBufferPointer(target))
    run()
    return SelftestRecord(
      seed: seed, inputDigest: inputDigest, outputDigest: outputDigest)
  }
}
