// SPDX-License-Identifier: Apache-2.0
import Pipeline
import Testing

@testable import swiftlet_run

@Suite("What the runner is told")
struct RunArgumentsTests {
  @Test("A model alone watches the first camera")
  func modelAlone() throws {
    let arguments = try RunArguments(["m.swiftlet"])
    #expect(arguments.model == "m.swiftlet")
    #expect(arguments.source == nil)
    #expect(arguments.engine.threads == 1)
    #expect(arguments.output.statisticsSeconds == 60)
  }

  @Test("Options may stand anywhere")
  func everything() throws {
    let arguments = try RunArguments([
      "--top=3", "m", "--camera", "HD Webcam", "--threshold", "0.6", "--on-change", "--every=0.5",
      "--size", "640x480", "--control", "gain=-3", "--allow", "cat", "--allow", "dog",
      "--region", "25%,0,50%,100%", "--threads", "2", "--isa=scalar", "--stats=0",
    ])
    #expect(arguments.source == .camera("HD Webcam"))
    #expect(arguments.decision.top == 3)
    #expect(arguments.decision.everySeconds == 0.5)
    #expect(arguments.decision.choices.allowed == ["cat", "dog"])
    #expect(arguments.decision.region?.width == .percent(50))
    #expect(arguments.output.changesOnly)
    #expect(arguments.engineOptions.instructionSet == "scalar")
    let camera = arguments.input.camera("x", (300, 200))
    #expect(camera.request.width == 640 && camera.request.height == 480)
    #expect(camera.request.adequateWidth == 300)
    #expect(camera.request.controls.first?.name == "gain")
    #expect(camera.request.controls.first?.value == -3)
    let decision = try arguments.decision.choices.options(
      labels: ["Cat", "cow", "dog"], isStill: false)
    #expect(decision.allowed == [0, 2])
    #expect(abs(decision.leaveThreshold - 0.4) < 1e-6)
  }

  @Test(
    "Wrong usage ends with code 64",
    arguments: [
      [], ["m", "n"], ["m", "-", "--camera", "0"], ["m", "--file"], ["m", "--size", "1x0"],
      ["m", "--size", "10"], ["m", "--format", "YUV"], ["m", "--control", "gain"], ["m", "--nope"],
      ["m", "--region", "1,2,3"], ["m", "--threshold", "0.2", "--leave-threshold", "0.3"],
      ["m", "--on-change=yes"],
    ])
  func wrongUsage(_ words: [String]) {
    do throws(Failure) {
      _ = try RunArguments(words)
      Issue.record("\(words) passes")
    } catch {
      #expect(error.code == Failure.usage)
      #expect(!error.message.isEmpty)
    }
  }

  @Test("An unknown label names similar ones")
  func labels() throws {
    let arguments = try RunArguments(["m", "--deny", "shark"])
    let error = #expect(throws: DecisionChoices.UnknownLabel.self) {
      try arguments.decision.choices.options(
        labels: ["tiger shark", "cat", "Shark fin"], isStill: true)
    }
    #expect(
      error?.message
        == "--deny: the model has no label 'shark'; did you mean 'tiger shark', 'Shark fin'?")
  }

  @Test("Raw frames on a stream need a format and a size")
  func streams() throws {
    func framing(_ words: [String]) throws -> StreamFraming? {
      try RunArguments(["m", "-"] + words).input.stream(takesEveryFrame: false).framing
    }
    #expect(try framing([]) == nil)
    #expect(try framing(["--format", "MJPG"]) == .jpeg)
    #expect(throws: Failure.self) { try framing(["--size", "4x4"]) }
    #expect(throws: Failure.self) { try framing(["--format", "YUYV"]) }
    #expect(throws: Failure.self) { try framing(["--format", "RG10", "--size", "4x4"]) }
    guard case .raw(let raw) = try framing(["--format", "YUYV", "--size", "4x2", "--rate", "5"])
    else { throw Failure("not raw") }
    #expect(raw.frameByteCount == 16 && raw.rate == 5)
  }
}
