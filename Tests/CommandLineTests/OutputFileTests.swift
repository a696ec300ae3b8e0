// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite("Files that swiftlet writes")
struct OutputFileTests {
  private static let old = Data("the old file".utf8)

  /// What lies in `folder`, with the old model and the labels.
  private func expectOnlyOld(in folder: String, _ name: String = "a.swiftlet") throws {
    let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(left == [name, "labels.txt"])
    #expect(FileManager.default.contents(atPath: folder + "/" + name) == Self.old)
  }

  @Test("a path that cannot be written is named before the work begins")
  func unwritable() throws {
    try withTemporaryFolder { folder in
      for (path, reason) in [
        (folder + "/no/a.swiftlet", "No such file or directory"), (folder, "Is a directory"),
        ("/proc/a.swiftlet", ""),
      ] {
        let outcome = try Sample.quantize(in: folder, calibration: "/no/folder", output: path)
        #expect(outcome.code == 1)
        #expect(
          outcome.errors.contains("swiftlet: \(path) cannot be written (\(reason)"),
          "\(outcome.errors)")
      }
      let output = try Sample.write(Self.old, folder, "a.swiftlet")
      let outcome = try Sample.quantize(
        in: folder, output: output, ["--report", folder + "/no/report.json"])
      #expect(outcome.code == 1 && outcome.errors.contains("/no/report.json cannot be written"))
      try expectOnlyOld(in: folder)
    }
  }

  @Test("a disk that is full in the middle of the file leaves the old one")
  func fullDisk() throws {
    try withTemporaryFolder { folder in
      let output = try Sample.write(Self.old, folder, "a.swiftlet")
      try Sample.write(Data("cat\ndog\n".utf8), folder, "labels.txt")
      // A limit on the size of files stands for the full disk; both make write fail.
      let command = """
        trap '' XFSZ; ulimit -f 1
        exec "$0" quantize "$1" --calibration "$2" --labels "$3/labels.txt" -o "$4" >/dev/null
        """
      let outcome = try CommandLineTool.run(
        ["-c", command, CommandLineTool.path, Sample.student, Sample.pictures, folder, output],
        executable: "/bin/sh")
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("\(output) cannot be written (File too large). Whatever was"))
      try expectOnlyOld(in: folder)
    }
  }

  @Test("standard output that cannot be written is an error")
  func fullOutput() throws {
    try withTemporaryFolder { folder in
      let outcome = try CommandLineTool.run(
        [
          "-c", "exec \"$0\" inspect \"$1\" >/dev/full", CommandLineTool.path,
          try Sample.model(in: folder),
        ], executable: "/bin/sh")
      #expect(outcome.code == 1)
      #expect(outcome.errors.contains("standard output cannot be written (No space left on device"))
    }
  }

  @Test("Ctrl-C in the middle of the work leaves the old file and nothing else")
  func interruption() throws {
    try withTemporaryFolder { pictures in
      let large = try Sample.write(GreyPNG.make(width: 2000, height: 1500), pictures, "large.png")
      for index in 0..<2000 {
        try FileManager.default.createSymbolicLink(
          atPath: "\(pictures)/\(index).png", withDestinationPath: large)
      }
      try withTemporaryFolder { folder in
        let output = try Sample.write(Self.old, folder, "a.swiftlet")
        try Sample.write(Data("cat\ndog\n".utf8), folder, "labels.txt")
        let outcome = try CommandLineTool.run(
          [
            "quantize", Sample.student, "--calibration", pictures, "--labels",
            folder + "/labels.txt", "--output", output,
          ], interruptAfter: 0.5)
        #expect(outcome.isSignal && outcome.code == SIGINT)
        try expectOnlyOld(in: folder)
      }
    }
  }

  @Test("Ctrl-C at any other time leaves the old file or the whole new one")
  func interruptions() throws {
    let new = try Sample.modelBytes.get()
    try withTemporaryFolder { folder in
      let output = folder + "/a.swiftlet"
      try Sample.write(Data("cat\ndog\n".utf8), folder, "labels.txt")
      for step in 0..<24 {
        try Sample.write(Self.old, folder, "a.swiftlet")
        let outcome = try CommandLineTool.run(
          [
            "quantize", Sample.student, "--calibration", Sample.pictures, "--labels",
            folder + "/labels.txt", "--output", output,
          ], interruptAfter: Double(step) * 0.01)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(left == ["a.swiftlet", "labels.txt"])
        let content = FileManager.default.contents(atPath: output)
        #expect(content == new || (content == Self.old && outcome.isSignal))
      }
    }
  }
}
