// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet quantize with a file that says its labels and preprocessing")
struct StudentDefaultsTests {
  private static let golden = URL(fileURLWithPath: Sample.pictures).deletingLastPathComponent().path
  private static let student = golden + "/classes/metadata.onnx"
  private static let bank = golden + "/embeddings/bank.safetensors"

  private func quantize(
    _ student: String = student, _ more: [String] = [], in folder: String
  ) throws -> Outcome {
    try CommandLineTool.run(
      ["quantize", student, "--calibration", Sample.pictures, "--output", folder + "/a.swiftlet"]
        + more)
  }

  private func inspect(_ folder: String) throws -> [String: Any] {
    try swiftlet("inspect", folder + "/a.swiftlet", "--json").object()
  }

  private func preprocessing(_ folder: String) throws -> [String: Any] {
    try #require(try inspect(folder)["preprocessing"] as? [String: Any])
  }

  @Test("needs no option, and says what it took")
  func noOptions() throws {
    try withTemporaryFolder { folder in
      let outcome = try quantize(in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let note =
        "taken from \(Self.student): mean 127.0 128.5 0.0; deviation 128.0 1.0 57.375; colour order "
        + "bgr; shorter side 8, centre crop; 5 labels; 5 class embeddings; logit scale 30.0"
      #expect(outcome.errors.contains(note), "\(outcome.errors)")
      let object = try inspect(folder)
      #expect(object["labels"] as? [String] == ["Grün", "b", "c", "d", "雪"])
      let classes = try #require(object["classes"] as? [String: Any])
      #expect(classes["count"] as? Int == 5 && classes["logitScale"] as? Double == 30)
      let record = try preprocessing(folder)
      #expect(record["colourOrder"] as? String == "bgr" && record["resizeSize"] as? Int == 8)
      #expect(record["mean"] as? [Double] == [127, 128.5, 0])
      #expect(try swiftlet("verify", folder + "/a.swiftlet").code == 0)
      let evaluation = try swiftlet(
        "evaluate", folder + "/a.swiftlet", Sample.pictures, "--float", Self.student, "--json")
      #expect(evaluation.code == 0, "\(evaluation.errors)")
      #expect(try evaluation.object()["agreement"] != nil)
    }
  }

  @Test("lets options win, one by one")
  func options() throws {
    try withTemporaryFolder { folder in
      let labels = try Sample.write(Data("v\nw\nx\ny\nz\n".utf8), folder, "labels.txt")
      var outcome = try quantize(
        Self.student, ["--labels", labels, "--logit-scale", "50", "--mean", "1,2,3"], in: folder)
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(
        outcome.errors.contains(
          "\(Self.student): deviation 128.0 1.0 57.375; colour order bgr; shorter side 8, centre "
            + "crop; 5 class embeddings\n"), "\(outcome.errors)")
      #expect(try inspect(folder)["labels"] as? [String] == ["v", "w", "x", "y", "z"])
      #expect((try inspect(folder)["classes"] as? [String: Any])?["logitScale"] as? Double == 50)
      #expect(try preprocessing(folder)["mean"] as? [Double] == [1, 2, 3])
      #expect(try preprocessing(folder)["resizeSize"] as? Int == 8)

      outcome = try quantize(
        Self.student,
        [
          "--classes", Self.bank, "--preprocessing", "efficientnet-lite", "--resize", "0",
          "--colour-order", "rgb",
        ], in: folder)
      #expect(outcome.code == 0 && !outcome.errors.contains("taken from"), "\(outcome.errors)")
      #expect((try inspect(folder)["labels"] as? [String])?.first == "cat")
      #expect(try preprocessing(folder)["resizeRule"] as? String == "squash")
      #expect(try preprocessing(folder)["mean"] as? [Double] == [127, 127, 127])
    }
  }

  @Test("asks for what neither the file nor an option says")
  func missing() throws {
    try withTemporaryFolder { folder in
      let short = try Sample.write(Data("v\nw\n".utf8), folder, "short.txt")
      for (student, options, code, text) in [
        (Sample.student, [], 64, "it names no labels; give --labels FILE"),
        (Self.golden + "/classes/matmul.onnx", [], 64, "it names no labels; give --labels FILE"),
        (
          Self.golden + "/embeddings/torch_normalize.onnx", [], 64,
          "it ends in an embedding and holds no classes; give --classes BANK"
        ),
        (Self.student, ["--labels", short], 2, "short.txt: There are 2 labels for 5 outputs"),
        (
          Sample.student, ["--labels", short, "--logit-scale", "3"], 64,
          "--logit-scale goes with class embeddings"
        ),
        (Self.golden + "/classes/softmax.onnx", [], 2, "constant class embeddings"),
      ] as [(String, [String], Int32, String)] {
        let outcome = try quantize(student, options, in: folder)
        #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.errors)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["short.txt"])
    }
  }

  @Test("names metadata that are damaged, and does with options instead")
  func damaged() throws {
    try withTemporaryFolder { folder in
      var file = try Data(contentsOf: URL(fileURLWithPath: Self.student))
      let place = try #require(file.range(of: Data(#""b", "c""#.utf8)))
      file.replaceSubrange(place, with: Data(#""b" ,"c}"#.utf8))
      let student = try Sample.write(file, folder, "damaged.onnx")
      let outcome = try quantize(student, in: folder)
      #expect(outcome.code == 2)
      #expect(
        outcome.errors.contains("\(student): its metadata 'swiftlet.labels'"), "\(outcome.errors)")
      let labels = try Sample.write(Data("v\nw\nx\ny\nz\n".utf8), folder, "labels.txt")
      #expect(try quantize(student, ["--labels", labels], in: folder).code == 0)
    }
  }

  @Test("scores are not compared with an embedding of their width")
  func endings() throws {
    try withTemporaryFolder { folder in
      let labels = try Sample.write(
        Data((0..<8).map { "\($0)\n" }.joined().utf8), folder, "labels.txt")
      let plain = Self.golden + "/embeddings/torch_plain.onnx"
      #expect(try quantize(plain, ["--labels", labels], in: folder).code == 0)
      for (student, code) in [("torch_plain", 0), ("torch_normalize", 2)] as [(String, Int32)] {
        let outcome = try swiftlet(
          "evaluate", folder + "/a.swiftlet", Sample.pictures, "--float",
          Self.golden + "/embeddings/\(student).onnx")
        #expect(outcome.code == code, "\(outcome.errors)")
      }
    }
  }
}
