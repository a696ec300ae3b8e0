// SPDX-License-Identifier: Apache-2.0
import Crypto
import Dispatch
import Pictures
import Runtime
import Synchronization

/// The decoded pictures of a folder: all that fit a memory budget are kept, the others are decoded
/// each time. Pictures never change once they are loaded.
public final class PictureStore: Sendable {
  /// Why a picture is left out.
  public struct Broken: Sendable {
    public var index: Int
    public var reason: String
  }

  public let folder: PictureFolder
  /// By picture of the folder; nil where there was no memory for it, or it is broken.
  private let images: [Image?]
  /// The longest that the shorter side of a picture is kept at, in pixels.
  private let keptSide: Int
  public let broken: [Broken]
  /// Pictures of the folder that lie at a path of the digests and are others.
  public let others: Set<Int>
  /// A picture that was there at the start and could not be read again.
  private let lost = Mutex<String?>(nil)

  /// Reads every picture once.
  ///
  /// - Parameters:
  ///   - digests: SHA-256 by path, to be compared; a picture without one is not.
  ///   - byteCount: of the decoded pictures that are kept.
  ///   - keptSide: pictures whose shorter side is longer are reduced to it, in pixels; twice the
  ///     network's input loses nothing that a crop of 0.7 of the area could show.
  ///   - threads: decode side by side.
  ///   - allowsOthers: whether a picture may be another one than the digest says: the folder is not
  ///     the one that the digests are of.
  /// - Throws: `TrainingError` where a picture is another one and may not.
  public init(
    _ folder: PictureFolder, digests: [String: String] = [:], byteCount: Int = 2 << 30,
    keptSide: Int = 448, threads: Int = 2, allowsOthers: Bool = false,
    progress: @Sendable @escaping (Double) -> Void = { _ in }
  ) throws(TrainingError) {
    self.folder = folder
    self.keptSide = keptSide
    var images = [Image?](repeating: nil, count: folder.pictures.count)
    var broken: [Broken] = []
    var others: Set<Int> = []
    var kept = 0
    // So many at a time: decoded side by side, then kept in order.
    let step = 64 * max(threads, 1)
    for first in stride(from: 0, to: images.count, by: step) {
      let part = first..<min(first + step, images.count)
      let results = Self.load(folder, part, digests, keptSide, threads)
      for (index, result) in zip(part, results) {
        switch result {
        case .image(let image, let isOther):
          if isOther {
            guard allowsOthers else { throw Self.otherPicture(folder, index) }
            others.insert(index)
          }
          guard kept + image.pixels.count <= byteCount else { continue }
          kept += image.pixels.count
          images[index] = image
        case .broken(let reason): broken.append(Broken(index: index, reason: reason))
        }
      }
      progress(Double(part.upperBound) / Double(images.count))
    }
    self.images = images
    self.broken = broken
    self.others = others
  }

  private static func otherPicture(_ folder: PictureFolder, _ index: Int) -> TrainingError {
    TrainingError(
      "\(folder.root)/\(folder.pictures[index].path): another picture than the bank's (SHA-256); "
        + "'swiftlet-train bank verify' names all of them. Take the vendor's pictures, or let the "
        + "vendor make a bank of these")
  }

  private enum Loaded: Sendable {
    /// A picture, and whether it has another digest.
    case image(Image, isOther: Bool)
    case broken(String)
  }

  private static func load(
    _ folder: PictureFolder, _ part: Range<Int>, _ digests: [String: String], _ keptSide: Int,
    _ threads: Int
  ) -> [Loaded] {
    var results = [Loaded](repeating: .broken(""), count: part.count)
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      DispatchQueue.concurrentPerform(iterations: max(threads, 1)) { thread in
        for place in stride(from: thread, to: part.count, by: max(threads, 1)) {
          let path = folder.pictures[part.lowerBound + place].path
          results[place] = load(folder.root + "/" + path, digests[path], keptSide)
        }
      }
    }
    return results
  }

  private static func load(_ path: String, _ digest: String?, _ keptSide: Int) -> Loaded {
    do throws(PictureError) {
      let bytes = try Pictures.read(path: path)
      let isOther = digest.map { hexadecimal(SHA256.hash(data: bytes)) != $0.lowercased() } ?? false
      return .image(
        reduced(try Pictures.decode(bytes: bytes, name: path), keptSide), isOther: isOther)
    } catch {
      return .broken(error.description)
    }
  }

  static func hexadecimal(_ digest: SHA256Digest) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The picture at no more than the side that is kept.
  private static func reduced(_ image: Image, _ keptSide: Int) -> Image {
    let shorter = min(image.width, image.height)
    guard shorter > keptSide else { return image }
    let (width, height) = (image.width * keptSide / shorter, image.height * keptSide / shorter)
    var resizer = PictureResizer(width: width, height: height)
    let pixels = resizer.pixels(of: image, PictureRegion(image))
    return Image(width: width, height: height, format: .rgb, pixels: pixels)
  }

  /// A picture, decoded again where it was not kept.
  ///
  /// - Precondition: the picture is not broken.
  func image(_ index: Int) -> Image {
    if let image = images[index] { return image }
    let path = folder.root + "/" + folder.pictures[index].path
    switch Self.load(path, nil, keptSide) {
    case .image(let image, _): return image
    case .broken(let reason): lost.withLock { $0 = $0 ?? reason }
    }
    // Stands in until somebody asks `checkPresence`.
    return Image(width: 1, height: 1, format: .grey, pixels: [128])
  }

  /// What was computed of pictures counts only where this finds all of them still there.
  ///
  /// - Throws: `TrainingError` where a picture that was read at the start could not be read again.
  public func checkPresence() throws(TrainingError) {
    guard let reason = lost.withLock({ $0 }) else { return }
    throw TrainingError(
      failure:
        "a picture that was there at the start is gone: \(reason). See to the disk, then start the "
        + "same command again: it goes on from what is kept")
  }

  /// The pictures that are not broken, in order.
  public var usable: [Int] {
    let left = Set(broken.map(\.index))
    return folder.pictures.indices.filter { !left.contains($0) }
  }
}
