// SPDX-License-Identifier: Apache-2.0

/// Why a picture could not be read; `description` names it and says what to do.
public struct PictureError: Error, Sendable, Equatable {
  public enum Reason: Sendable, Equatable {
    /// The file or folder cannot be opened or read; the value is `errno`.
    case unreadable(errno: Int32)
    case isFolder
    case empty
    /// The bytes start with neither a JPEG's nor a PNG's magic.
    case notAPicture
    /// The picture ends before its last row.
    case truncated
    /// The bytes break the format; the text is the decoder's.
    case damaged(String)
    /// A side is longer than `Pictures.maximumSide`, or there are more than
    /// `Pictures.maximumPixelCount` pixels.
    case tooLarge(width: Int, height: Int)
    /// The file has more than `Pictures.maximumFileByteCount` bytes.
    case fileTooLarge
    case outOfMemory
    /// A folder without any .jpg, .jpeg or .png file.
    case noPictures
  }

  /// The picture's path, or what stands for it.
  public let name: String
  public let reason: Reason

  public init(name: String, reason: Reason) {
    self.name = name
    self.reason = reason
  }
}

extension PictureError: CustomStringConvertible {
  public var description: String { "\(name): \(reason.description)" }
}

extension PictureError.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadable(let code):
      "cannot be read: \(SystemCall.message(code)); check the path and its permissions"
    case .isFolder: "is a folder; name a picture in it"
    case .empty: "the file is empty; copy the picture again"
    case .notAPicture: "is not a JPEG or PNG picture; convert it to one of these"
    case .truncated: "the picture is cut short; copy it again"
    case .damaged(let message): "the picture is damaged (\(message)); copy or convert it again"
    case .tooLarge(let width, let height):
      "the picture has \(width) x \(height) pixels; scale it down to at most "
        + "\(Pictures.maximumSide) a side and \(Pictures.maximumPixelCount / 1_000_000) megapixels"
    case .fileTooLarge:
      "the file is larger than \(Pictures.maximumFileByteCount >> 20) MiB; scale the picture down"
    case .outOfMemory: "there is not enough memory for the picture; scale it down"
    case .noPictures: "the folder holds no .jpg, .jpeg or .png file; name another one"
    }
  }
}
