// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Testing

@testable import Camera

@Suite("What drivers say of a format")
struct BufferLayoutTests {
  private func check(
    _ name: String, _ width: UInt32, _ height: UInt32, strides: [UInt32], sizes: [UInt32]
  ) -> (rows: [Int], required: [Int])? {
    var format = swiftlet_video_format()
    format.fourcc = FourCC(name)!.rawValue
    (format.width, format.height) = (width, height)
    format.plane_count = UInt32(sizes.count)
    let (strides, sizes) = (strides + [0, 0, 0], sizes + [0, 0, 0])
    format.bytes_per_line = (strides[0], strides[1], strides[2])
    format.byte_count = (sizes[0], sizes[1], sizes[2])
    var complaint = ""
    guard let layout = BufferLayout.check(format, complaint: &complaint) else {
      #expect(!complaint.isEmpty)
      return nil
    }
    let planes = 0..<layout.planeCount
    return (planes.map { layout.bytesPerRow[$0] }, planes.map { layout.requiredByteCount[$0] })
  }

  @Test(
    "good answers are taken, padding and all",
    arguments: [
      ("YUYV", 640, 480, [1280], [614_400], [1280], [614_400]),
      ("YUYV", 640, 480, [1408], [675_840], [1408], [675_712]),
      ("GREY", 7, 3, [8], [24], [8], [23]),
      ("RGB3", 5, 2, [16], [32], [16], [31]),
      ("NV12", 640, 480, [640], [460_800], [640], [460_800]),
      ("NV12", 4, 4, [64], [384], [64], [64 * 5 + 4]),
      ("YU12", 4, 4, [64], [384], [64], [64 * 4 + 32 * 2 + 32 + 2]),
      ("NM12", 640, 480, [640, 640], [307_200, 153_600], [640, 640], [307_200, 153_600]),
      ("YM12", 4, 4, [8, 8, 16], [32, 16, 32], [8, 8, 16], [28, 10, 18]),
      ("MJPG", 640, 480, [0], [614_400], [0], [0]),
      ("S920", 640, 480, [640], [460_800], [640], [0]),
    ])
  func good(
    _ name: String, _ width: UInt32, _ height: UInt32, _ strides: [UInt32], _ sizes: [UInt32],
    _ rows: [Int], _ required: [Int]
  ) throws {
    let layout = try #require(check(name, width, height, strides: strides, sizes: sizes))
    #expect(layout.rows == rows && layout.required == required)
  }

  @Test(
    "a stride of 0, too small or beyond the buffer is replaced where the buffer allows",
    arguments: [
      ("YUYV", 640, 480, 0, 614_400, 1280), ("YUYV", 640, 480, 640, 614_400, 1280),
      ("YUYV", 640, 480, 99_999, 614_400, 1280), ("YUYV", 3, 2, 6, 16, 8),
      ("NV12", 640, 480, 320, 460_800, 640), ("YU12", 6, 5, 1, 64, 6),
      ("RGB3", 640, 480, 640, 921_600, 1920),
      ("YUYV", 640, 480, .max, 614_400, 1280),
    ] as [(String, UInt32, UInt32, UInt32, UInt32, Int)])
  func repaired(
    _ name: String, _ width: UInt32, _ height: UInt32, _ stride: UInt32, _ size: UInt32,
    _ expected: Int
  ) throws {
    let layout = try #require(check(name, width, height, strides: [stride], sizes: [size]))
    #expect(layout.rows == [expected] && layout.required[0] <= Int(size))
  }

  @Test(
    "what cannot be read within the buffers is refused",
    arguments: [
      ("YUYV", 640, 480, [1280], [614_399]), ("YUYV", 640, 480, [0], [0]),
      ("YUYV", 0, 480, [1280], [614_400]), ("YUYV", 640, 0, [1280], [614_400]),
      ("GREY", 70_000, 1, [70_000], [70_000]), ("GREY", .max, .max, [.max], [.max]),
      ("NV12", 640, 480, [640, 640], [307_200, 153_600]), ("NM12", 640, 480, [640], [460_800]),
      ("NM12", 640, 480, [640, 640], [307_200, 153_599]), ("NV12", 640, 480, [640], [307_200]),
      ("S920", 640, 480, [], []), ("MJPG", 640, 480, [0], [0]),
      ("S920", 64, 48, [64, 64, 64, 64], [9999, 9999, 9999, 9999]),
    ] as [(String, UInt32, UInt32, [UInt32], [UInt32])])
  func refused(
    _ name: String, _ width: UInt32, _ height: UInt32, _ strides: [UInt32], _ sizes: [UInt32]
  ) {
    #expect(check(name, width, height, strides: strides, sizes: sizes) == nil)
  }
}

