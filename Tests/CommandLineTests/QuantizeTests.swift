// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("swiftlet quantize")
struct QuantizeTests {
  @Test("gives the same bytes whatever the number of threads")
  func determinism() throws {
    try withTemporaryFolder { folder in
      let expected = try Sample.modelBytes.get()
      for threads in ["1", "2", "3", "5"] {
        let path = folder + "/\(threads).swiftlet"
        let outcome = try Sample.quantize(in: folder, output: path, ["--threads", threads])
        #expect(outcome.code == 0 && outcome.errors.contains("wrote \(path): "))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == expected, "\(threads) threads")
      }
    }
  }

  @Test("writes its report as JSON")
  func report() throws {
    try withTemporaryFolder { folder in
      let report = folder + "/report.json"
      let outcome = try Sample.quantize(
        in: folder, output: folder + "/a.swiftlet", ["--json", "--report", report])
      #expect(outcome.code == 0)
      let file = try Data(contentsOf: URL(fileURLWithPath: report))
      for data in [file, Data(outcome.output.utf8)] {
        let object = try #require(
          try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect((object["layers"] as? [Any])?.count == 2)
      }
    }
  }

  @Test("skips, names and counts a broken picture among good ones")
  func brokenPicture() throws {
    try withTemporaryFolder { folder in
      let pictures = folder + "/pictures"
      try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
      for index in 0..<3 {
        try Sample.write(GreyPNG.make(width: 20 + index, height: 9), pictures, "\(index).png")
      }
      try Sample.write(GreyPNG.make(width: 90, height: 90).prefix(999), pictures, "cut.png")
      let outcome = try Sample.quantize(
        in: folder, calibration: pictures, output: folder + "/a.swiftlet")
      #expect(outcome.code == 0)
      #expect(outcome.errors.contains("swiftlet: skipped \(pictures)/cut.png: the picture is cut"))
      #expect(outcome.errors.contains("calibrated on 3 pictures, 1 skipped"))
    }
  }

  /// Runs into an error with code 2, and leaves nothing behind.
  private func refuses(
    _ text: String, student: String = Sample.student, calibration: String = Sample.pictures,
    labels: [String] = ["cat", "dog"], _ more: [String] = []
  ) throws {
    try withTemporaryFolder { folder in
      let output = folder + "/a.swiftlet"
      let outcome = try Sample.quantize(
        in: folder, student: student, calibration: calibration, labels: labels, output: output, more
      )
      #expect(outcome.code == 2 && !outcome.isSignal, "\(outcome.errors)")
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == ["labels.txt"])
    }
  }

  @Test("names a student that it cannot take, and what to do")
  func badStudents() throws {
    for (student, text) in [
      ("/no/student.onnx", "/no/student.onnx: cannot be read"),
      (Sample.picture, "\(Sample.picture): this is not an ONNX file, or it is cut short; export"),
      (Sample.onnx("unknown_operator"), "HardSwish 'HardSwish_y': this operator is not supported"),
      (Sample.onnx("unknown_operators"), "Unsupported in this file: HardSwish (1), Softmax (2)"),
      (Sample.onnx("nan_weights"), "its weights 'w' hold NaN or infinity; train the student again"),
      (Sample.onnx("residual"), "\(Sample.onnx("residual")): the output 'y' cannot be quantized"),
    ] { try refuses(text, student: student) }
  }

  @Test("names labels, folders and options that do not fit the student")
  func badInputs() throws {
    try refuses("labels.txt: There are 3 labels for 2 outputs", labels: ["a", "b", "c"])
    try refuses("labels.txt: line 2 is empty", labels: ["a", "", "b"])
    try refuses("The calibration folder /no/folder cannot be read", calibration: "/no/folder")
    try refuses("cannot be read. Name a folder", calibration: Sample.picture)
    try withTemporaryFolder { folder in
      try refuses("There is no picture in \(folder). Put JPEG", calibration: folder)
      try Sample.write(Data("broken".utf8), folder, "a.png")
      try refuses("None of the 1 pictures in \(folder) can be decoded", calibration: folder)
    }
    try refuses("two_layers.onnx: The network reads 3 channels", ["--colour-order", "grey"])
    try refuses("Give --resize at least 6, or 0 to squash", ["--resize", "5"])
    try refuses("not a finite number in its input", ["--deviation", "1e-40"])
    try refuses("not a finite number", ["--mean", "3e38"])
  }

  @Test("an input as large as the resize is within it")
  func smallestResize() throws {
    try withTemporaryFolder { folder in
      let outcome = try Sample.quantize(
        in: folder, output: folder + "/a.swiftlet", ["--resize", "6"])
      #expect(outcome.code == 0)
    }
  }
}
