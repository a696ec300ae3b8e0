// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Camera

@Suite("Four-character codes")
struct FourCCTests {
  @Test("names are read and written, the first character in the lowest byte")
  func names() {
    #expect(FourCC("YUYV") == .yuyv && FourCC("YUYV")?.rawValue == 0x5659_5559)
    #expect(FourCC.mjpg.description == "MJPG")
    #expect(FourCC("Y16 ")?.description == "Y16 ")
    for name in ["", "YUY", "YUYV2", "YÜYV", "Y\u{0}YV"] { #expect(FourCC(name) == nil) }
    // The highest bit marks big endian.
    #expect(FourCC(rawValue: 0xB631_3631).description == "161?")
  }

  @Test(
    "raw sensor data is known by its name", arguments: ["BA81", "pRAA", "RG10", "GR16", "PC1g"])
  func bayer(_ name: String) throws {
    let format = try #require(FourCC(name))
    #expect(format.isBayer && !format.isNative)
  }

  @Test(
    "pictures are no raw data", arguments: ["YUYV", "RGB3", "GREY", "MJPG", "NV12", "Y10 ", "RGBP"])
  func noBayer(_ name: String) throws { #expect(try !#require(FourCC(name)).isBayer) }

  @Test("formats with a conversion of their own are native")
  func native() throws {
    let native: [FourCC] = [
      .yuyv, .uyvy, .yvyu, .nv12, .nv21, .nv12Multiplanar, .nv21Multiplanar, .yu12,
      .yu12Multiplanar, .rgb3, .bgr3, .grey, .mjpg, .jpeg,
    ]
    for format in native { #expect(format.isNative, "\(format)") }
    for name in ["H264", "S920", "Y16 ", "XR24"] { #expect(FourCC(name)?.isNative == false) }
  }
}
