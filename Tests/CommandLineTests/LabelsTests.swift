// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet labels")
struct LabelsTests {
  private static let golden = URL(fileURLWithPath: Sample.pictures).deletingLastPathComponent()
    .appendingPathComponent("embeddings").path
  private static let bank = golden + "/bank.safetensors"
  private static let student = golden + "/torch_normalize.onnx"

  private static func quantize(
    _ labels: [String], _ more: [String], in folder: String, _ name: String = "model.swiftlet"
  ) throws -> Outcome {
    let file = try Sample.write(Data(labels.map { $0 + "\n" }.joined().utf8), folder, "labels.txt")
    return try CommandLineTool.run(
      [
        "quantize", student, "--calibration", Sample.pictures, "--labels", file, "--output",
        "\(folder)/\(name)",
      ] + more)
  }

  /// A model with the classes cat and dog and no threshold.
  static let model: Result<Data, any Error> = Result {
    try withTemporaryFolder { folder in
      let outcome = try quantize(["cat", "dog"], ["--classes", bank], in: folder)
      try #require(outcome.code == 0, "\(outcome.errors)")
      return try Data(contentsOf: URL(fileURLWithPath: folder + "/model.swiftlet"))
    }
  }

  private func withModel(_ body: (String, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try body(folder, Sample.write(Self.model.get(), folder, "model.swiftlet"))
    }
  }

  private func contents(_ path: String) -> Data? { FileManager.default.contents(atPath: path) }

  private func labels(_ path: String) throws -> [String] {
    let object = try swiftlet("labels", path, "list", "--json").object()
    return try #require(object["labels"] as? [String])
  }

  @Test("classes are listed, added, renamed and removed, and the first file comes back")
  func edit() throws {
    try withModel { folder, path in
      let first = contents(path)
      #expect(try swiftlet("labels", path, "list").output == "cat\ndog\n")
      #expect(try swiftlet("labels", path).output == "cat\ndog\n")
      let added = try swiftlet("labels", path, "add", "big_bird", "cow", "--from", Self.bank)
      #expect(added.code == 0 && added.output == "\(path): 4 classes\n", "\(added.errors)")
      #expect(try labels(path) == ["cat", "dog", "big_bird", "cow"])
      #expect(try swiftlet("verify", path).code == 0)
      let renamed = try swiftlet("labels", path, "rename", "cow", "Kuh")
      #expect(renamed.code == 0)
      #expect(try labels(path) == ["cat", "dog", "big_bird", "Kuh"])
      #expect(try swiftlet("classify", "--model", path, Sample.picture).code == 0)
      #expect(try swiftlet("labels", path, "remove", "Kuh", "big_bird").code == 0)
      #expect(contents(path) == first)
      let other = folder + "/other.swiftlet"
      let negative = try swiftlet(
        "labels", path, "add", "kitten", "--as", "not this", "--negative", "--from", Self.bank,
        "--output", other)
      #expect(negative.output == "\(other): 2 classes, 1 negative label\n")
      #expect(contents(path) == first)
      #expect(try swiftlet("labels", other, "list").output == "cat\ndog\nnot this  (negative)\n")
      let inspected = try swiftlet("inspect", other, "--json").object()
      let classes = try #require(inspected["classes"] as? [String: Any])
      #expect(classes["count"] as? Int == 2 && classes["negativeCount"] as? Int == 1)
    }
  }

