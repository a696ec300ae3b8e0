// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Quantize

@Suite("Editing the classes of a model")
struct ModelEditorTests {
  private static let file: Result<[UInt8], any Error> = Result {
    try EmbeddingStudentTests.model(labels: ["cat", "dog", "cow"])
  }
  private let bank = Result { try TextEmbeddings(path: GoldenEmbeddings.path("bank.safetensors")) }

  private func edited(_ file: [UInt8], _ change: (inout ModelEditor) throws -> Void) throws
    -> [UInt8]
  {
    var editor = try ModelEditor(file)
    try change(&editor)
    return try editor.bytes()
  }

  private func labels(_ file: [UInt8]) throws -> [String] {
    let model = try Model.load(file.span.bytes)
    return (0..<model.labelCount).map { model.label($0) }
  }

  @Test("nothing changed, nothing changes")
  func nothing() throws {
    let file = try Self.file.get()
    #expect(try edited(file) { _ in } == file)
  }

  @Test("what is added and removed again leaves the first file, byte for byte")
  func addAndRemove() throws {
    let (file, bank) = (try Self.file.get(), try bank.get())
    let names = ["big bird", "no such thing"]
    let more = try edited(file) { editor in
      for name in names { try editor.add("ü\(name)", embedding: bank.embedding(of: name)) }
    }
    #expect(try labels(more) == ["cat", "dog", "cow", "übig bird", "üno such thing"])
    #expect(
      try edited(more) { editor in for name in names { try editor.remove("ü\(name)") } } == file)
    #expect(
      try edited(more) { editor in
        for name in names.reversed() { try editor.remove("ü\(name)") }
      } == file)
    let negative = try edited(file) {
      try $0.add("not", embedding: bank.embedding(of: "big bird"), isNegative: true)
      try $0.add("rat", embedding: bank.embedding(of: "no such thing"))
    }
    #expect(try labels(negative) == ["cat", "dog", "cow", "rat"])
    #expect(try ModelEditor(negative).negativeLabels == ["not"])
    #expect(
      try edited(negative) {
        try $0.remove("not")
        try $0.remove("rat")
      } == file)
  }

  @Test("a class has the same scores wherever it was added")
  func sameScores() throws {
    let bank = try bank.get()
    let whole = try EmbeddingStudentTests.model(labels: ["cat", "cow", "dog"])
    let grown = try edited(try EmbeddingStudentTests.model(labels: ["cat", "dog"])) {
      try $0.remove("dog")
      try $0.add("cow", embedding: bank.embedding(of: "cow"))
      try $0.add("dog", embedding: bank.embedding(of: "dog"))
    }
    // The network does not depend on the classes, and texts go behind the others: the same classes
    // in another order of the strings.
    #expect(try labels(grown) == labels(whole))
    var first = try Classifier(Model.load(whole.span.bytes))
    var second = try Classifier(Model.load(grown.span.bytes))
    let image = Image(
      width: 9, height: 7, format: .rgb, pixels: (0..<189).map { UInt8(truncatingIfNeeded: $0 * 5) }
    )
    #expect(try first.classify(image) == second.classify(image))
  }

  @Test("offsets belong to their classes, and without them the file is what it was")
  func offsets() throws {
    let (file, bank) = (try Self.file.get(), try bank.get())
    let raised = try edited(file) { editor in
      try editor.setOffset("cow", 0.125)
      try editor.setOffset("cat", -0.5)
    }
    #expect(try ModelEditor(raised).offsets == [-0.5, 0, 0.125])
    let grown = try edited(raised) { editor in
      try editor.remove("cat")
      try editor.add("rat", embedding: bank.embedding(of: "big bird"))
      try editor.add("not", embedding: bank.embedding(of: "no such thing"), isNegative: true)
      try editor.setOffset("not", 0.25)
    }
    #expect(try labels(grown) == ["dog", "cow", "rat"])
    #expect(try ModelEditor(grown).offsets == [0, 0.125, 0, 0.25])
    let model = try Model.load(grown.span.bytes)
    #expect((0..<4).map { model.classOffset($0) } == [0, 0.125, 0, 0.25])
    #expect(
      try edited(raised) { editor in for name in ["cat", "cow"] { try editor.setOffset(name, 0) } }
        == file)
    var editor = try ModelEditor(file)
    for wrong: Float in [2.5, -2.5, .nan, .infinity] {
      #expect(throws: ClassError.self) { try editor.setOffset("cow", wrong) }
    }
    #expect(throws: ClassError.self) { try editor.setOffset("okapi", 0) }
    try editor.setRejection(RejectionRule(threshold: 0.5))
    try editor.setOffset("cow", 0)
    #expect(editor.rejection != nil)
    try editor.setOffset("cow", 1)
    #expect(editor.rejection == nil && editor.droppedRejection?.threshold == 0.5)
  }

  @Test("a name changes there and back; other texts stay what they are")
  func rename() throws {
    let file = try Self.file.get()
    for name in ["x", "a much longer name", "ß"] {
      let changed = try edited(file) { try $0.rename("dog", to: name) }
      #expect(try labels(changed) == ["cat", name, "cow"])
      let old = try Model.load(file.span.bytes)
      let new = try Model.load(changed.span.bytes)
      for index in 0..<old.originCount { #expect(old.origin(index) == new.origin(index)) }
      for index in old.nodes.indices { #expect(old.nodeName(index) == new.nodeName(index)) }
      #expect(try edited(changed) { try $0.rename(name, to: "dog") } == file)
    }
  }

  @Test("classes are removed from the middle, and other sections keep their bytes")
  func removeMiddle() throws {
    let file = try Self.file.get()
    let changed = try edited(file) { try $0.remove("dog") }
    #expect(try labels(changed) == ["cat", "cow"])
    let (old, new) = (FileSections(verified: file), FileSections(verified: changed))
    for kind: ModelFormat.Section in [.tensors, .data, .preprocessing, .selftest] {
      #expect(old[kind]?.bytes == new[kind]?.bytes)
    }
    let before = try Model.load(file.span.bytes)
    let after = try Model.load(changed.span.bytes)
    for index in 0..<before.originCount { #expect(before.origin(index) == after.origin(index)) }
    for index in before.nodes.indices { #expect(before.nodeName(index) == after.nodeName(index)) }
    // The self-test is of the network, which no edit changes.
    let stored = after.selftest
    let result = try Engine.make(Model.load(changed.span.bytes)).selftest(seed: stored?.seed ?? 0)
    #expect(result == stored)
  }

  @Test("texts that sections share stay what they are")
  func sharedTexts() throws {
    var sections = FileSections(verified: try Self.file.get())
    // The label dog becomes the same bytes as cat's.
    let first = (sections[.labels]?.bytes ?? [])[0..<8]
    sections[.labels]?.bytes.replaceSubrange(8..<16, with: first)
    let file = sections.file
    #expect(try labels(file) == ["cat", "cat", "cow"])
    let renamed = try edited(file) { try $0.rename("cat", to: "lion") }
    #expect(try labels(renamed) == ["lion", "cat", "cow"])
    #expect(try labels(edited(file) { try $0.remove("cat") }) == ["cat", "cow"])
  }

  @Test("unknown optional sections are kept")
  func optionalSection() throws {
    var sections = FileSections(verified: try Self.file.get())
    sections.sections.append(
      FileSections.Section(kind: 0x8000_0007, count: 3, bytes: [1, 2, 3, 4, 5]))
    let changed = try edited(sections.file) { try $0.remove("cat") }
    let last = try #require(FileSections(verified: changed).sections.last)
    #expect(last.kind == 0x8000_0007 && last.count == 3 && last.bytes == [1, 2, 3, 4, 5])
  }

  @Test("a rule is set, changed and cleared")
  func rejection() throws {
    let file = try Self.file.get()
    let rule = RejectionRule(method: .maximumSoftmax, temperature: 0.01, threshold: 0.75)
    let changed = try edited(file) { try $0.setRejection(rule) }
    #expect(changed.count == file.count)
    let stored = try Model.load(changed.span.bytes).rejection
    #expect(stored == rule)
    #expect(try edited(changed) { try $0.setRejection(nil) } == file)
    var editor = try ModelEditor(file)
    for bad in [
      RejectionRule(temperature: 0), RejectionRule(threshold: 2), RejectionRule(threshold: .nan),
      RejectionRule(method: .negativeLabels),
    ] {
      #expect(throws: ClassError.self) { try editor.setRejection(bad) }
    }
  }

  @Test("a rule goes with the rows that its threshold was chosen for, unless it is to be kept")
  func droppedRule() throws {
    let bank = try bank.get()
    let row = try bank.embedding(of: "big bird")
    let rule = RejectionRule(method: .negativeLabels, temperature: 0.01, threshold: 0.75)
    let file = try EmbeddingStudentTests.model(
      labels: ["cat", "dog", "cow"], negatives: ["not"].map { _ in "big bird" }, rejection: rule)
    for change: (inout ModelEditor) throws -> Void in [
      { try $0.add("rat", embedding: row) }, { try $0.remove("cat") },
      { try $0.add("no", embedding: row, isNegative: true) }, { try $0.remove("big bird") },
    ] {
      var editor = try ModelEditor(file)
      try change(&editor)
      #expect(editor.rejection == nil && editor.droppedRejection == rule)
      let bytes = try editor.bytes()
      #expect(try Model.load(bytes.span.bytes).rejection == nil)
    }
    let renamed = try edited(file) { try $0.rename("cat", to: "lion") }
    #expect(try Model.load(renamed.span.bytes).rejection == rule)
    var editor = try ModelEditor(file)
    editor.keepsRejection = true
    try editor.add("rat", embedding: row)
    try editor.remove("cat")
    #expect(throws: ClassError.self) { try editor.remove("big bird") }
    #expect(editor.rejection == rule && editor.droppedRejection == nil)
  }

  @Test("a label that a removed or renamed row had may be given again")
  func freeNames() throws {
    let row = try bank.get().embedding(of: "big bird")
    var editor = try ModelEditor(try Self.file.get())
    try editor.remove("cat")
    try editor.add("cat", embedding: row)
    try editor.rename("dog", to: "hound")
    #expect(throws: ClassError.self) { try editor.add("hound", embedding: row) }
    try editor.add("dog", embedding: row)
    #expect(editor.labels == ["hound", "cow", "cat", "dog"])
  }

  @Test("what cannot be is refused and changes nothing")
  func refusals() throws {
    let (file, bank) = (try Self.file.get(), try bank.get())
    var editor = try ModelEditor(file)
    let row = try bank.embedding(of: "cat")
    #expect(throws: ClassError.self) { try editor.add("cat", embedding: row) }
    #expect(throws: ClassError.self) { try editor.add("", embedding: row) }
    #expect(throws: ClassError.self) { try editor.add("a\u{7}", embedding: row) }
    #expect(throws: ClassError.self) { try editor.add("a", embedding: row + [1]) }
    #expect(throws: ClassError.self) {
      try editor.add("a", embedding: row.map { _ in 0 })
    }
    #expect(throws: ClassError.self) { try editor.remove("horse") }
    #expect(throws: ClassError.self) { try editor.rename("horse", to: "x") }
    #expect(throws: ClassError.self) { try editor.rename("cat", to: "dog") }
    #expect(try editor.bytes() == file)
    for label in ["cat", "dog"] { try editor.remove(label) }
    #expect(throws: ClassError.self) { try editor.remove("cow") }
    let plain = try StudentRun(SmallStudents.named("residual")).bytes
    #expect(throws: ClassError.self) { try ModelEditor(plain) }
    #expect(throws: RuntimeError.notAModel) { try ModelEditor([1, 2, 3]) }
  }

  /// Every byte of the section, from docs/model-format.md.
  @Test("the class section lies as the document says")
  func bytes() throws {
    let set = try ClassSet(
      classes: [("a", [1, -0.5]), ("b", [0, 2])], negatives: [("c", [3, 3])], logitScale: 100,
      rejection: RejectionRule(method: .negativeLabels, temperature: 0.5, threshold: 0.25))
    func float(_ value: Float) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    var expected: [UInt8] = [2, 0, 0, 0, 1, 0, 0, 0] + [0, 0, 0xC8, 0x42] + [2, 0, 0, 0]
    expected += [0, 0, 0, 0x3F] + [0, 0, 0x80, 0x3E] + Array(repeating: 0, count: 40)
    // -63.5 rounds to the even -64.
    expected += float(Float(1 / Double(127 * 127 + 64 * 64).squareRoot()))
    expected += float(1 / 127) + float(Float(1 / Double(2 * 127 * 127).squareRoot()))
    expected += Array(repeating: 0, count: 52)
    expected += [127, 0xC0, 0, 127, 127, 127]
    #expect(set.section() == expected)
  }
}
