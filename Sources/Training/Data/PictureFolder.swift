// SPDX-License-Identifier: Apache-2.0
import Pictures

/// The pictures of a folder `<domain>/<class>/*` or `<class>/*`, before they are read.
///
/// A picture's label is the folder that it lies in; its domain is the first folder of its path where
/// there are two or more, else `all`: the rule of docs/embedding-bank.md.
public struct PictureFolder: Sendable {
  public struct Picture: Sendable, Equatable {
    /// Below the folder, with `/`.
    public var path: String
    public var domain: String
    public var label: String

    public init(path: String, domain: String, label: String) {
      (self.path, self.domain, self.label) = (path, domain, label)
    }
  }

  public let root: String
  /// Sorted by path, bytewise.
  public private(set) var pictures: [Picture]

  /// Finds the pictures of a folder.
  ///
  /// - Throws: `TrainingError` where it cannot be read, or a picture lies in no class's folder.
  public init(_ root: String) throws(TrainingError) {
    self.root = root
    let prefix = root.hasSuffix("/") ? root : root + "/"
    let paths: [String]
    do {
      paths = try Pictures.find(in: root)
    } catch {
      throw TrainingError(error.description)
    }
    pictures = []
    for path in paths {
      let relative = String(path.dropFirst(prefix.count))
      let parts = relative.split(separator: "/")
      guard parts.count >= 2 else {
        throw TrainingError(
          "\(path): a picture outside of any class; lay pictures out as <class>/* or "
            + "<domain>/<class>/*")
      }
      pictures.append(
        Picture(
          path: relative, domain: parts.count >= 3 ? String(parts[0]) : "all",
          label: String(parts[parts.count - 2])))
    }
  }

  /// In the order of their names.
  public var domains: [String] { Set(pictures.map(\.domain)).sorted() }
  public var labels: [String] { Set(pictures.map(\.label)).sorted() }

  /// Keeps the pictures for which `isIncluded` holds.
  public mutating func filter(_ isIncluded: (Picture) -> Bool) {
    pictures = pictures.filter(isIncluded)
  }

  /// Takes labels from a bank that has its own.
  public mutating func takeLabels(from bank: EmbeddingBank) {
    guard !bank.labels.isEmpty else { return }
    let rows = bank.rowOfPath
    for index in pictures.indices {
      if let row = rows[Array(pictures[index].path.utf8)] {
        pictures[index].label = bank.labels[row]
      }
    }
  }
}
