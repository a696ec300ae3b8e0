// SPDX-License-Identifier: Apache-2.0

extension StreamFraming {
  /// Why a stream cannot be read as it is asked for.
  package struct Complaint: Error {
    /// What is wrong, and what to do.
    package let message: String
  }

  /// What `--format`, `--size` and `--rate` say of a stream; nil when the stream itself says.
  ///
  /// - Throws: when they do not go together.
  package static func requested(
    format: String?, size: (width: Int, height: Int)?, rate: Double?
  ) throws(Complaint) -> StreamFraming? {
    guard let format else {
      guard size == nil else {
        throw Complaint(message: "--size needs --format for frames from a stream")
      }
      return nil
    }
    if format == "MJPG" || format == "JPEG" { return .jpeg }
    guard let size else {
      throw Complaint(message: "--format " + format + " needs --size for frames from a stream")
    }
    guard var framing = RawFraming(fourCC: format, width: size.width, height: size.height) else {
      let known = RawFraming.fourCCs.joined(separator: ", ")
      throw Complaint(message: "--format " + format + " is none of " + known + ", MJPG")
    }
    framing.rate = rate ?? 0
    return .raw(framing)
  }
}
