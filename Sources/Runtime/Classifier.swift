// SPDX-License-Identifier: Apache-2.0

/// One class and how probable the network finds it.
public struct Prediction: Sendable, Equatable {
  public let classIndex: Int
  public let label: String
  /// Softmax of the scores, 0...1.
  public let probability: Float
  /// Whether the picture's rejection score is below the model's threshold: it shows none of the
  /// classes. Of all predictions of a picture alike; false where the model has no threshold.
  public let isUnknown: Bool
}

/// Names what is in a picture.
///
/// ```swift
/// var classifier = try Classifier("efficientnet-lite0.swiftlet")
/// for prediction in try classifier.classify(image) {
///   print(prediction.label, prediction.probability)
/// }
/// ```
///
/// One classifier serves one thread at a time.
public struct Classifier: ~Copyable {
  package let engine: Engine
  private var preprocessor: Preprocessor
  /// Of no rows where the network's outputs are the classes.
  private var head: ClassHead
  private var embedding: [Float]
  /// Scores and probabilities of all rows, the order of the classes, of the last picture. Negative
  /// labels take their share of the probability and have no place in the order.
  private var scores: [Float]
  private var probabilities: [Float]
  private var order: [Int32]

  /// Classes that are put in order after each picture.
  public static let rankedCount = 64

  /// Maps the model file at `path`, verifies it and makes it ready for this machine.
  /// - Throws: `RuntimeError`.
  public init(_ path: String, options: EngineOptions = EngineOptions()) throws(RuntimeError) {
    let model = try Model.open(path, limits: options.limits)
    try self.init(model, options: options)
  }

  /// Makes a verified model ready for this machine.
  /// - Throws: `RuntimeError`.
  public init(
    _ model: consuming Model, options: EngineOptions = EngineOptions()
  ) throws(RuntimeError) {
    let (record, input) = (model.preprocessing, model.input)
    let count = model.labelCount
    let classes = model.classes
    engine = try Engine.make(model, options: options)
    preprocessor = Preprocessor(record: record, input: input, isa: engine.instructionSet)
    head = ClassHead(classes)
    embedding = Array(repeating: 0, count: classes?.width ?? 0)
    scores = Array(repeating: 0, count: classes?.rowCount ?? count)
    probabilities = Array(repeating: 0, count: classes?.rowCount ?? count)
    order = Array(repeating: 0, count: min(count, Self.rankedCount))
  }

  public var labelCount: Int { engine.model.labelCount }
  public func label(_ classIndex: Int) -> String { engine.model.label(classIndex) }

  /// The most probable classes of a picture, best first.
  /// - Throws: `invalidImage`, `outOfMemory`.
  public mutating func classify(
    _ image: Image, top count: Int = 5
  ) throws(RuntimeError) -> [Prediction] {
    // Bytes have no padding, so their raw view is initialized throughout.
    try unsafe run(
      pixels: image.pixels.span.bytes, width: image.width, height: image.height,
      bytesPerRow: image.bytesPerRow, format: image.format)
    return predictions(top: count)
  }

  /// Computes the probabilities of all classes for borrowed pixels. From the second picture of one
  /// size on, it allocates nothing.
  /// - Throws: `invalidImage`, `outOfMemory`.
  public mutating func run(
    pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
  ) throws(RuntimeError) {
    try prepare(
      pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format)
    compute()
  }

  /// The first half of `run`: the picture becomes the network's input.
  package mutating func prepare(
    pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat
  ) throws(RuntimeError) {
    // The input tensor has the shape that the preprocessor was made for.
    guard let input = unsafe engine.input.baseAddress else { return }
    try unsafe preprocessor.run(
      pixels: pixels, width: width, height: height, bytesPerRow: bytesPerRow, format: format,
      into: input)
  }

