// SPDX-License-Identifier: Apache-2.0
import Glibc
import Runtime

/// Why a network could not be quantized. `description` says what happened and what to do next.
public enum QuantizationError: Error, Sendable, Equatable {
  /// The folder cannot be read, or is none.
  case unreadableFolder(String)
  /// The folder holds no picture, or only broken ones.
  case noPictures(folder: String, broken: Int)
  /// A weight or bias of the named node is not a number or infinite.
  case notFiniteWeights(node: String)
  /// An activation became infinite or not a number on a calibration picture.
  case notFinite(String)
  /// The network's input has a number of channels that no picture has.
  case inputChannels(Int)
  /// The shorter side before the crop, in pixels, is less than the network's input.
  case resizeSize(Int, needed: Int)
  /// The labels are not as many as the outputs.
  case labelCount(labels: Int, outputs: Int)
  /// The labels file cannot be read.
  case unreadableLabels(String)
  /// A label, counted from 1, holds a control character.
  case unprintableLabel(Int)
  /// The preprocessing cannot make the network's input.
  case preprocessing(String)
  /// A node has a form that the int8 network cannot hold.
  case unsupported(node: String, reason: String)
  /// The model file that was written does not pass the runtime's verifier.
  case rejected(RuntimeError)
  /// The output cannot be written; the value is `errno`.
  case unwritable(String, errno: Int32)
  /// The caller's task was cancelled.
  case cancelled
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unreadableFolder(let path):
      "The calibration folder \(path) cannot be read. Name a folder of JPEG or PNG pictures."
    case .noPictures(let folder, let broken):
      broken == 0
        ? "There is no picture in \(folder). Put JPEG or PNG pictures of the kind that the camera "
          + "will see there: a hundred are enough."
        : "None of the \(broken) pictures in \(folder) can be decoded. Calibration needs at least "
          + "one that can."
    case .notFiniteWeights(let node):
      "The weights of \(node) hold a value that is not a finite number. Export the network again "
        + "from a checkpoint that trained well."
    case .notFinite(let value):
      "The float network computes a value that is not a finite number in \(value). Check the "
        + "network, and that --mean and --deviation are those that it was trained with."
    case .inputChannels(let channels):
      "The network reads \(channels) channels. Pictures have 3, or 1 when grey."
    case .resizeSize(let size, let needed):
      "Pictures resized to \(size) pixels do not cover the network's input. Give --resize at least "
        + "\(needed), or 0 to squash."
    case .labelCount(let labels, let outputs):
      "There are \(labels) labels for \(outputs) outputs. The labels file holds one a line, in the "
        + "order of the outputs."
    case .unreadableLabels(let path):
      "The labels file \(path) cannot be read. It holds one label a line, in UTF-8."
    case .unprintableLabel(let number):
      "Label \(number) holds a control character. Labels are printed as they are; take it out."
    case .preprocessing(let reason):
      "The preprocessing cannot make the network's input: \(reason)."
    case .unsupported(let node, let reason):
      "\(node) cannot be quantized: \(reason)."
    case .rejected(let error):
      "The quantized network breaks a rule of the model file, so nothing was written: \(error)."
    case .unwritable(let path, let code):
      "\(path) cannot be written (\(String(cString: strerror(code)))). Whatever was there before is unchanged; check the "
        + "folder, its permissions and the free space."
    case .cancelled:
      "Cancelled; nothing was written."
    }
  }
}

extension QuantizationError {
  /// - Throws: `cancelled` where the caller's task is.
  static func checkCancellation() throws {
    if Task.isCancelled { throw QuantizationError.cancelled }
  }
}
