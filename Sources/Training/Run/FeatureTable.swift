// SPDX-License-Identifier: Apache-2.0

/// The frozen backbone's features of pictures as evaluation sees them, and of variations of each, so
/// that a stage that trains the projection alone runs the backbone once for each of them.
public struct FeatureTable: Sendable {
  /// F.
  let width: Int
  /// Of each picture: the rows of its variations in `values`, and of its plain form.
  var places: [Int: (plain: Int?, varied: Range<Int>)] = [:]
  var values: [Float] = []
  /// Pictures that the backbone runs over at once; after each, progress is told.
  static let batchCount = 32

  /// - Parameters:
  ///   - plain: pictures whose plain form is needed.
  ///   - varied: pictures whose variations are needed.
  ///   - views: variations of each.
  ///   - progress: 0...1; false ends the work.
  /// - Returns: nil where `progress` ended it.
  public init?(
    _ student: Student, _ store: PictureStore, _ input: TrainingInput, plain: [Int],
    varied: [Int], views: Int, progress: (Double) -> Bool
  ) {
    width = student.featureCount
    let total = plain.count + varied.count * views
    var done = 0
    func add(_ items: [BatchSampler.Item], _ augmentation: Augmentation?) -> Bool {
      let size = Self.batchCount
      let loader = BatchLoader(
        store, input.preprocessing, size: student.inputSize, augmentation: augmentation,
        steps: 0..<(items.count + size - 1) / size
      ) { Array(items[$0 * size..<min(($0 + 1) * size, items.count)]) }
      while let batch = loader.batch() {
        values += student.features(batch.pixels, count: batch.items.count)
        done += batch.items.count
        guard progress(Double(done) / Double(max(total, 1))) else { return false }
      }
      return true
    }
    values.reserveCapacity(total * width)
    for (place, picture) in plain.enumerated() { places[picture] = (place, 0..<0) }
    guard add(plain.map { BatchSampler.Item(picture: $0, seed: 0) }, nil) else { return nil }
    for (place, picture) in varied.enumerated() {
      let first = plain.count + place * views
      places[picture] = (places[picture]?.plain, first..<first + views)
    }
    let items = varied.flatMap { picture in
      (0..<views).map { view in
        BatchSampler.Item(
          picture: picture, seed: BatchSampler.mixed(0, UInt64(picture), UInt64(view)))
      }
    }
    guard add(items, input.augmentation) else { return nil }
  }

  /// The features of pictures as evaluation sees them, `[pictures][F]`.
  func plain(_ pictures: [Int]) -> [Float] {
    pictures.flatMap { picture -> ArraySlice<Float> in
      guard let row = places[picture]?.plain else {
        preconditionFailure("the features of this picture were not asked for")
      }
      return values[row * width..<(row + 1) * width]
    }
  }

  /// The features of one variation of each picture, chosen by its seed.
  func varied(_ items: [BatchSampler.Item]) -> [Float] {
    items.flatMap { item -> ArraySlice<Float> in
      guard let rows = places[item.picture]?.varied, !rows.isEmpty else {
        preconditionFailure("the variations of this picture were not asked for")
      }
      let row = rows.lowerBound + Int(item.seed % UInt64(rows.count))
      return values[row * width..<(row + 1) * width]
    }
  }
}
