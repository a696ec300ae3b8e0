// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Runtime
import Training

/// What a command has read before it trains.
struct TrainingSession {
  let set: TeacherSet
  let student: Student
  let input: TrainingInput

  /// Reads bank, pictures and student, and says what is left out.
  ///
  /// - Parameter domains: the only ones whose pictures are read; nil for all.
  init(
    _ data: DataArguments, _ recipe: RecipeArguments, domains: [String]? = nil,
    progress: TrainingProgress
  ) throws {
    let bank = try EmbeddingBank(path: data.bank)
    input = TrainingInput(
      preprocessing: data.preprocessing.record, augmentation: recipe.augmentation)
    do {
      student = try Student(
        onnx: data.student, width: bank.width, seed: recipe.seed, threads: data.threads)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError("\(error)")
    }
    set = try Self.pictures(
      data.data, bank, excluded: data.exclude?.names ?? [], domains: domains,
      side: max(student.inputSize.height, student.inputSize.width), data, progress: progress)
    try Self.checkMemory(student, recipe.recipe, set, cacheByteCount: 0)
  }

  /// Reads the pictures of a folder.
  ///
  /// - Parameter allowsOthers: whether it may hold other pictures at paths of the bank's.
  static func pictures(
    _ root: String, _ bank: EmbeddingBank, excluded: [String], domains: [String]? = nil, side: Int,
    allowsOthers: Bool = false, _ data: DataArguments, progress: TrainingProgress
  ) throws -> TeacherSet {
    var folder = try PictureFolder(root)
    folder.takeLabels(from: bank)
    for label in excluded where !folder.labels.contains(label) {
      throw TrainingError("\(root): there is no label '\(label)' to leave out")
    }
    for domain in domains ?? [] where !folder.domains.contains(domain) {
      throw TrainingError(
        "\(root): there is no domain '\(domain)'; it has \(folder.domains.joined(separator: ", "))")
    }
    folder.filter { picture in
      !excluded.contains(picture.label) && (domains?.contains(picture.domain) ?? true)
    }
    let digests = Dictionary(
      zip(bank.paths, bank.digests), uniquingKeysWith: { first, _ in first })
    let store = try PictureStore(
      folder, digests: digests, byteCount: data.cache << 20, keptSide: 2 * side,
      threads: data.threads, allowsOthers: allowsOthers
    ) { part in
      if isatty(STDERR_FILENO) == 1 {
        FileHandle.standardError.write(
          Data("\rreading pictures \(Int(part * 100)) %\u{1B}[K".utf8))
      }
    }
    progress.clear()
    for broken in store.broken.prefix(20) { progress.say("skipped \(broken.reason)") }
    if store.broken.count > 20 { progress.say("and \(store.broken.count - 20) more") }
    if !store.broken.isEmpty {
      progress.say("\(store.broken.count) of \(folder.pictures.count) pictures skipped")
    }
    return try TeacherSet(store, bank)
  }

  /// Refuses to begin what memory will not hold.
  static func checkMemory(
    _ student: Student, _ recipe: TrainingRecipe, _ set: TeacherSet, cacheByteCount: Int
  ) throws {
    // Processes that mpirun started on this machine need as much each.
    guard let available = availableByteCount.map({ $0 / Processes.launch.localSize }) else {
      return
    }
    let domains = Set(set.pictures.map(\.domain)).count
    var needed = student.byteCount(batch: recipe.batchPerDomain * domains)
    needed += recipe.views * set.pictures.count * student.featureCount * 4
    // SWAD: sums in binary64, the segments that may still fall on either side, and a checkpoint.
    if recipe.averagesWeights {
      needed += 9 * 8 * (student.backbone.count + student.projection.count)
    }
    guard needed + cacheByteCount > available else { return }
    throw TrainingError(
      failure:
        "training needs about \((needed + cacheByteCount) >> 20) MB more and \(available >> 20) MB are "
        + "free; take a smaller --batch or --cache, fewer --views, fewer --threads, or --no-swad")
  }

  /// What the kernel says that new work may take, in bytes.
  private static var availableByteCount: Int? {
    guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else {
      return nil
    }
    for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    return nil
  }
}
