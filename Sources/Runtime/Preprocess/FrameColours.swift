// SPDX-License-Identifier: Apache-2.0

/// The matrix from Y'CbCr to R'G'B': ITU-R BT.601-7 or BT.709-6.
public enum FrameMatrix: UInt8, Sendable, CaseIterable { case bt601, bt709 }

/// What sample values mean black and white: 16...235 (and 16...240 for Cb, Cr), or 0...255.
public enum FrameRange: UInt8, Sendable, CaseIterable { case limited, full }

/// The conversion of docs/model-format.md (*Camera frames*): factors with 13 fraction bits, the real
/// ones rounded to nearest.
struct FrameColours {
  /// Of Y'.
  var zero: Int16
  var luma: Int16
  var redOfCr: Int16
  var greenOfCb: Int16
  var greenOfCr: Int16
  var blueOfCb: Int16

  init(_ matrix: FrameMatrix, _ range: FrameRange) {
    switch (matrix, range) {
    case (.bt601, .limited): self.init(16, 9539, 13075, -3209, -6660, 16525)
    case (.bt601, .full): self.init(0, 8192, 11485, -2819, -5850, 14516)
    case (.bt709, .limited): self.init(16, 9539, 14686, -1747, -4366, 17305)
    case (.bt709, .full): self.init(0, 8192, 12901, -1535, -3835, 15201)
    }
  }

  private init(
    _ zero: Int16, _ luma: Int16, _ redOfCr: Int16, _ greenOfCb: Int16, _ greenOfCr: Int16,
    _ blueOfCb: Int16
  ) {
    self.zero = zero
    self.luma = luma
    self.redOfCr = redOfCr
    self.greenOfCb = greenOfCb
    self.greenOfCr = greenOfCr
    self.blueOfCb = blueOfCb
  }
}
