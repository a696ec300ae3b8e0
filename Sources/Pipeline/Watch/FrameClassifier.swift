// SPDX-License-Identifier: Apache-2.0
import Runtime

/// A classifier for what sources deliver: raw frames and JPEG pictures.
struct FrameClassifier: ~Copyable {
  private var classifier: Classifier
  /// Made for the first JPEG picture.
  private var decoder: JPEGFrameDecoder?
  /// The last JPEG picture, in the decoder's memory.
  private var decoded: FramePixels?
  private let region: RegionOfInterest?
  /// All labels: making a string for each event would allocate.
  private let labels: [String]

  init(_ classifier: consuming Classifier, region: RegionOfInterest?) {
    labels = (0..<classifier.labelCount).map { classifier.label($0) }
    self.region = region
    self.classifier = classifier
  }

  private static let outside = "the region of interest lies outside of it; choose another one"

  /// Makes the network's input.
  ///
  /// - Returns: why the frame cannot be used.
  mutating func prepare(_ content: PendingFrame.Content) -> String? {
    switch content {
    case .jpeg(let bytes): return prepare(jpeg: bytes)
    case .pixels(let pixels):
      guard let region else { return prepare(pixels, nil) }
      guard let part = region.resolve(width: pixels.width, height: pixels.height) else {
        return Self.outside
      }
      return prepare(pixels, part)
    }
  }

  private mutating func prepare(_ pixels: FramePixels, _ part: FrameRegion?) -> String? {
    do throws(RuntimeError) {
      try classifier.prepare(frame: pixels, region: part)
      return nil
    } catch {
      return error.description
    }
  }

  private mutating func prepare(jpeg bytes: UnsafeRawBufferPointer) -> String? {
    decoded = nil
    let frame: JPEGFrame?
    do throws(JPEGFrameError) {
      frame = try decode(bytes)
    } catch {
      return error.description
    }
    guard let frame else { return Self.outside }
    decoded = frame.pixels
    return prepare(frame.pixels, frame.region)
  }

  /// Nil when the region of interest lies outside of the picture.
  private mutating func decode(
    _ bytes: UnsafeRawBufferPointer
  ) throws(JPEGFrameError) -> JPEGFrame? {
    if decoder == nil { decoder = try JPEGFrameDecoder() }
    guard let region else { return try decoder?.decode(bytes, for: classifier) }
    guard let size = try decoder?.size(of: bytes),
      let part = region.resolve(width: size.width, height: size.height)
    else { return nil }
    return try decoder?.decode(bytes, region: part, for: classifier)
  }

  /// Lends the pixels that `prepare` saw.
  func withPixels<Result>(
    of content: PendingFrame.Content,
    _ body: (FramePixels, UnsafeRawBufferPointer?) -> Result
  ) -> Result? {
    switch content {
    case .pixels(let pixels): body(pixels, nil)
    case .jpeg(let bytes): decoded.map { body($0, bytes) }
    }
  }

  /// Runs the network on it.
  mutating func compute() { classifier.compute() }

  /// Nil where the model has no threshold for unknown frames.
  var rejectionScore: Float? { classifier.rejectionScore() }
  var rejection: RejectionRule? { classifier.rejection }

  /// Of the network's output.
  var outputDigest: UInt64 { classifier.engine.outputDigest }

  func probability(_ classIndex: Int) -> Float { classifier.probability(classIndex) }
  func label(_ classIndex: Int) -> String { labels[classIndex] }

  /// Writes the most probable classes, best first.
  func rank(_ count: Int, into top: inout [RankedClass]) {
    top.removeAll(keepingCapacity: true)
    for rank in 0..<min(count, labels.count, Classifier.rankedCount) {
      let index = classifier.classIndex(rank: rank)
      top.append(
        RankedClass(
          classIndex: index, label: labels[index],
          probability: classifier.probability(index)))
    }
  }
}

extension Classifier {
  /// The frame size in pixels that keeps all detail that the network can use.
  ///
  /// - Parameter region: the part of the frame that is looked at.
  package func adequateSide(region: RegionOfInterest?) -> (width: Int, height: Int) {
    let record = engine.model.preprocessing
    let input = engine.model.input
    var width = input.width
    var height = input.height
    if record.resizeRule == .centreCrop {
      width = max(width, record.resizeSize)
      height = max(height, record.resizeSize)
    }
    func enlarged(_ side: Int, _ length: RegionOfInterest.Length?) -> Int {
      guard case .percent(let percent) = length, percent > 0 else { return side }
      return Int((Double(side) * 100 / percent).rounded(.up))
    }
    return (enlarged(width, region?.width), enlarged(height, region?.height))
  }
}
