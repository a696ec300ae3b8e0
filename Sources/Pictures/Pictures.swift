// SPDX-License-Identifier: Apache-2.0
import Glibc
import Runtime

/// Reads JPEG and PNG pictures into memory, and finds them in folders.
///
/// Pixels are the bytes that the file holds: colour profiles and gamma are ignored, as they are in
/// training. The orientation that a camera noted (EXIF) is applied.
public enum Pictures {
  /// The longest side of a picture, in pixels.
  public static let maximumSide = 65_535
  /// The most pixels of one picture.
  public static let maximumPixelCount = 400_000_000
  /// The largest file that is read.
  public static let maximumFileByteCount = 1 << 30

  /// Reads the picture in a file.
  ///
  /// - Returns: 8 bits a channel; grey, RGB, or RGBA (not premultiplied) where there is an alpha.
  public static func decode(path: String) throws(PictureError) -> Image {
    try decode(bytes: read(path: path), name: path)
  }

  /// Reads a picture that is in memory.
  ///
  /// - Parameter name: stands for the picture in errors.
  public static func decode(bytes: [UInt8], name: String) throws(PictureError) -> Image {
    do throws(PictureError.Reason) {
      if bytes.starts(with: JPEGDecoder.magic) { return try JPEGDecoder.decode(bytes) }
      if bytes.starts(with: PNGChunks.magic) { return try PNGDecoder.decode(bytes) }
      throw bytes.isEmpty ? .empty : .notAPicture
    } catch {
      throw PictureError(name: name, reason: error)
    }
  }

  /// Reads the picture on standard input to its end.
  public static func decodeStandardInput() throws(PictureError) -> Image {
    let name = "standard input"
    let bytes: [UInt8]
    do throws(PictureError.Reason) {
      bytes = try SystemCall.readAll(
        STDIN_FILENO, expected: 1 << 20, limit: maximumFileByteCount)
    } catch {
      throw PictureError(name: name, reason: error)
    }
    return try decode(bytes: bytes, name: name)
  }

  /// The bytes of a file.
  package static func read(path: String) throws(PictureError) -> [UInt8] {
    do throws(PictureError.Reason) {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .unreadable(errno: errno) }
      defer { close(descriptor) }
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw .unreadable(errno: errno) }
      guard !status.isFolder else { throw .isFolder }
      return try SystemCall.readAll(
        descriptor, expected: Int(status.st_size), limit: maximumFileByteCount)
    } catch {
      throw PictureError(name: path, reason: error)
    }
  }

  /// Throws unless a picture's size is within the limits and there is memory for it.
  static func check(width: Int, height: Int) throws(PictureError.Reason) {
    guard width > 0, height > 0 else { throw .damaged("a side is 0 pixels long") }
    guard width <= maximumSide, height <= maximumSide, width * height <= maximumPixelCount else {
      throw .tooLarge(width: width, height: height)
    }
    // An array ends the program where malloc says no.
    guard let memory = malloc(width * height * 4) else { throw .outOfMemory }
    free(memory)
  }
}
