// SPDX-License-Identifier: Apache-2.0
import CTurboJPEG
import Runtime

/// What a JPEG file says of itself.
struct JPEGHeader {
  var width: Int32 = 0
  var height: Int32 = 0
  var subsampling: Int32 = 0
  var colourSpace: Int32 = 0

  /// The layout of the file's own planes; nil where frames have none like it.
  var layout: FrameLayout? {
    switch (TJCS(UInt32(bitPattern: colourSpace)), TJSAMP(UInt32(bitPattern: subsampling))) {
    case (TJCS_GRAY, _): .grey
    case (TJCS_YCbCr, TJSAMP_444): .planar444
    case (TJCS_YCbCr, TJSAMP_422): .planar422
    case (TJCS_YCbCr, TJSAMP_420): .planar420
    default: nil
    }
  }

  /// Whether it has the inks of a printer.
  var hasInks: Bool {
    let space = TJCS(UInt32(bitPattern: colourSpace))
    return space == TJCS_CMYK || space == TJCS_YCCK
  }

  /// All of the picture.
  var whole: FrameRegion { FrameRegion(x: 0, y: 0, width: Int(width), height: Int(height)) }
}
