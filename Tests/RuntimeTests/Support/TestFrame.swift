// SPDX-License-Identifier: Apache-2.0
import Glibc

@testable import Runtime

/// Bytes that end where memory ends: reading one behind them is a fault.
final class EndingBytes {
  let bytes: UnsafeMutableRawBufferPointer
  private let mapping: UnsafeMutableRawPointer
  private let mappingByteCount: Int

  init(count: Int) {
    let page = 4096
    let dataByteCount = (count + page - 1) / page * page
    mappingByteCount = dataByteCount + page
    mapping = mmap(
      nil, mappingByteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
    precondition(mapping != MAP_FAILED, "no memory")
    precondition(mprotect(mapping + dataByteCount, page, PROT_NONE) == 0, "no guard page")
    bytes = UnsafeMutableRawBufferPointer(start: mapping + dataByteCount - count, count: count)
  }

  deinit { munmap(mapping, mappingByteCount) }
}

/// A frame in guarded memory, and its colours by a plain reading of docs/model-format.md.
struct TestFrame {
  let layout: FrameLayout
  let width: Int
  let height: Int
  let matrix: FrameMatrix
  let range: FrameRange
  let planes: [EndingBytes]
  let strides: [Int]

  /// Random samples; each plane gets a random padding between its rows.
  init(
    _ layout: FrameLayout, width: Int, height: Int, matrix: FrameMatrix, range: FrameRange,
    padding: ClosedRange<Int> = 0...5, using random: inout some RandomNumberGenerator
  ) {
    self.layout = layout
    self.width = width
    self.height = height
    self.matrix = matrix
    self.range = range
    var planes: [EndingBytes] = []
    var strides: [Int] = []
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let stride = size.rowByteCount + Int.random(in: padding, using: &random)
      let memory = EndingBytes(count: (size.rows - 1) * stride + size.rowByteCount)
      let isExtreme = Int.random(in: 0..<4, using: &random) == 0
      for i in memory.bytes.indices {
        let byte = UInt8.random(in: 0...255, using: &random)
        memory.bytes[i] = isExtreme ? (byte < 128 ? 0 : 255) : byte
      }
      planes.append(memory)
      strides.append(stride)
    }
    self.planes = planes
    self.strides = strides
  }

  var pixels: FramePixels {
    var lent: InlineArray<3, FramePixels.Plane> = [.empty, .empty, .empty]
    for plane in planes.indices {
      lent[plane] = FramePixels.Plane(
        bytes: UnsafeRawBufferPointer(planes[plane].bytes), bytesPerRow: strides[plane])
    }
    return FramePixels(
      layout: layout, width: width, height: height, matrix: matrix, range: range, planes: lent)
  }

  private func sample(_ plane: Int, _ x: Int, _ y: Int) -> Int {
    Int(planes[plane].bytes[y * strides[plane] + x])
  }

  /// Y', Cb, Cr of a pixel.
  private func yCbCr(_ x: Int, _ y: Int) -> (Int, Int, Int) {
    let pair = x / 2 * 4
    switch layout {
    case .yuyv: return (sample(0, 2 * x, y), sample(0, pair + 1, y), sample(0, pair + 3, y))
    case .yvyu: return (sample(0, 2 * x, y), sample(0, pair + 3, y), sample(0, pair + 1, y))
    case .uyvy: return (sample(0, 2 * x + 1, y), sample(0, pair, y), sample(0, pair + 2, y))
    case .nv12:
      return (sample(0, x, y), sample(1, x / 2 * 2, y / 2), sample(1, x / 2 * 2 + 1, y / 2))
    case .nv21:
      return (sample(0, x, y), sample(1, x / 2 * 2 + 1, y / 2), sample(1, x / 2 * 2, y / 2))
    case .planar420: return (sample(0, x, y), sample(1, x / 2, y / 2), sample(2, x / 2, y / 2))
    case .planar422: return (sample(0, x, y), sample(1, x / 2, y), sample(2, x / 2, y))
    case .planar444: return (sample(0, x, y), sample(1, x, y), sample(2, x, y))
    case .rgb, .bgr, .grey: fatalError("no chroma")
    }
  }

  /// Red, green, blue of a pixel.
  func colours(_ x: Int, _ y: Int) -> [UInt8] {
    switch layout {
    case .rgb: return (0..<3).map { UInt8(sample(0, 3 * x + $0, y)) }
    case .bgr: return (0..<3).map { UInt8(sample(0, 3 * x + 2 - $0, y)) }
    case .grey: return Array(repeating: UInt8(sample(0, x, y)), count: 3)
    default: break
    }
    let (luma, cb, cr) = yCbCr(x, y)
    let red = matrix == .bt601 ? 0.299 : 0.2126
    let blue = matrix == .bt601 ? 0.114 : 0.0722
    let lumaScale = range == .limited ? 255.0 / 219 : 1
    let chromaScale = range == .limited ? 255.0 / 224 : 1
    func factor(_ real: Double) -> Int { Int((real * 8192).rounded(.toNearestOrAwayFromZero)) }
    func byte(_ sum: Int) -> UInt8 { UInt8(min(max((sum + 4096) >> 13, 0), 255)) }
    let y = factor(lumaScale) * (luma - (range == .limited ? 16 : 0))
    let (b, r) = (cb - 128, cr - 128)
    let green = 1 - red - blue
    return [
      byte(y + factor(2 * (1 - red) * chromaScale) * r),
      byte(
        y + factor(-2 * (1 - red) * red / green * chromaScale) * r
          + factor(-2 * (1 - blue) * blue / green * chromaScale) * b),
      byte(y + factor(2 * (1 - blue) * chromaScale) * b),
    ]
  }

  /// A region as a picture: grey for a grey layout, else RGB.
  func picture(_ region: FrameRegion) -> (pixels: [UInt8], format: PixelFormat) {
    var pixels: [UInt8] = []
    for y in region.y..<region.y + region.height {
      for x in region.x..<region.x + region.width {
        let pixel = colours(x, y)
        pixels += layout == .grey ? [pixel[0]] : pixel
      }
    }
    return (pixels, layout == .grey ? .grey : .rgb)
  }
}

/// Runs a preprocessor on a frame.
func prepare(
  _ preprocessor: inout Preprocessor, _ frame: FramePixels, region: FrameRegion? = nil
) throws -> [UInt8] {
  var output = [UInt8](repeating: 0xA5, count: preprocessor.outputByteCount)
  try output.withUnsafeMutableBufferPointer { buffer in
    try preprocessor.run(frame: frame, region: region, into: buffer.baseAddress!)
  }
  return output
}
