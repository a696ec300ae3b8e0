// SPDX-License-Identifier: Apache-2.0

extension Pictures {
  /// The endings of picture files, in lower case.
  public static let fileEndings = [".jpg", ".jpeg", ".png"]

  /// Whether a path leads to a folder.
  public static func isFolder(_ path: String) -> Bool {
    SystemCall.status(of: path)?.isFolder ?? false
  }

  /// The pictures in a folder and all folders below, sorted bytewise.
  ///
  /// Files are told by their ending, in upper or lower case; hidden ones are left out. A folder
  /// that several links lead to is visited once.
  ///
  /// - Throws: when the folder cannot be read or has no picture.
  public static func find(in directory: String) throws(PictureError) -> [String] {
    var search = PictureSearch()
    do throws(PictureError.Reason) {
      try search.visit(directory)
      guard !search.paths.isEmpty else { throw .noPictures }
    } catch {
      throw PictureError(name: directory, reason: error)
    }
    return search.paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// A walk through folders.
private struct PictureSearch {
  private struct Folder: Hashable {
    let device: UInt
    let inode: UInt
  }

  private(set) var paths: [String] = []
  private var visited: Set<Folder> = []

  /// Collects the pictures below a folder. Folders below it that cannot be read throw as well:
  /// leaving them out would change a result without a word.
  mutating func visit(_ directory: String) throws(PictureError.Reason) {
    if let status = SystemCall.status(of: directory) {
      let folder = Folder(device: UInt(status.st_dev), inode: UInt(status.st_ino))
      guard visited.insert(folder).inserted else { return }
    }
    let prefix = directory.hasSuffix("/") ? directory : directory + "/"
    for name in try SystemCall.names(in: directory) where !name.hasPrefix(".") {
      let path = prefix + name
      guard let status = SystemCall.status(of: path) else { continue }
      if status.isFolder {
        try visit(path)
      } else if status.isFile, Self.isPicture(name) {
        paths.append(path)
      }
    }
  }

  private static func isPicture(_ name: String) -> Bool {
    let lowercased = name.lowercased()
    return Pictures.fileEndings.contains { lowercased.hasSuffix($0) }
  }
}