  /// Computes the probabilities of all classes for a camera's frame or a part of it. From the second
  /// frame of one size on, it allocates nothing.
  ///
  /// - Parameters:
  ///   - frame: its memory must be valid; sizes are checked.
  ///   - region: what is looked at, inside of the frame; nil for all of it.
  /// - Throws: `invalidImage`, `outOfMemory`.
  @unsafe public mutating func run(
    frame: FramePixels, region: FrameRegion? = nil
  ) throws(RuntimeError) {
    try unsafe prepare(frame: frame, region: region)
    compute()
  }

  /// The first half of `run(frame:region:)`: the frame becomes the network's input.
  @unsafe package mutating func prepare(
    frame: FramePixels, region: FrameRegion? = nil
  ) throws(RuntimeError) {
    // The input tensor has the shape that the preprocessor was made for.
    guard let input = unsafe engine.input.baseAddress else { return }
    try unsafe preprocessor.run(frame: frame, region: region, into: input)
  }

  /// The size in pixels that a picture is scaled to before the network's crop: it may be made smaller
  /// beforehand, but not below it.
  package func scaledSize(width: Int, height: Int) -> (width: Int64, height: Int64) {
    preprocessor.scaledSize(width: width, height: height)
  }

  /// The second half of `run`: the network, then softmax and order.
  package mutating func compute() {
    engine.run()
    if hasClassRows {
      for index in embedding.indices { embedding[index] = engine.score(index) }
      compareEmbedding()
    } else {
      for index in scores.indices { scores[index] = engine.score(index) }
    }
    rank()
  }

  private var hasClassRows: Bool { engine.model.classes != nil }

  /// Scores an embedding that another network made, float or int8, with the model's class rows.
  ///
  /// - Precondition: the model has class rows, and the embedding their width.
  package mutating func compute(embedding other: [Float]) {
    precondition(
      hasClassRows && other.count == embedding.count, "an embedding of the model's width")
    embedding = other
    compareEmbedding()
    rank()
  }

  /// `score = logitScale * cosine`, one product in binary32.
  private mutating func compareEmbedding() {
    guard let scale = engine.model.classes?.logitScale else { return }
    let current = embedding
    head.run(current.span, engine.model)
    for index in scores.indices { scores[index] = scale * head.cosines[index] }
  }

  private mutating func rank() {
    let current = scores
    var probabilitySpan = probabilities.mutableSpan
    Softmax.run(current.span, into: &probabilitySpan)
    // Negative labels, the last ones, are never decided.
    let decided = current.span.extracting(0..<labelCount)
    var orderSpan = order.mutableSpan
    _ = TopClasses.find(decided, into: &orderSpan)
  }

  // MARK: - The last picture's result

  /// The most probable classes, best first, at most `rankedCount`.
  public func predictions(top count: Int = 5) -> [Prediction] {
    let isUnknown = isUnknown
    return (0..<max(0, min(count, order.count))).map { rank in
      let index = classIndex(rank: rank)
      return Prediction(
        classIndex: index, label: label(index), probability: probabilities[index],
        isUnknown: isUnknown)
    }
  }

  /// The class of a rank, 0 for the most probable.
  public func classIndex(rank: Int) -> Int { Int(order[rank]) }

  /// The probability of a class, 0...1.
  public func probability(_ classIndex: Int) -> Float { probabilities[classIndex] }

  /// The score of a class before softmax: the network's own, or logit scale times cosine.
  public func score(_ classIndex: Int) -> Float { scores[classIndex] }

  /// The rule by which the model tells pictures that show none of its classes; nil for no rule.
  public var rejection: RejectionRule? { engine.model.rejection }

  /// How much the picture looks like one of the classes, 0...1, by the model's rule or another; nil
  /// where there is no rule, or where the model has no class embeddings.
  public func rejectionScore(_ rule: RejectionRule? = nil) -> Float? {
    guard hasClassRows else { return nil }
    if let rule { return head.rejectionScore(rule) }
    if let rejection { return head.rejectionScore(rejection) }
    return nil
  }

  /// Whether the rejection score is below the model's threshold: the picture shows none of the
  /// classes. False where the model has no threshold.
  public var isUnknown: Bool {
    guard let rejection, let score = rejectionScore() else { return false }
    return score < rejection.threshold
  }
}
