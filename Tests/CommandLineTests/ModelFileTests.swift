// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Model files on the command line")
struct ModelFileTests {
  @Test("inspect prints shapes, labels and origin, as a table and as JSON")
  func inspect() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let table = try swiftlet("inspect", model, "--memory")
      #expect(table.code == 0 && table.output.contains("6x5x3"))
      let object = try swiftlet("inspect", model, "--json").object()
      #expect(object["labels"] as? [String] == ["cat", "dog"])
      #expect(object["byteCount"] as? Int == (try Sample.modelBytes.get()).count)
      let input = try #require(object["input"] as? [String: Any])
      #expect(input["shape"] as? [Int] == [6, 5, 3])
      let nodes = try #require(object["nodes"] as? [[String: Any]])
      #expect(nodes.allSatisfy { $0["operator"] as? String == "convolution" })
      let origin = try #require(object["origin"] as? [String: String])
      #expect(origin["source"] == "two_layers.onnx")
    }
  }

  @Test("verify runs the self-test on every instruction set; 1 where it fails")
  func verify() throws {
    try withTemporaryFolder { folder in
      let good = try swiftlet("verify", try Sample.model(in: folder), "--json")
      #expect(good.code == 0)
      let tests = try #require(try good.object()["selftests"] as? [[String: Any]])
      #expect(tests.count >= 2 && tests.allSatisfy { $0["passes"] as? Bool == true })
      let other = try Sample.model(in: folder, "other.swiftlet") { file in
        guard let selftest = Sample.offset(of: .selftest, in: file) else { return }
        file[selftest + 16] ^= 1
        Sample.fixChecksum(&file)
      }
      let bad = try swiftlet("verify", other)
      #expect(bad.code == 1 && bad.output.contains("DIFFERENT BYTES"))
      #expect(bad.errors.contains("\(other): the self-test failed"))
    }
  }

  @Test("benchmark prints times, as a table and as JSON")
  func benchmark() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let table = try swiftlet("benchmark", model, "--iterations", "3", "--layers")
      #expect(table.code == 0 && table.output.contains("median"))
      let object = try swiftlet("benchmark", model, "--iterations", "3", "--json").object()
      let times = try #require(object["milliseconds"] as? [String: Double])
      #expect(Set(times.keys) == ["min", "median", "p99"])
      #expect((object["layers"] as? [Any])?.isEmpty == false)
      // Of the scalar reference no peak is known.
      let scalar = try swiftlet(
        "benchmark", model, "--iterations", "1", "--json", "--no-fusion", "--isa", "scalar"
      ).object()
      #expect(scalar["shareOfPeak"] is NSNull)
    }
  }

  @Test("evaluate counts right answers and agreement on a folder of labelled pictures")
  func evaluate() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let pictures = folder + "/pictures"
      for (label, name) in [("cat", "colour.png"), ("dog", "grey.jpg"), ("dog", "alpha.png")] {
        let place = pictures + "/" + label
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: Sample.pictures + "/" + name, toPath: place + "/" + name)
      }
      try Sample.write(Data("broken".utf8), pictures + "/dog", "broken.png")
      let result = try swiftlet(
        "evaluate", model, pictures, "--float", Sample.student, "--json")
      #expect(result.code == 0)
      #expect(result.errors.contains("skipped \(pictures)/dog/broken.png: is not a JPEG or PNG"))
      let object = try result.object()
      #expect(object["pictures"] as? Int == 3 && object["labelled"] as? Int == 3)
      #expect(object["skipped"] as? Int == 1 && object["compared"] as? Int == 3)
      #expect(object["top5"] as? Double == 1)
      let table = try swiftlet("evaluate", model, pictures)
      #expect(table.code == 0 && table.output.contains("pictures    3, 1 skipped"))
      let other = try swiftlet("evaluate", model, pictures, "--float", Sample.onnx("residual"))
      #expect(other.code == 2 && other.errors.contains("residual.onnx: its input or output"))
    }
  }

  @Test(
    "a file that is no good model is named with the next step, and the code is 2",
    arguments: ["classify --model", "inspect", "verify", "benchmark", "evaluate"])
  func badFiles(_ command: String) throws {
    try withTemporaryFolder { folder in
      let cut = try Sample.model(in: folder, "cut.swiftlet") { $0.removeLast(1000) }
      let newer = try Sample.model(in: folder, "newer.swiftlet") { $0[8] = 2 }
      let damaged = try Sample.model(in: folder, "damaged.swiftlet") { $0[1000] ^= 4 }
      let malformed = try Sample.model(in: folder, "malformed.swiftlet") { file in
        file[40] = 1
        Sample.fixChecksum(&file)
      }
      let empty = try Sample.write(Data(), folder, "empty.swiftlet")
      for (path, text) in [
        (folder + "/none", "the model file cannot be read (No such file or directory); check the"),
        (folder, "the model file cannot be read (Is a directory)"),
        (Sample.picture, "this is not a .swiftlet model file; make one with 'swiftlet quantize'"),
        (empty, "this is not a .swiftlet model file"), (cut, "copy it again"),
        (newer, "needs a newer runtime (version or section 2); update Swiftlet"),
        (damaged, "is damaged (checksum mismatch); copy it again"),
        (malformed, "is malformed at byte 40: a reserved or unused field is not zero; quantize"),
      ] {
        let arguments = command.split(separator: " ").map(String.init) + [path]
        let needsPath = command.hasPrefix("classify") || command == "evaluate"
        let result = try CommandLineTool.run(arguments + (needsPath ? [Sample.pictures] : []))
        #expect(result.code == 2 && !result.isSignal, "\(command) \(path)")
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("swiftlet: \(path): "), "\(result.errors)")
        #expect(result.errors.contains(text), "\(result.errors)")
      }
    }
  }
}
