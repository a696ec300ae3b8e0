// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Quantize

@Suite("Quantizer: small students")
struct QuantizedStudentTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let student: SmallStudents.Student
    let name: String
    let options: QuantizationOptions
    var testDescription: String { "\(student.name), \(name)" }
  }

  private static func options(
    _ change: (inout QuantizationOptions) -> Void = { _ in }
  ) -> QuantizationOptions {
    var options = QuantizationOptions()
    options.maximumPictures = 5
    change(&options)
    return options
  }

  static let cases: [Case] = {
    let finest = options { ($0.activations, $0.rangeMethod) = (.u8, .meanSquaredError) }
    let percentile = options {
      ($0.rangeMethod, $0.input) = (.percentile(99.9), .u7)
      $0.searchesWeightScales = false
    }
    let plain = options { ($0.balancesChannels, $0.correctsBias) = (false, false) }
    let all = SmallStudents.all
    return all.map { Case(student: $0, name: "u7", options: options()) }
      + all.map { Case(student: $0, name: "u7 without balance", options: plain) }
      + all.filter { ["borders", "pools", "clamped scores"].contains($0.name) }
      .map { Case(student: $0, name: "u7, percentile", options: percentile) }
      // Few of these activations are signed: a search over both ends takes long without optimization.
      + all.filter { ["dense", "grouped"].contains($0.name) }
      .map { Case(student: $0, name: "u8, least squares", options: finest) }
  }()

  /// `LayerExecutor` shares no code with the runtime.
  @Test(
    "all instruction sets give the bytes of the equations, and scores near the float network's",
    arguments: cases)
  func student(_ test: Case) throws {
    let run = try StudentRun(test.student.graph, options: test.options)
    let expected = (0..<run.pictures.count).map(run.predicted)
    for isa in InstructionSet.allCases where isa.isSupported {
      for threads in [1, 2] {
        try check(run, expected, isa: isa.name.description, threads: threads)
      }
    }
    let ratio = try signalToNoise(run, of: test.student.graph, scores: expected.compactMap(\.last))
    #expect(ratio > 20, "\(ratio) dB")
  }

  private func check(
    _ run: StudentRun, _ expected: [[[UInt8]]], isa: String, threads: Int
  ) throws {
    let engine = try Engine.make(
      Model.load(run.bytes.span.bytes),
      options: EngineOptions(threads: threads, instructionSet: isa))
    for picture in expected.indices {
      try run.input(picture).span.bytes.withUnsafeBytes { try engine.setInput($0) }
      engine.run()
      #expect(Array(engine.outputBytes) == expected[picture].last, "\(isa), \(threads) threads")
    }
    // Visiting each node takes one thread, and nodes that run one by one.
    guard threads == 1 else { return }
    var options = EngineOptions(instructionSet: isa)
    options.fusion = .off
    let visitor = try Engine.make(Model.load(run.bytes.span.bytes), options: options)
    try run.input(0).span.bytes.withUnsafeBytes { try visitor.setInput($0) }
    var visited = 0
    visitor.run { node, output in
      visited += 1
      #expect(Array(output) == expected[0][node], "\(isa), \(run.network.nodes[node].name)")
    }
    #expect(visited == run.network.nodes.count)
  }

  /// In decibels, over all scores of all pictures.
  ///
  /// 20 is a bound for these networks: seven bits over a range of four deviations are 33 dB, and up
  /// to eight layers each add noise of that size and the weights' own.
  private func signalToNoise(
    _ run: StudentRun, of graph: FloatGraph, scores: [[UInt8]]
  ) throws -> Double {
    let executor = FloatExecutor(graph: graph, threads: 1)
    var (signal, noise) = (0.0, 0.0)
    for picture in scores.indices {
      let exact = try executor.run(run.pictures.real(picture))
      let found = run.real(scores[picture])
      try #require(exact.count == found.count)
      for (exact, found) in zip(exact, found) {
        signal += Double(exact * exact)
        noise += Double((found - exact) * (found - exact))
      }
    }
    return 10 * log10(signal / noise)
  }
}
