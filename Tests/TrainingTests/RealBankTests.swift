// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Training

/// Embedding banks of real pictures, where they lie beside the checkout; skipped, and said so,
/// elsewhere. The shares were computed by whoever made the banks, with other code.
@Suite("Embedding banks of real pictures")
struct RealBankTests {
  @Test(
    "zero-shot accuracy is what the banks' makers found",
    .enabled(if: RealStudentTests.data != nil, "the shared data is not there"),
    arguments: [
      ("clip-vit-b32", ["all": 0.968]),
      (
        "pacs-standin",
        ["photo": 0.972, "art_painting": 0.749, "cartoon": 0.502, "sketch": 0.440, "all": 0.607]
      ),
      (
        "pacs-yoloworld",
        ["photo": 0.935, "art_painting": 0.599, "cartoon": 0.404, "sketch": 0.249, "all": 0.472]
      ),
    ] as [(String, [String: Double])])
  func zeroShot(_ name: String, _ shares: [String: Double]) throws {
    let data = try #require(RealStudentTests.data)
    let analysis = BankAnalysis(try EmbeddingBank(path: "\(data)/banks/\(name).safetensors"))
    for (domain, share) in shares {
      let found =
        domain == "all"
        ? analysis.zeroShot : analysis.domains.first { $0.name == domain }?.zeroShot
      // Given to three digits; float16 decides a picture or two.
      #expect(abs(try #require(found) - share) < 0.002, "\(name), \(domain)")
    }
  }
}
