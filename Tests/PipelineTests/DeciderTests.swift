// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline

@Suite("Decision rules")
struct DeciderTests {
  private static let second: UInt64 = 1_000_000_000

  /// Decides on frames that come once a second.
  private func decide(_ frames: [[Float]], _ options: DecisionOptions) -> [Decider.Decision] {
    var decider = Decider(options: options, classCount: frames[0].count)
    return frames.indices.map { index in
      decider.decide(nanoseconds: UInt64(index) * Self.second) { frames[index][$0] }
    }
  }

  private var plain: DecisionOptions {
    var options = DecisionOptions.independentFrames
    options.enterThreshold = 0.5
    options.leaveThreshold = 0.3
    return options
  }

  @Test func aLabelEntersAtOneThresholdAndLeavesBelowALowerOne() {
    let decisions = decide(
      [[0.49, 0.1], [0.5, 0.1], [0.31, 0.1], [0.29, 0.1], [0.4, 0.1]], plain)
    #expect(decisions.map(\.classIndex) == [nil, 0, 0, nil, nil])
    #expect(decisions.map(\.hasChanged) == [true, true, false, true, false])
  }

  @Test func anotherLabelTakesOverOnlyWhenItMayEnter() {
    let decisions = decide([[0.6, 0.1], [0.35, 0.45], [0.3, 0.55], [0.1, 0.4]], plain)
    #expect(decisions.map(\.classIndex) == [0, 0, 1, 1])
  }

  @Test func aChangeHasToPersist() {
    var options = plain
    options.consecutiveFrames = 3
    let frames: [[Float]] = [
      [0.9, 0], [0.9, 0], [0.9, 0], [0, 0.9], [0.9, 0], [0, 0.9], [0, 0.9], [0, 0.9],
    ]
    #expect(decide(frames, options).map(\.classIndex) == [nil, nil, 0, 0, 0, 0, 0, 1])
  }

  @Test func smoothingFollowsItsTimeConstant() {
    var options = plain
    options.smoothingSeconds = 1
    // s += (p - s) * 1 / (1 + 1)
    let decisions = decide([[0], [1], [1], [1]], options)
    #expect(decisions.map(\.probability) == [0, 0.5, 0.75, 0.875])
  }

  @Test func theFirstFrameAfterAnOutageCountsAlone() {
    var options = plain
    options.smoothingSeconds = 100
    var decider = Decider(options: options, classCount: 1)
    _ = decider.decide(nanoseconds: 0) { _ in 0 }
    decider.forgetFrames()
    #expect(decider.decide(nanoseconds: 1) { _ in 0.9 }.probability == 0.9)
  }

  @Test func onlyAllowedLabelsAreDecided() {
    var options = plain
    options.allowed = [1]
    #expect(decide([[0.9, 0.1], [0.1, 0.6]], options).map(\.classIndex) == [nil, 1])
    options.allowed = nil
    options.denied = [0]
    #expect(decide([[0.9, 0.1], [0.1, 0.6]], options).map(\.classIndex) == [nil, 1])
    options.allowed = []
    #expect(
      decide([[0.9, 0.9]], options)[0] == .init(classIndex: nil, probability: 0, hasChanged: true))
  }

  /// Decides on frames that come once a second; those with nil show none of the classes.
  private func decideKnown(_ frames: [[Float]?], _ options: DecisionOptions) -> [Int?] {
    var decider = Decider(options: options, classCount: 2)
    return frames.indices.map { index in
      decider.decide(
        nanoseconds: UInt64(index) * Self.second, isUnknown: frames[index] == nil
      ) { frames[index]?[$0] ?? 0.99 }.classIndex
    }
  }

  @Test func aFrameOfNoClassHasNoLabel() {
    #expect(decideKnown([nil, [0, 0.9], nil, [0.9, 0]], plain) == [nil, 1, nil, 0])
    // Also where every probability is enough.
    var options = plain
    (options.enterThreshold, options.leaveThreshold) = (0, 0)
    #expect(decideKnown([nil, [0, 0.9], nil, nil], options) == [nil, 1, nil, nil])
  }

  /// Weights are 1/2 here: the share of unknown frames is 1/2 after the first one of them, below it
  /// after two known ones, and the probability of the label follows.
  @Test func aLabelIsGoneWhileHalfOfTheFramesAreUnknown() {
    var options = plain
    options.smoothingSeconds = 1
    options.enterThreshold = 0.25
    options.leaveThreshold = 0
    let cat: [Float] = [0.9, 0]
    #expect(decideKnown([cat, nil, cat, cat], options) == [0, nil, 0, 0])
    options.smoothingSeconds = 3
    #expect(decideKnown([cat, nil, nil, nil, cat], options) == [0, 0, 0, nil, 0])
    #expect(decideKnown([nil, nil, cat, cat, cat], options) == [nil, nil, nil, nil, 0])
  }

  /// As docs/events.md says: `0.9^7 < 1/2`.
  @Test func atTheDefaultsALabelEndsWithTheSeventhUnknownFrame() {
    var decider = Decider(options: DecisionOptions(), classCount: 1)
    let labels = (0..<17).map { frame in
      decider.decide(
        nanoseconds: UInt64(frame) * Self.second / 30, isUnknown: frame >= 10
      ) { _ in 1 }.classIndex
    }
    #expect(labels == Array(repeating: 0, count: 16) + [nil])
  }

  @Test func whatUnknownFramesLookLikeIsNoLabelLater() {
    var options = plain
    options.smoothingSeconds = 1
    // 0.99 of class 0 in the unknown frames would outweigh the 0.6 of class 1.
    #expect(decideKnown([nil, nil, [0, 0.6], [0, 0.6], [0, 0.6]], options).last == 1)
    #expect(!decideKnown([nil, nil, [0, 0.6], [0, 0.6], [0, 0.6]], options).contains(0))
  }

  @Test func aClockThatStandsStillChangesNothing() {
    var options = plain
    options.smoothingSeconds = 1
    var decider = Decider(options: options, classCount: 1)
    _ = decider.decide(nanoseconds: 5) { _ in 0.2 }
    #expect(decider.decide(nanoseconds: 5) { _ in 1 }.probability == 0.2)
  }
}
