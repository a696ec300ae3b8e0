// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet classify")
struct ClassifyTests {
  @Test("names the labels of several pictures, the most probable first")
  func pictures() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let other = Sample.pictures + "/grey.jpg"
      let result = try swiftlet("classify", "--model", model, Sample.picture, other)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 6)
      #expect(lines[0].hasPrefix(Sample.picture) && lines[3].hasPrefix(other))
      #expect(Set([lines[1], lines[2]].map { $0.suffix(3) }) == ["cat", "dog"])
    }
  }

  @Test("prints one JSON object a picture; a folder stands for all in it")
  func json() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let result = try swiftlet("classify", "--model", model, "--json", Sample.pictures)
      #expect(result.code == 0)
      let objects = try result.objects()
      #expect(objects.count > 20)
      for object in objects {
        let predictions = try #require(object["predictions"] as? [[String: Any]])
        let shares = predictions.compactMap { $0["probability"] as? Double }
        #expect(shares.count == 2 && shares[0] >= shares[1])
        #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
        #expect(predictions.allSatisfy { ["cat", "dog"].contains($0["label"] as? String) })
        let times = try #require(object["milliseconds"] as? [String: Double])
        #expect(Set(times.keys) == ["preprocess", "network"])
        #expect((object["path"] as? String)?.hasPrefix(Sample.pictures) == true)
      }
    }
  }

  @Test("reads a picture on standard input, and gives what the file gives")
  func standardInput() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let data = try Data(contentsOf: URL(fileURLWithPath: Sample.picture))
      func predictions(_ path: String, _ input: Data?) throws -> NSArray {
        let result = try swiftlet("classify", "--model", model, "--json", path, input: input)
        #expect(result.code == 0, "\(result.errors)")
        return try #require(try result.object()["predictions"] as? NSArray)
      }
      #expect(try predictions("-", data) == predictions(Sample.picture, nil))
      let empty = try swiftlet("classify", "--model", model, "-")
      #expect(empty.code == 1 && empty.errors.contains("standard input: the file is empty"))
    }
  }

  @Test("gives the same on every instruction set and number of threads")
  func instructionSets() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let table = try swiftlet("classify", "--model", model, "--isa", "scalar", Sample.picture)
      let threads = try swiftlet("classify", "--model", model, "--threads", "3", Sample.picture)
      #expect(table.code == 0 && threads.code == 0)
      func shares(_ outcome: Outcome) -> [Substring] {
        Array(outcome.output.split(separator: "\n").dropFirst())
      }
      #expect(shares(table) == shares(threads))
    }
  }

  @Test("a picture of one pixel and one of 20,000 in a row are pictures")
  func extremeSizes() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let small = try Sample.write(GreyPNG.make(width: 1, height: 1), folder, "small.png")
      let wide = try Sample.write(GreyPNG.make(width: 20_000, height: 3), folder, "wide.png")
      let tall = try Sample.write(GreyPNG.make(width: 2, height: 20_000), folder, "tall.png")
      let result = try swiftlet("classify", "--model", model, "--json", small, wide, tall)
      #expect(result.code == 0, "\(result.errors)")
      #expect(try result.objects().count == 3)
    }
  }

  @Test("names what cannot be read, goes on, and exits with 1")
  func brokenPictures() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let empty = try Sample.write(Data(), folder, "empty.jpg")
      let text = try Sample.write(Data("no picture".utf8), folder, "text.png")
      let whole = GreyPNG.make(width: 300, height: 300)
      let cut = try Sample.write(whole.prefix(20_000), folder, "cut.png")
      let nothing = folder + "/nothing"
      try FileManager.default.createDirectory(atPath: nothing, withIntermediateDirectories: true)
      let result = try swiftlet(
        "classify", "--model", model, "--json", folder + "/none.png", empty, text, cut, nothing,
        Sample.picture)
      #expect(result.code == 1)
      #expect(try result.object()["path"] as? String == Sample.picture)
      for message in [
        "swiftlet: \(folder)/none.png: cannot be read: No such file or directory; check the path",
        "swiftlet: \(empty): the file is empty; copy the picture again",
        "swiftlet: \(text): is not a JPEG or PNG picture; convert it",
        "swiftlet: \(cut): the picture is cut short; copy it again",
        "swiftlet: \(nothing): the folder holds no .jpg, .jpeg or .png file; name another one",
      ] { #expect(result.errors.contains(message), "\(message)\n\(result.errors)") }
    }
  }

  @Test("takes the model of SWIFTLET_MODEL; names a way out when there is none")
  func modelVariable() throws {
    try withTemporaryFolder { folder in
      let model = try Sample.model(in: folder)
      let found = try CommandLineTool.run(
        ["classify", Sample.picture], environment: ["SWIFTLET_MODEL": model])
      #expect(found.code == 0)
      let lost = try CommandLineTool.run(
        ["classify", Sample.picture], environment: ["SWIFTLET_MODEL": folder + "/none"])
      #expect(lost.code == 2)
      #expect(lost.errors.contains("\(folder)/none: the model file cannot be read (No such file"))
    }
  }
}
