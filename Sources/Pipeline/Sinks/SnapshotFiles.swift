// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The snapshots in a folder, oldest first.
struct SnapshotFiles {
  private struct File {
    var name: String
    var byteCount: Int
  }

  private let folder: String
  private var files: [File] = []
  /// Of all of them.
  private(set) var byteCount = 0

  /// Counts what is there, and makes the folder where it is missing; nothing where the folder cannot
  /// be read.
  init(folder: String) {
    self.folder = folder
    mkdir(folder, 0o755)
    guard let stream = swiftlet_folder_open(folder) else { return }
    defer { swiftlet_folder_close(stream) }
    while let entry = swiftlet_folder_next(stream) {
      let name = String(cString: entry)
      guard name.hasPrefix(SnapshotStore.prefix), name.hasSuffix(SnapshotStore.suffix) else {
        continue
      }
      var size: Int64 = 0
      guard swiftlet_file_size(folder + "/" + name, &size) == 0 else { continue }
      add(name, byteCount: Int(size))
    }
    // Names begin with the time.
    files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  mutating func add(_ name: String, byteCount: Int) {
    files.append(File(name: name, byteCount: byteCount))
    self.byteCount += byteCount
  }

  /// Removes the oldest files until `byteCount` more bytes are within the limit.
  mutating func makeRoom(for byteCount: Int, limit: Int) {
    var count = 0
    while count < files.count, self.byteCount + byteCount > limit {
      unlink(folder + "/" + files[count].name)
      self.byteCount -= files[count].byteCount
      count += 1
    }
    files.removeFirst(count)
  }
}
