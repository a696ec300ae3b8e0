// SPDX-License-Identifier: Apache-2.0

extension FeatureTable {
  /// The table as `init` makes it, where each process runs the backbone over its share of pictures.
  ///
  /// - Parameters:
  ///   - progress: 0...1, of this process's share.
  ///   - shouldPause: true in any process ends the work in all of them.
  /// - Returns: the same bits in all processes; nil where the work was ended.
  static func divided(
    _ exchange: any GradientExchange, _ student: Student, _ store: PictureStore,
    _ input: TrainingInput, plain: [Int], varied: [Int], views: Int, progress: (Double) -> Void,
    shouldPause: () -> Bool
  ) throws(TrainingError) -> FeatureTable? {
    var failure: TrainingError?
    var asked = 0
    func goesOn() -> Bool {
      asked += 1
      do {
        return try !exchange.any(shouldPause())
      } catch {
        failure = error
        return false
      }
    }
    let (ownPlain, ownVaried) = (exchange.share(plain), exchange.share(varied))
    let table = FeatureTable(
      student, store, input, plain: ownPlain, varied: ownVaried, views: views
    ) { part in
      progress(part)
      return goesOn()
    }
    if let failure { throw failure }
    guard var table else { return nil }
    guard exchange.size > 1 else { return table }
    // Shares differ by one picture, so one process may have asked once more than another.
    func batches(_ count: Int, _ views: Int) -> Int {
      let share = (count + exchange.size - 1) / exchange.size
      return (share * views + batchCount - 1) / batchCount
    }
    let questions = batches(plain.count, 1) + batches(varied.count, views)
    while asked < questions {
      guard goesOn() else {
        if let failure { throw failure }
        return nil
      }
    }
    table.spread(own: (ownPlain, ownVaried), all: (plain, varied), views: views)
    try exchange.sum(&table.values)
    return table
  }

  /// Moves rows to where they lie in the table of all pictures; the rows of others are 0.
  private mutating func spread(
    own: (plain: [Int], varied: [Int]), all: (plain: [Int], varied: [Int]), views: Int
  ) {
    let (ownPlaces, ownValues) = (places, values)
    places = [:]
    for (place, picture) in all.plain.enumerated() { places[picture] = (place, 0..<0) }
    for (place, picture) in all.varied.enumerated() {
      let first = all.plain.count + place * views
      places[picture] = (places[picture]?.plain, first..<first + views)
    }
    values = Array(repeating: 0, count: (all.plain.count + all.varied.count * views) * width)
    func move(_ from: Int, _ to: Int) {
      for column in 0..<width { values[to * width + column] = ownValues[from * width + column] }
    }
    for picture in own.plain {
      if let from = ownPlaces[picture]?.plain, let to = places[picture]?.plain { move(from, to) }
    }
    for picture in own.varied {
      guard let from = ownPlaces[picture]?.varied, let to = places[picture]?.varied else {
        continue
      }
      for (from, to) in zip(from, to) { move(from, to) }
    }
  }
}