  @Test("a threshold is set, calibrated and cleared, and pictures below it are unknown")
  func threshold() throws {
    try withModel { _, path in
      let first = contents(path)
      let none = try swiftlet("labels", path, "threshold")
      #expect(none.output == "no threshold: no picture is unknown\n")
      let before = try swiftlet("classify", "--model", path, "--json", Sample.picture).object()
      #expect(before["unknown"] == nil)
      #expect(try swiftlet("labels", path, "threshold", "1").code == 0)
      let after = try swiftlet("classify", "--model", path, "--json", Sample.picture).object()
      #expect(after["unknown"] as? Bool == true && after["rejectionScore"] is Double)
      #expect(
        try swiftlet("classify", "--model", path, Sample.picture).output.contains("\nunknown\n"))
      let calibrated = try swiftlet(
        "labels", path, "threshold", "--calibrate", Sample.pictures, "--keep", "1")
      #expect(
        calibrated.errors.contains("pictures in \(Sample.pictures) reach the threshold; more"))
      #expect(calibrated.code == 0 && calibrated.output.hasPrefix("mcm, temperature 1.0, thresh"))
      let lines = try CommandLineTool.run(
        ["classify", "--model", path, "--json", Sample.pictures]
      ).objects()
      #expect(!lines.isEmpty && lines.allSatisfy { $0["unknown"] as? Bool == false })
      #expect(try swiftlet("labels", path, "threshold", "--clear").code == 0)
      #expect(contents(path) == first)
    }
  }

  private func offsets(_ path: String) throws -> [Double] {
    try #require(
      try swiftlet("labels", path, "list", "--json").object()["offsets"] as? [Double])
  }

  @Test("offsets are set, shown, calibrated and cleared")
  func offset() throws {
    try withModel { _, path in
      let first = contents(path)
      #expect(
        try swiftlet("labels", path, "offset").output
          == "no offsets: cosines are compared as they are\n")
      #expect(try swiftlet("labels", path, "offset", "dog", "--by", "1.5").output == "dog  1.5\n")
      #expect(try offsets(path) == [0, 1.5])
      #expect(
        try swiftlet("classify", "--model", path, Sample.picture).output.contains("dog"))
      #expect(try swiftlet("inspect", path).output.contains("offsets      1 classes have one"))
      #expect(try swiftlet("verify", path).code == 0)
      #expect(try swiftlet("labels", path, "offset", "dog", "--clear").code == 0)
      #expect(contents(path) == first)
      // With every picture kept, a class that is added changes no decision.
      let before = try decisions(path)
      let added = try swiftlet(
        "labels", path, "add", "cow", "--from", Self.bank, "--calibrate", Sample.pictures, "--keep",
        "1")
      #expect(added.code == 0, "\(added.errors)")
      #expect(
        added.errors.contains(
          "\(before.count) of \(before.count) pictures in \(Sample.pictures) keep their class beside"
        ))
      #expect(try decisions(path) == before)
      // With a hundredth kept, nearly all become the class.
      #expect(
        try swiftlet(
          "labels", path, "offset", "cow", "--calibrate", Sample.pictures, "--keep", "0.01"
        ).code == 0)
      #expect(try decisions(path).count { $0 == "cow" } == before.count - 1)
      for wrong in [["cow", "--by", "2.5"], ["okapi", "--by", "1"]] {
        #expect(try CommandLineTool.run(["labels", path, "offset"] + wrong).code == 2)
      }
      let all = try swiftlet(
        "labels", path, "offset", "cat", "dog", "cow", "--calibrate", Sample.pictures)
      #expect(all.code == 2 && all.errors.contains("there is no class beside cat, dog, cow"))
      for usage in [
        ["cow"], ["--clear"], ["cow", "--by", "1", "--clear"], ["cow", "--keep", "0.9"],
      ] {
        #expect(try CommandLineTool.run(["labels", path, "offset"] + usage).code == 64)
      }
    }
  }

  /// The label of each picture, the undecidable ones left out.
  private func decisions(_ path: String) throws -> [String] {
    try CommandLineTool.run(["classify", "--model", path, "--json", Sample.pictures]).objects()
      .compactMap { ($0["predictions"] as? [[String: Any]])?.first?["label"] as? String }
  }

  private func rejection(_ path: String) throws -> [String: Any]? {
    try swiftlet("labels", path, "list", "--json").object()["rejection"] as? [String: Any]
  }

  @Test("a threshold goes with the classes that it was chosen for, unless it is to be kept")
  func droppedThreshold() throws {
    try withModel { _, path in
      #expect(
        try swiftlet("labels", path, "threshold", "0.25", "--temperature", "0.5").code == 0)
      #expect(try swiftlet("labels", path, "rename", "dog", "hound").errors == "")
      #expect(try rejection(path)?["threshold"] as? Double == 0.25)
      let kept = try swiftlet(
        "labels", path, "add", "cow", "--from", Self.bank, "--keep-threshold")
      #expect(kept.code == 0 && kept.errors == "")
      #expect(try swiftlet("labels", path, "remove", "cow", "--keep-threshold").code == 0)
      #expect(try rejection(path)?["threshold"] as? Double == 0.25)
      let full = contents(path)
      for edit in [["add", "cow", "--from", Self.bank], ["remove", "cat"]] {
        let outcome = try CommandLineTool.run(["labels", path] + edit + ["--json"])
        #expect(outcome.code == 0)
        #expect(outcome.errors.contains("the threshold 0.25 was chosen for other scores and is"))
        #expect(
          outcome.errors.contains("'swiftlet labels \(path) threshold --calibrate PICTURES --temp"))
        let object = try outcome.object()
        let dropped = try #require(object["droppedRejection"] as? [String: Any])
        #expect(dropped["threshold"] as? Double == 0.25 && object["rejection"] is NSNull)
        #expect(try rejection(path) == nil)
        let line = try swiftlet("classify", "--model", path, "--json", Sample.picture).object()
        #expect(line["unknown"] == nil)
        try full?.write(to: URL(fileURLWithPath: path))
      }
    }
  }

  @Test("many edits of one file at once are all in it")
  func atOnce() throws {
    try withModel { folder, path in
      // Through a link, which stays one.
      let link = folder + "/link.swiftlet"
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: "model.swiftlet")
      chmod(path, 0o640)
      let command = """
        for i in 1 2 3 4 5 6 7 8; do
          "$0" labels "$1" add cow --as "a$i" --from "$3" >/dev/null & A="$A $!"
          "$0" labels "$2" add cow --as "b$i" --from "$3" >/dev/null & A="$A $!"
        done
        for p in $A; do wait $p || exit 1; done
        """
      let outcome = try CommandLineTool.run(
        ["-c", command, CommandLineTool.path, path, link, Self.bank], executable: "/bin/sh")
      #expect(outcome.code == 0, "\(outcome.errors)")
      let expected = ["a", "b"].flatMap { name in (1...8).map { "\(name)\($0)" } }
      #expect(try Set(labels(path)) == Set(["cat", "dog"] + expected))
      #expect(try labels(path).count == 18)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "model.swiftlet")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
      #expect(mode as? Int == 0o640)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(left == ["link.swiftlet", "model.swiftlet"])
    }
  }

  @Test("an edit waits for another one and says so")
  func waiting() throws {
    try withModel { folder, path in
      let command = """
        flock "$1" sleep 0.4 & sleep 0.1; exec "$0" labels "$1" add cow --from "$2"
        """
      let outcome = try CommandLineTool.run(
        ["-c", command, CommandLineTool.path, path, Self.bank], executable: "/bin/sh")
      #expect(outcome.code == 0 && outcome.errors.contains("another program edits it; waiting"))
      #expect(try labels(path) == ["cat", "dog", "cow"])
    }
  }

  @Test("Ctrl-C at any time leaves the old file or the whole new one")
  func interruptions() throws {
    try withModel { folder, path in
      let old = try #require(contents(path))
      #expect(try swiftlet("labels", path, "add", "cow", "--from", Self.bank).code == 0)
      let new = try #require(contents(path))
      for step in 0..<24 {
        try old.write(to: URL(fileURLWithPath: path))
        let outcome = try CommandLineTool.run(
          ["labels", path, "add", "cow", "--from", Self.bank],
          interruptAfter: Double(step) * 0.002)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.swiftlet"])
        let content = contents(path)
        #expect(content == new || (content == old && outcome.isSignal))
      }
    }
  }

  @Test("evaluate says how well unknown pictures are told, and added classes named")
  func evaluate() throws {
    try withModel { folder, path in
      for (name, file) in [("known/cat", Sample.picture), ("unknown", Sample.picture)] {
        let place = "\(folder)/\(name)"
        try FileManager.default.createDirectory(
          atPath: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: file, toPath: place + "/a.png")
      }
      let outcome = try swiftlet(
        "evaluate", path, folder + "/known", "--unknown", folder + "/unknown", "--added", "cat",
        "--float", Self.student, "--json")
      let object = try outcome.object()
      let rejection = try #require(object["rejection"] as? [String: Any])
      #expect(rejection["auroc"] as? Double == 0.5 && rejection["fpr95"] as? Double == 1)
      #expect(object["addedTop1"] as? Double == object["top1"] as? Double)
      #expect(object["compared"] as? Int == 1)
      #expect(object["rejected"] is NSNull && object["rejectedUnknown"] is NSNull)
      #expect(rejection["temperatures"] == nil)
      #expect(try swiftlet("labels", path, "threshold", "1").code == 0)
      let more = [
        "evaluate", path, folder + "/known", "--unknown", folder + "/unknown", "--temperatures",
        "1,0.01",
      ]
      let compared = try CommandLineTool.run(more + ["--json"]).object()
      #expect(compared["rejected"] as? Int == 1 && compared["rejectedUnknown"] as? Int == 1)
      let trials = (compared["rejection"] as? [String: Any])?["temperatures"] as? [[String: Any]]
      #expect(trials?.compactMap { $0["temperature"] as? Double } == [1, 0.01])
      #expect(trials?.compactMap { $0["auroc"] as? Double } == [0.5, 0.5])
      let table = try CommandLineTool.run(more).output
      #expect(table.contains("100.00 % (1 of 1) of those of --unknown\n"))
      #expect(table.contains("temperature 0.01: AUROC 50.00 %, FPR95 100.00 %\n"))
      let alone = try swiftlet("evaluate", path, folder + "/known", "--temperatures", "1")
      #expect(alone.code == 64 && alone.errors.contains("goes with --unknown"))
      let bad = try swiftlet("evaluate", path, folder + "/known", "--added", "cow")
      #expect(bad.code == 2 && bad.errors.contains("'cow' is no label of the model"))
      let plain = try Sample.model(in: folder, "plain.swiftlet")
      let fixed = try swiftlet("evaluate", plain, folder, "--unknown", folder)
      #expect(fixed.code == 2 && fixed.errors.contains("it has no class embeddings"))
    }
  }

  @Test("what cannot be is named, and the file stays")
  func refusals() throws {
    try withModel { folder, path in
      let first = contents(path)
      let plain = try Sample.model(in: folder, "plain.swiftlet")
      #expect(try swiftlet("labels", plain, "list").output == "cat\ndog\n")
      let narrow = Self.golden + "/plain.safetensors"
      for (arguments, code, text) in [
        ([path, "add", "zebra", "--from", Self.bank], 2, "there is no class 'zebra'"),
        ([path, "add", "dog", "--from", Self.bank], 2, "the model has the label 'dog' already"),
        ([path, "add", "cow", "--from", folder + "/no"], 2, "/no: cannot be read"),
        ([path, "add", "cow", "--from", path], 2, "this is no safetensors file"),
        ([path, "add", "cow", "--from", narrow], 2, "has no 'classes'"),
        ([path, "add", "cow", "--from", Self.bank, "--as", "a\u{8}"], 2, "a control character"),
        ([path, "remove", "cow"], 2, "the model has no label 'cow'; it has cat, dog"),
        ([path, "remove", "cat", "dog"], 2, "'dog' is the last class"),
        ([path, "rename", "cat", "dog"], 2, "has the label 'dog' already"),
        ([path, "threshold", "2"], 2, "is not a number within 0...1"),
        ([path, "threshold", "0.5", "--method", "neglabel"], 2, "no negative labels"),
        ([path, "threshold", "--calibrate", folder + "/no"], 2, "/no"),
        ([plain, "add", "cow", "--from", Self.bank], 2, "no class embeddings"),
        ([folder + "/no", "list"], 2, "No such file or directory"),
        ([path, "remove", "cat", "-o", folder + "/no/a"], 1, "cannot be written"),
        ([path, "add", "cow"], 64, "add needs --from BANK"),
        ([path, "list", "--from", "a"], 64, "--from goes with add"),
        ([path, "remove", "cat", "--temperature", "1"], 64, "go with threshold"),
        ([path, "rename", "cat"], 64, "rename does not take 1"),
        ([path, "threshold", "1", "--clear"], 64, "give a threshold, or"),
        ([path, "threshold", "--temperature", "0", "1"], 64, "--temperature 0.0 is not within"),
        ([path, "burn"], 64, "burn"),
        ([path, "rename", "a", "b", "--keep-threshold"], 64, "goes with add, remove and offset"),
      ] as [([String], Int32, String)] {
        let outcome = try CommandLineTool.run(["labels"] + arguments)
        #expect(outcome.code == code, "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
      }
      #expect(contents(path) == first)
    }
  }

  @Test("a disk that is full leaves the old model")
  func fullDisk() throws {
    try withModel { folder, path in
      let first = contents(path)
      let command = """
        trap '' XFSZ; ulimit -f 1
        exec "$0" labels "$1" add cow --from "$2" >/dev/null
        """
      let outcome = try CommandLineTool.run(
        ["-c", command, CommandLineTool.path, path, Self.bank], executable: "/bin/sh")
      #expect(outcome.code == 1 && outcome.errors.contains("cannot be written (File too large)"))
      #expect(contents(path) == first)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["model.swiftlet"])
    }
  }

  @Test("quantize takes classes from a bank or a plain file, and says what does not fit")
  func quantize() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a.swiftlet"
      let names = ["a", "b", "c", "d", "e"]
      let plain = ["--class-embeddings", Self.golden + "/plain.safetensors"]
      #expect(try Self.quantize(names, plain, in: folder, "a.swiftlet").code == 0)
      #expect(try labels(path) == names)
      let negative = try Sample.write(Data("cow\n".utf8), folder, "negative.txt")
      let outcome = try Self.quantize(
        ["cat"], ["--classes", Self.bank, "--negative-labels", negative], in: folder, "b.swiftlet")
      #expect(outcome.code == 0, "\(outcome.errors)")
      let object = try swiftlet("labels", folder + "/b.swiftlet", "list", "--json").object()
      #expect(object["negativeLabels"] as? [String] == ["cow"])
      #expect(object["logitScale"] as? Double == 100 && object["editable"] as? Bool == true)
      let classes = ["--classes", Self.bank]
      for (labels, more, code, text) in [
        (["zebra"], classes, 2, "there is no class 'zebra'"),
        (["cat", "cat"], classes, 2, "the label 'cat' occurs twice"),
        (["a"], plain, 2, "there are 1 names for 5 embeddings"),
        (["cat"], classes + plain, 64, "either --classes or --class-embeddings"),
        (["cat"], ["--negative-labels", negative], 64, "goes with --classes"),
        (["cat"], ["--logit-scale", "10"], 64, "holds no classes; give --classes"),
        (["cat"], classes + ["--logit-scale", "0"], 2, "the logit scale 0.0 is not within"),
      ] as [([String], [String], Int32, String)] {
        let outcome = try Self.quantize(labels, more, in: folder, "c.swiftlet")
        #expect(outcome.code == code, "\(more): \(outcome.errors)")
        #expect(outcome.errors.contains(text), "\(more): \(outcome.errors)")
      }
      let wide = try CommandLineTool.run([
        "quantize", Sample.student, "--calibration", Sample.pictures, "--classes", Self.bank,
        "--output", folder + "/c.swiftlet",
      ])
      #expect(wide.code == 2 && wide.errors.contains("has 2 elements, the class embeddings have 8"))
    }
  }
}
