// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// How V4L2's colour fields become a matrix and a range: what a driver leaves at "default" follows
/// from the colour space (`V4L2_MAP_YCBCR_ENC_DEFAULT`, `V4L2_MAP_QUANTIZATION_DEFAULT` in
/// videodev2.h).
enum ColourDefaults {
  /// BT.2020 and SMPTE 240M are taken as BT.709, the nearest matrix there is.
  static func matrix(
    _ fourCC: FourCC, colorspace: UInt32, encoding: UInt32
  ) -> ColourMatrix {
    if fourCC.isJPEG { return .bt601 }
    switch encoding {
    case V4L2_YCBCR_ENC_601.rawValue, V4L2_YCBCR_ENC_XV601.rawValue: return .bt601
    case V4L2_YCBCR_ENC_DEFAULT.rawValue: break
    // An encoding of a later kernel, or one of sYCC's, which is BT.601's.
    case V4L2_YCBCR_ENC_709.rawValue, V4L2_YCBCR_ENC_XV709.rawValue,
      V4L2_YCBCR_ENC_BT2020.rawValue, V4L2_YCBCR_ENC_BT2020_CONST_LUM.rawValue,
      V4L2_YCBCR_ENC_SMPTE240M.rawValue:
      return .bt709
    default: return .bt601
    }
    switch colorspace {
    case V4L2_COLORSPACE_REC709.rawValue, V4L2_COLORSPACE_DCI_P3.rawValue,
      V4L2_COLORSPACE_BT2020.rawValue, V4L2_COLORSPACE_SMPTE240M.rawValue:
      return .bt709
    default: return .bt601
    }
  }

  /// R'G'B' and JPEG are full, Y'CbCr is limited, unless the driver says otherwise.
  static func range(_ fourCC: FourCC, colorspace: UInt32, quantization: UInt32) -> ColourRange {
    // JFIF knows no other range; V4L2 has no limited R'G'B' that a camera would send by default.
    if fourCC.isJPEG { return .full }
    switch quantization {
    case V4L2_QUANTIZATION_FULL_RANGE.rawValue: return .full
    case V4L2_QUANTIZATION_LIM_RANGE.rawValue: return .limited
    default:
      let isJPEG = colorspace == V4L2_COLORSPACE_JPEG.rawValue
      return fourCC.isRGB || isJPEG ? .full : .limited
    }
  }
}
