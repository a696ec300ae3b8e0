// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

extension Watcher {
  /// Classifies the newest frame, if there is one and it is time for it.
  mutating func takeFrame() {
    let now = swiftlet_nanoseconds()
    guard now >= frameDue, let frame = feed.exchange.take() else { return }
    if let rate = options.maximumRate, rate > 0 { frameDue = now + Self.nanoseconds(1 / rate) }
    let failure = classify(frame, start: now)
    feed.exchange.finish(frame)
    if let failure { reject(frame, failure) }
  }

  private mutating func reject(_ frame: PendingFrame, _ reason: String) {
    guard let path = frame.path else {
      return noteDamage(Feed.Damage(count: 1, reason: reason, device: sourceName))
    }
    let fault = Fault(.pictureFailed, message: "\(path): \(reason)", device: path)
    emit(.fault(fault))
    if options.exitsOnError { endReason = .error }
  }

  /// Classifies a frame and tells the sinks.
  ///
  /// - Returns: why the frame cannot be used.
  private mutating func classify(_ frame: PendingFrame, start: UInt64) -> String? {
    if let reason = classifier.prepare(frame.content) { return reason }
    let prepared = swiftlet_nanoseconds()
    classifier.compute()
    let end = swiftlet_nanoseconds()
    fillResult(frame, start: start, prepared: prepared, end: end)
    board.noteFrame(end)
    metrics.noteFrame(
      age: result.ageMilliseconds, prepare: result.prepareMilliseconds,
      network: result.networkMilliseconds)
    if result.isUnknown { metrics.noteUnknown() }
    emit(.result(result))
    for observer in observers {
      let failure = classifier.withPixels(of: frame.content) { pixels, jpeg in
        observer.observe(result, pixels: pixels, jpeg: jpeg)
      }
      note(failure ?? nil, of: observer)
    }
    return nil
  }

  private mutating func fillResult(
    _ frame: PendingFrame, start: UInt64, prepared: UInt64, end: UInt64
  ) {
    func milliseconds(_ from: UInt64, _ to: UInt64) -> Double {
      to > from ? Double(to - from) * 1e-6 : 0
    }
    noteRejection()
    let decision = decider.decide(
      nanoseconds: frame.timestampNanoseconds, isUnknown: result.isUnknown
    ) {
      classifier.probability($0)
    }
    result.frame = metrics.frames + 1
    result.classIndex = decision.classIndex
    result.label = decision.classIndex.map { classifier.label($0) }
    result.probability = decision.probability
    result.hasChanged = decision.hasChanged
    result.path = frame.path
    result.ageMilliseconds = milliseconds(frame.timestampNanoseconds, end)
    result.prepareMilliseconds = milliseconds(start, prepared)
    result.networkMilliseconds = milliseconds(prepared, end)
    result.dropped = Int(feed.exchange.dropped)
    if options.tellsDigest { result.outputDigest = classifier.outputDigest }
    classifier.rank(options.topCount, into: &result.top)
  }

  private mutating func noteRejection() {
    guard let rule = classifier.rejection, let score = classifier.rejectionScore else { return }
    result.rejectionScore = score
    result.isUnknown = score < rule.threshold
  }
}