@Suite("What drivers say of a frame")
struct CameraFrameTests {
  nonisolated(unsafe) private static let memory = UnsafeRawBufferPointer(
    UnsafeMutableRawBufferPointer.allocate(byteCount: 300, alignment: 16))
  private static let monotonic = UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)

  private func frame(
    used: UInt32, offset: UInt32 = 0, flags: UInt32 = monotonic, time: UInt64 = 500,
    required: Int = 200
  ) -> CameraFrame {
    var buffer = swiftlet_video_buffer()
    (buffer.index, buffer.sequence, buffer.flags) = (2, 77, flags)
    buffer.timestamp_nanoseconds = time
    buffer.used_bytes.0 = used
    buffer.data_offset.0 = offset
    return CameraFrame(
      buffer, planeCount: 1, mappings: .init(repeating: Self.memory),
      required: [required, 0, 0], nowNanoseconds: 1000)
  }

  @Test("a whole frame is passed on with its number and time")
  func whole() {
    let frame = frame(used: 200)
    #expect(frame.bufferIndex == 2 && frame.sequence == 77 && !frame.isDamaged)
    #expect(frame.timestampNanoseconds == 500)
    #expect(frame.planes[0].count == 200 && frame.planes[0].baseAddress == Self.memory.baseAddress)
  }

  @Test("bytes before the picture are left out")
  func dataOffset() {
    let frame = frame(used: 264, offset: 64)
    #expect(frame.planes[0].count == 200 && !frame.isDamaged)
    #expect(frame.planes[0].baseAddress == Self.memory.baseAddress.map { $0 + 64 })
  }

  @Test(
    "short, empty, overlong and marked frames are damaged, and never reach beyond the buffer",
    arguments: [
      (199, 0, 199), (0, 0, 0), (301, 0, 300), (.max, 0, 300), (264, 65, 199), (200, 300, 0),
      (300, .max, 0), (.max, 300, 0), (.max, .max, 0),
    ] as [(UInt32, UInt32, Int)])
  func damaged(_ used: UInt32, _ offset: UInt32, _ count: Int) {
    let frame = frame(used: used, offset: offset)
    #expect(frame.isDamaged && frame.planes[0].count == count)
  }

  @Test("the driver's mark and a frame of no known length")
  func marks() {
    #expect(frame(used: 200, flags: UInt32(V4L2_BUF_FLAG_ERROR)).isDamaged)
    #expect(!frame(used: 1, required: 0).isDamaged)
    #expect(frame(used: 0, required: 0).isDamaged)
  }

  @Test("a time of another clock, of the future or of never is replaced by now")
  func time() {
    #expect(frame(used: 200, flags: 0).timestampNanoseconds == 1000)
    let copied = UInt32(V4L2_BUF_FLAG_TIMESTAMP_COPY)
    #expect(frame(used: 200, flags: copied).timestampNanoseconds == 1000)
    #expect(frame(used: 200, time: 0).timestampNanoseconds == 1000)
    #expect(frame(used: 200, time: 1001).timestampNanoseconds == 1000)
    #expect(frame(used: 200, time: 1000).timestampNanoseconds == 1000)
  }
}

@Suite("Colours that drivers leave open")
struct ColourDefaultTests {
  @Test("the matrix follows the encoding, or else the colour space")
  func matrix() {
    func matrix(
      _ space: v4l2_colorspace, _ encoding: v4l2_ycbcr_encoding, _ fourCC: FourCC = .yuyv
    ) -> ColourMatrix {
      ColourDefaults.matrix(fourCC, colorspace: space.rawValue, encoding: encoding.rawValue)
    }
    #expect(matrix(V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_DEFAULT) == .bt601)
    #expect(matrix(V4L2_COLORSPACE_DEFAULT, V4L2_YCBCR_ENC_DEFAULT) == .bt601)
    #expect(matrix(V4L2_COLORSPACE_SMPTE170M, V4L2_YCBCR_ENC_DEFAULT) == .bt601)
    #expect(matrix(V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_DEFAULT) == .bt709)
    #expect(matrix(V4L2_COLORSPACE_BT2020, V4L2_YCBCR_ENC_DEFAULT) == .bt709)
    #expect(matrix(V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_601) == .bt601)
    #expect(matrix(V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_XV709) == .bt709)
    #expect(matrix(V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_709, .mjpg) == .bt601)
  }

  @Test("the range is limited for Y'CbCr, full for R'G'B' and JPEG, or as the driver says")
  func range() {
    func range(
      _ fourCC: FourCC, _ space: v4l2_colorspace = V4L2_COLORSPACE_SRGB,
      _ quantization: v4l2_quantization = V4L2_QUANTIZATION_DEFAULT
    ) -> ColourRange {
      ColourDefaults.range(
        fourCC, colorspace: space.rawValue, quantization: quantization.rawValue)
    }
    #expect(range(.yuyv) == .limited && range(.nv12) == .limited && range(.rgb3) == .full)
    #expect(range(.yuyv, V4L2_COLORSPACE_JPEG) == .full)
    #expect(range(.yuyv, V4L2_COLORSPACE_REC709) == .limited)
    #expect(range(.yuyv, V4L2_COLORSPACE_SRGB, V4L2_QUANTIZATION_FULL_RANGE) == .full)
    #expect(range(.nv12, V4L2_COLORSPACE_JPEG, V4L2_QUANTIZATION_LIM_RANGE) == .limited)
    #expect(range(.mjpg, V4L2_COLORSPACE_SRGB, V4L2_QUANTIZATION_LIM_RANGE) == .full)
  }
}
