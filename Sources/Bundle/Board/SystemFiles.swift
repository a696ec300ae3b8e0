// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// The board's real folder.
package struct SystemFiles: BoardFiles {
  package init() {}

  package func read(_ path: String, limit: Int) throws(BundleError) -> [UInt8]? {
    do throws(BundleError) {
      return try SmallFile.read(path, limit: limit)
    } catch {
      if case .unreadable(_, errno: ENOENT) = error { return nil }
      throw error
    }
  }

  package func write(_ bytes: [UInt8], to path: String) throws(BundleError) {
    let descriptor = try create(path)
    var code = bytes.withUnsafeBytes { buffer -> Int32 in
      guard let base = buffer.baseAddress else { return 0 }
      return swiftlet_write_all(descriptor, base, buffer.count)
    }
    if code == 0 && fsync(descriptor) != 0 { code = swiftlet_errno() }
    if close(descriptor) != 0 && code == 0 { code = swiftlet_errno() }
    guard code == 0 else { throw .unwritable(path, errno: code) }
  }

  package func copy(_ source: String, to path: String) throws(BundleError) {
    let input = swiftlet_open_read_only(source)
    guard input >= 0 else { throw .unreadable(source, errno: swiftlet_errno()) }
    defer { close(input) }
    let output = try create(path)
    let failure = Self.fill(output, from: input)
    var code = failure?.code ?? 0
    if code == 0 && fsync(output) != 0 { code = swiftlet_errno() }
    if close(output) != 0 && code == 0 { code = swiftlet_errno() }
    guard code == 0 else {
      if failure?.isReading == true { throw .unreadable(source, errno: code) }
      throw .unwritable(path, errno: code)
    }
  }

  private static func fill(
    _ output: Int32, from input: Int32
  ) -> (code: Int32, isReading: Bool)? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    return buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return nil }
      while true {
        let count = swiftlet_read(input, base, bytes.count)
        if count < 0 {
          let code = swiftlet_errno()
          if code == EINTR { continue }
          return (code, true)
        }
        if count == 0 { return nil }
        let code = swiftlet_write_all(output, base, Int(count))
        if code != 0 { return (code, false) }
      }
    }
  }

  private func create(_ path: String) throws(BundleError) -> Int32 {
    // Another user's leftover cannot be opened, but removed by the folder's owner.
    unlink(path)
    let descriptor = swiftlet_create_file(path)
    guard descriptor >= 0 else { throw .unwritable(path, errno: swiftlet_errno()) }
    return descriptor
  }

  package func rename(_ path: String, to target: String) throws(BundleError) {
    guard CPlatform.rename(path, target) == 0 else {
      throw .unwritable(target, errno: swiftlet_errno())
    }
  }

  package func makeFolder(_ path: String) throws(BundleError) {
    let code = swiftlet_make_folder(path)
    guard code == 0 else { throw .unwritable(path, errno: code) }
  }

  package func synchronize(_ folder: String) throws(BundleError) {
    let descriptor = swiftlet_open_read_only(folder)
    guard descriptor >= 0 else { throw .unreadable(folder, errno: swiftlet_errno()) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .unwritable(folder, errno: swiftlet_errno()) }
  }

  package func remove(_ path: String) {
    if unlink(path) == 0 { return }
    for name in names(in: path) { unlink(path + "/" + name) }
    rmdir(path)
  }

  package func names(in folder: String) -> [String] {
    guard let handle = swiftlet_folder_open(folder) else { return [] }
    defer { swiftlet_folder_close(handle) }
    var names: [String] = []
    while let name = swiftlet_folder_next(handle) {
      let text = String(cString: name)
      if !text.utf8.elementsEqual(".".utf8) && !text.utf8.elementsEqual("..".utf8) {
        names.append(text)
      }
    }
    return names
  }

  package func lock(_ folder: String) throws(BundleError) -> Int32 {
    let descriptor = swiftlet_lock_folder(folder)
    guard descriptor >= 0 else { throw .unreadable(folder, errno: swiftlet_errno()) }
    return descriptor
  }

  package func unlock(_ token: Int32) { close(token) }
}
