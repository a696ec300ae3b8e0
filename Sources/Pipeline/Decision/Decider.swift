// SPDX-License-Identifier: Apache-2.0

/// Turns the probabilities of one frame after another into one label that does not flicker.
///
/// Probabilities are smoothed, `s += (p - s) * dt / (smoothingSeconds + dt)`; a label enters at one
/// threshold and leaves at a lower one (hysteresis), or when another one that may enter is more
/// probable; a change has to persist for some frames. After the first frame nothing allocates.
///
/// In a frame that shows none of the classes each of them has the probability 0. There is no label
/// while such frames are half or more, smoothed as probabilities are.
package struct Decider {
  /// A decided class, or none.
  package struct Decision: Equatable {
    /// Nil: nothing is sure enough.
    package var classIndex: Int?
    /// The smoothed probability of the class, or of the most probable one that may be decided.
    package var probability: Float
    /// Whether it differs from the frame before.
    package var hasChanged: Bool
  }

  private let options: DecisionOptions
  /// Which classes may be decided; empty: all.
  private let mayEnter: [Bool]
  private var smoothed: [Float]
  /// Of unknown frames, 0...1.
  private var unknownShare: Float = 0
  private var lastNanoseconds: UInt64?
  private var current: Int?
  private var candidate: Int?
  private var candidateCount = 0
  private var hasDecided = false

  package init(options: DecisionOptions, classCount: Int) {
    self.options = options
    smoothed = Array(repeating: 0, count: classCount)
    if options.allowed == nil && options.denied.isEmpty {
      mayEnter = []
    } else {
      mayEnter = (0..<classCount).map { index in
        (options.allowed?.contains(index) ?? true) && !options.denied.contains(index)
      }
    }
  }

  /// Forgets the frames before, for example because the camera was away.
  package mutating func forgetFrames() { lastNanoseconds = nil }

  /// Decides on the next frame.
  ///
  /// - Parameters:
  ///   - nanoseconds: the frame's time on a clock that never goes back.
  ///   - isUnknown: whether the frame shows none of the classes.
  ///   - probability: of a class, 0...1.
  package mutating func decide(
    nanoseconds: UInt64, isUnknown: Bool = false, probability: (Int) -> Float
  ) -> Decision {
    smooth(nanoseconds, isUnknown, probability)
    let best = mostProbable()
    let wanted = choice(best)
    let before = current
    let isFirst = !hasDecided
    hasDecided = true
    follow(wanted)
    let shown = current ?? best
    return Decision(
      classIndex: current, probability: shown.map { smoothed[$0] } ?? 0,
      hasChanged: isFirst || current != before)
  }

  private mutating func smooth(
    _ nanoseconds: UInt64, _ isUnknown: Bool, _ probability: (Int) -> Float
  ) {
    var weight: Float = 1
    if let last = lastNanoseconds, options.smoothingSeconds > 0 {
      let elapsed = nanoseconds > last ? Double(nanoseconds - last) * 1e-9 : 0
      weight = Float(elapsed / (options.smoothingSeconds + elapsed))
    }
    lastNanoseconds = nanoseconds
    unknownShare += ((isUnknown ? 1 : 0) - unknownShare) * weight
    for index in smoothed.indices {
      smoothed[index] += ((isUnknown ? 0 : probability(index)) - smoothed[index]) * weight
    }
  }

  /// The most probable class that may be decided; the lower index of two equal ones.
  private func mostProbable() -> Int? {
    var best: Int?
    var highest: Float = -1
    for index in smoothed.indices where mayEnter.isEmpty || mayEnter[index] {
      if smoothed[index] > highest {
        highest = smoothed[index]
        best = index
      }
    }
    return best
  }

  /// What this frame alone asks for.
  private func choice(_ best: Int?) -> Int? {
    guard let best, unknownShare < 0.5 else { return nil }
    if let current, current != best {
      if smoothed[best] >= options.enterThreshold { return best }
      return smoothed[current] >= options.leaveThreshold ? current : nil
    }
    let threshold = current == best ? options.leaveThreshold : options.enterThreshold
    return smoothed[best] >= threshold ? best : nil
  }

  /// Takes a choice over once enough frames in a row agree on it.
  private mutating func follow(_ wanted: Int?) {
    guard wanted != current else {
      candidateCount = 0
      return
    }
    if candidateCount > 0 && candidate == wanted {
      candidateCount += 1
    } else {
      candidate = wanted
      candidateCount = 1
    }
    if candidateCount >= options.consecutiveFrames {
      current = wanted
      candidateCount = 0
    }
  }
}
