// SPDX-License-Identifier: Apache-2.0

extension Watcher {
  /// Passes on what the source reports.
  mutating func handleEvents() {
    for event in feed.takeEvents() {
      switch event {
      case .streaming(let source): noteStreaming(source)
      case .fault(let fault): note(fault)
      case .ended: if endReason == nil { endReason = .endOfInput }
      }
    }
  }

  private mutating func noteStreaming(_ source: SourceDescription) {
    emit(.source(source, recoveredFrom: outage?.first, downSeconds: outage?.seconds ?? 0))
    // What was seen before the outage says nothing of what is seen now.
    if outage != nil { decider.forgetFrames() }
    outage = nil
    sourceName = source.device
    board.note(fault: nil)
  }

  private mutating func note(_ fault: Fault) {
    if fault.kind == .pictureFailed {
      emit(.fault(fault))
    } else if var current = outage {
      if current.isNews(fault.kind) { emit(.fault(fault)) }
      outage = current
    } else {
      outage = Outage(fault.kind)
      board.note(fault: fault)
      emit(.fault(fault))
    }
    if options.exitsOnError { endReason = .error }
  }

  /// Says that frames cannot be used: once when it begins, and how many when it is over.
  mutating func noteDamage(_ damage: Feed.Damage) {
    guard damage.count > 0 else { return }
    metrics.noteDamaged(Int(damage.count))
    var episode: DamageEpisode
    if let current = self.damage {
      episode = current
    } else {
      episode = DamageEpisode()
      emit(
        .fault(
          Fault(
            .frameDamaged,
            message: "\(damage.device): a frame cannot be used: \(damage.reason)",
            device: damage.device)))
    }
    episode.add(Int(damage.count))
    self.damage = episode
  }
}
