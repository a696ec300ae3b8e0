// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Quantize
import Runtime

/// Prepares the pictures of the next step while the student works on this one.
final class BatchLoader {
  struct Batch: Sendable {
    var items: [BatchSampler.Item]
    /// `[items.count][height][width][3]`.
    var pixels: [Float]
  }

  private final class Box: @unchecked Sendable {
    var batch: Batch?
    let isReady = DispatchSemaphore(value: 0)
  }

  private let store: PictureStore
  private let record: PreprocessingRecord
  private let size: (height: Int, width: Int)
  /// nil for what evaluation sees.
  private let augmentation: Augmentation?
  private let count: Int
  private let items: @Sendable (Int) -> [BatchSampler.Item]
  private let queue = DispatchQueue(label: "swiftlet.batches", qos: .userInitiated)
  private var next: Int
  private var pending: Box?

  /// - Parameters:
  ///   - steps: which ones.
  ///   - items: of a step.
  init(
    _ store: PictureStore, _ record: PreprocessingRecord, size: (height: Int, width: Int),
    augmentation: Augmentation?, steps: Range<Int>,
    items: @Sendable @escaping (Int) -> [BatchSampler.Item]
  ) {
    (self.store, self.record, self.size) = (store, record, size)
    (self.augmentation, self.items) = (augmentation, items)
    (next, count) = (steps.lowerBound, steps.upperBound)
  }

  /// The batch of the next step; nil behind the last one.
  func batch() -> Batch? {
    guard let box = pending ?? start() else { return nil }
    box.isReady.wait()
    pending = start()
    return box.batch
  }

  private func start() -> Box? {
    guard next < count else { return nil }
    let box = Box()
    let (step, store, record, size) = (next, store, record, size)
    let (augmentation, items) = (augmentation, items)
    next += 1
    queue.async {
      box.batch = Self.make(items(step), store, record, size, augmentation)
      box.isReady.signal()
    }
    return box
  }

  private static func make(
    _ items: [BatchSampler.Item], _ store: PictureStore, _ record: PreprocessingRecord,
    _ size: (height: Int, width: Int), _ augmentation: Augmentation?
  ) -> Batch {
    let picture = size.height * size.width * 3
    var input = PictureInput(record, height: size.height, width: size.width)
    let pixels = [Float](unsafeUninitializedCapacity: items.count * picture) { pixels, count in
      if let base = pixels.baseAddress {
        for (place, item) in items.enumerated() {
          let image = store.image(item.picture)
          if let augmentation {
            var generator = SeededGenerator(seed: item.seed)
            input.write(image, augmentation, &generator, into: base + place * picture)
          } else {
            input.write(image, into: base + place * picture)
          }
        }
      }
      count = items.count * picture
    }
    return Batch(items: items, pixels: pixels)
  }
}
