// SPDX-License-Identifier: Apache-2.0

/// Pictures with what a bank knows of them.
public struct TeacherSet: Sendable {
  public let store: PictureStore
  public let bank: EmbeddingBank
  /// The bank's names of the classes to decide between, sorted.
  public let classes: [String]
  /// `[classes.count][width]`.
  public let texts: [Float]
  /// By picture: its class; nil where its label has no text.
  public let classOf: [Int?]
  /// By picture: its row in the bank; nil where the bank has no embedding of it.
  public let rowOf: [Int?]

  public var width: Int { bank.width }
  public var pictures: [PictureFolder.Picture] { store.folder.pictures }

  /// - Parameter classes: the classes to decide between; nil for all labels of the pictures that
  ///   have a text.
  /// - Throws: `TrainingError` where no label has a text, or a class that was asked for has none.
  public init(
    _ store: PictureStore, _ bank: EmbeddingBank, classes wanted: [String]? = nil
  ) throws(TrainingError) {
    self.store = store
    self.bank = bank
    let pictures = store.folder.pictures
    let labels = Set(pictures.map(\.label)).sorted()
    var textOf: [String: Int] = [:]
    for label in wanted ?? labels {
      textOf[label] = bank.classIndex(ofLabel: label)
      if wanted != nil && textOf[label] == nil {
        throw TrainingError(
          "the bank has no text for the class '\(label)'; add it to the bank's classes or aliases, "
            + "or leave the class out with --exclude")
      }
    }
    // Labels that are one text's aliases are one class.
    let chosen = Set(textOf.values).sorted { bank.classes[$0] < bank.classes[$1] }
    guard !chosen.isEmpty else {
      throw TrainingError(
        "\(store.folder.root): the bank has a text for none of its labels, such as "
          + "'\(labels.first ?? "")'; 'swiftlet-train bank inspect' names the bank's classes")
    }
    classes = chosen.map { bank.classes[$0] }
    texts = chosen.flatMap { Array(bank.text($0)) }
    let indices = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1, $0) })
    classOf = pictures.map { picture in textOf[picture.label].flatMap { indices[$0] } }
    let rows = bank.rowOfPath
    rowOf = pictures.map { rows[Array($0.path.utf8)] }
  }

  /// The class that the teacher's zero-shot decision gives a picture.
  public func teacherDecision(_ picture: Int) -> Int? {
    rowOf[picture].map { row in
      Self.nearest(bank.image(row), texts, count: classes.count)
    }
  }

  /// The row with the greatest product, the first of equal ones.
  static func nearest(_ vector: ArraySlice<Float>, _ rows: [Float], count: Int) -> Int {
    let width = vector.count
    var best = (index: 0, product: -Float.infinity)
    for index in 0..<count {
      let row = rows[index * width..<(index + 1) * width]
      let product = zip(vector, row).reduce(Float(0)) { $0 + $1.0 * $1.1 }
      if product > best.product { best = (index, product) }
    }
    return best.index
  }
}
