// SPDX-License-Identifier: Apache-2.0

extension FourCC {
  var isJPEG: Bool { self == .mjpg || self == .jpeg }
  var isRGB: Bool { self == .rgb3 || self == .bgr3 }

  /// Whether frames of this format can be used as they are, without libv4lconvert.
  package var isNative: Bool { isJPEG || uncompressedCost != nil }

  /// What a pixel of an uncompressed native format costs: tenths of a byte to read.
  private var uncompressedCost: Int? {
    switch self {
    case .grey: 10
    case .nv12, .nv21, .nv12Multiplanar, .nv21Multiplanar, .yu12, .yu12Multiplanar: 15
    case .yuyv, .uyvy, .yvyu: 20
    case .rgb3, .bgr3: 30
    default: nil
    }
  }

  /// The relative cost of a pixel: reading it, and decoding it where it is compressed.
  var costPerPixel: Int { uncompressedCost ?? 120 }

  /// Raw sensor data, one colour a pixel.
  package var isBayer: Bool {
    let names = Self.bayerNames
    return names.withUTF8Buffer { text in
      stride(from: 0, to: text.count, by: 5).contains { start in
        let low = UInt32(text[start]) | UInt32(text[start + 1]) << 8
        return rawValue == low | UInt32(text[start + 2]) << 16 | UInt32(text[start + 3]) << 24
      }
    }
  }

  /// The Bayer formats of videodev2.h with 8, 10, 12, 14 and 16 bits, and the compressed ones of
  /// Intel's IPU3 and of the Raspberry Pi's PiSP. Each takes five characters.
  private static let bayerNames: StaticString = """
    BA81 GBRG GRBG RGGB BYR2 GB16 GR16 RG16 BG10 GB10 BA10 RG10 BG12 GB12 BA12 RG12 \
    BG14 GB14 GR14 RG14 pBAA pGAA pgAA pRAA pBCC pGCC pgCC pRCC pBEE pGEE pgEE pREE \
    aBA8 aGA8 agA8 aRA8 bBA8 bGA8 BD10 bRA8 ip3b ip3g ip3G ip3r \
    PC1R PC1G PC1g PC1B PC2R PC2G PC2g PC2B\u{20}
    """
}
