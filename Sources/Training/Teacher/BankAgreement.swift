// SPDX-License-Identifier: Apache-2.0

/// Whether two parts can be in one bank.
struct BankAgreement {
  private let first: BankPart
  private let second: BankPart

  init(_ first: BankPart, _ second: BankPart) {
    self.first = first
    self.second = second
  }

  /// - Throws: what differs, with both files.
  func check() throws(TrainingError) {
    try check("model", first.bank.model, second.bank.model)
    try check("width", "\(first.bank.width)", "\(second.bank.width)")
    try check("logit_scale", "\(first.bank.logitScale)", "\(second.bank.logitScale)")
    try check(
      "preprocessing", first.bank.preprocessing?.summary ?? "unknown",
      second.bank.preprocessing?.summary ?? "unknown")
    try check("template", first.bank.templates, second.bank.templates)
    try check("class", first.bank.classes, second.bank.classes)
    try check(
      "sha256", first.bank.digests.isEmpty ? "absent" : "there",
      second.bank.digests.isEmpty ? "absent" : "there")
    for (index, name) in first.bank.classes.enumerated() {
      guard !zip(first.text(index), second.text(index)).allSatisfy(Self.isRoundingOf) else {
        continue
      }
      throw error("the text embeddings of '\(name)' differ")
    }
  }

  /// float16 has eleven significant bits; sums in binary32 in another order differ by about 2^-18
  /// in a unit vector.
  private static func isRoundingOf(_ lhs: Float, _ rhs: Float) -> Bool {
    lhs == rhs || abs(lhs - rhs) <= max(abs(lhs), abs(rhs)) * 0x1p-10 + 0x1p-18
  }

  /// Whether the same path is the same picture in both.
  func check(picture firstIndex: Int, _ secondIndex: Int) throws(TrainingError) {
    let path = first.bank.paths[firstIndex]
    if !first.bank.digests.isEmpty {
      guard
        first.bank.digests[firstIndex].lowercased() == second.bank.digests[secondIndex].lowercased()
      else { throw error("'\(path)' is in both, but as another picture (SHA-256)") }
    }
    guard first.image(firstIndex) == second.image(secondIndex) else {
      throw error("'\(path)' is in both, but with another embedding")
    }
    guard first.bank.label(ofImage: firstIndex) == second.bank.label(ofImage: secondIndex) else {
      throw error("'\(path)' is in both, but with another label")
    }
  }

  private func check(_ what: String, _ lhs: [String], _ rhs: [String]) throws(TrainingError) {
    for (lhs, rhs) in zip(lhs, rhs) { try check(what, lhs, rhs) }
    try check("number of \(what) texts", "\(lhs.count)", "\(rhs.count)")
  }

  private func check(_ what: String, _ lhs: String, _ rhs: String) throws(TrainingError) {
    guard lhs == rhs else { throw error("the \(what) differs: '\(lhs)' and '\(rhs)'") }
  }

  private func error(_ what: String) -> TrainingError {
    TrainingError(
      "\(first.name) and \(second.name) are no parts of one bank: \(what); make them with the same "
        + "model, options and pictures")
  }
}
