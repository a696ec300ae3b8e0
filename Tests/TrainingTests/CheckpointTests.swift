// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import Training

@Suite("Checkpoints")
struct CheckpointTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appendingPathComponent("run.checkpoint").path)
  }

  private func checkpoint(_ number: UInt64) -> Checkpoint {
    var checkpoint = Checkpoint()
    checkpoint.tensors = ["a": [1, -0.0, .leastNonzeroMagnitude, Float(number)], "empty": []]
    checkpoint.integers = ["step": number, "random": .max]
    checkpoint.texts = ["stage": "align"]
    return checkpoint
  }

  private func steps(_ student: Student, _ optimizer: inout Optimizer, _ count: Int) throws {
    let pixels = try GoldenLayers.student("pixels")
    for _ in 0..<count {
      let (_, gradients) = student.gradients(of: .backbone, pixels, count: 6) { p, _, _ in
        (Double(p[0]), p.map { $0 * $0 - 0.1 })
      }
      student.update(.backbone) {
        optimizer.step(&$0, gradients: gradients, learningRate: 0.01)
      }
    }
  }

  @Test(
    "a run that stops and goes on has the bits of one that does not",
    arguments: [
      OptimizerRule.published, .sgd(momentum: 0.9, weightDecay: 1e-4),
      .adamW(beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01),
    ])
  func resuming(rule: OptimizerRule) throws {
    try withFolder { path in
      let whole = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 1)
      var optimizer = Optimizer(rule, count: whole.backbone.count)
      try steps(whole, &optimizer, 3)
      var saved = Checkpoint()
      saved.add(whole)
      saved.add(optimizer, name: "adam")
      try saved.save(to: path)
      try steps(whole, &optimizer, 3)

      let (found, warning) = try Checkpoint.load(from: path)
      #expect(warning == nil && found == saved)
      let resumed = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 99)
      try found.restore(resumed)
      var restored = try found.optimizer("adam", rule, count: resumed.backbone.count)
      try steps(resumed, &restored, 3)
      #expect(whole.backbone.map(\.bitPattern) == resumed.backbone.map(\.bitPattern))
      #expect(whole.projection == resumed.projection)
    }
  }

  @Test("a damaged checkpoint gives way to the one before it, and that is said")
  func damage() throws {
    try withFolder { path in
      try checkpoint(1).save(to: path)
      try checkpoint(2).save(to: path)
      #expect(try Checkpoint.load(from: path).checkpoint == checkpoint(2))
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      // Every kind of damage: cut short, and one bit in header, metadata and tensors.
      for cut in [0, 7, whole.count / 2, whole.count - 1] {
        try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
        let (found, warning) = try Checkpoint.load(from: path)
        #expect(found == checkpoint(1) && warning?.contains("before it is used") == true)
      }
      for place in stride(from: 0, to: whole.count, by: 3) {
        var bytes = whole
        bytes[place] ^= 4
        try bytes.write(to: URL(fileURLWithPath: path))
        let (found, warning) = try Checkpoint.load(from: path)
        // A space of the header's padding may change without changing anything.
        #expect(found == (warning == nil ? checkpoint(2) : checkpoint(1)), "byte \(place)")
      }
      try FileManager.default.removeItem(atPath: path)
      #expect(try Checkpoint.load(from: path).checkpoint == checkpoint(1))
      try FileManager.default.removeItem(atPath: Checkpoint.previous(of: path))
      #expect(throws: TrainingError.self) { try Checkpoint.load(from: path) }
    }
  }

  @Test("a checkpoint of another student is refused")
  func mismatch() throws {
    let student = try Student(onnx: GoldenLayers.studentPath, width: 5, seed: 1)
    var saved = Checkpoint()
    saved.add(student)
    saved.add(Optimizer(.published, count: 3), name: "adam")
    let wider = try Student(onnx: GoldenLayers.studentPath, width: 6, seed: 1)
    #expect(throws: TrainingError.self) { try saved.restore(wider) }
    #expect(throws: TrainingError.self) { try saved.optimizer("adam", .published, count: 4) }
    #expect(throws: TrainingError.self) { try saved.optimizer("other", .published, count: 3) }
  }

  /// A limit on the size of files stands for the full disk; both make write fail.
  @Test("a full disk leaves the checkpoint that is there, and the one before it")
  func fullDisk() async throws {
    let folder = NSTemporaryDirectory() + "swiftlet-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await #expect(processExitsWith: .success) { [path = folder + "/run.checkpoint" as String] in
      var checkpoint = Checkpoint()
      for step in 1...2 {
        checkpoint.integers["step"] = UInt64(step)
        try checkpoint.save(to: path)
      }
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      var larger = checkpoint
      larger.tensors["backbone"] = Array(repeating: 1, count: 1000)
      let error = #expect(throws: TrainingError.self) { try larger.save(to: path) }
      #expect(error?.description.contains("cannot be written") == true)
      #expect(error?.isFailure == true)
      #expect(try Checkpoint.load(from: path).checkpoint == checkpoint)
      #expect(
        try Checkpoint(path: Checkpoint.previous(of: path)).integers["step"] == 1)
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    #expect(left == ["run.checkpoint", "run.checkpoint.previous"])
  }

  @Test("a checkpoint that cannot be written leaves the old one")
  func unwritable() throws {
    let error = #expect(throws: TrainingError.self) {
      try checkpoint(1).save(to: "/proc/no/such")
    }
    #expect(error?.isFailure == true)
  }
}
