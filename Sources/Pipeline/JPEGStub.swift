// SPDX-License-Identifier: Apache-2.0
import CPlatform
import CTurboJPEG
import Runtime

struct JPEGFrameDecoder: ~Copyable {
  var buffer: [UInt8] = []
  mutating func decode(_ bytes: UnsafeRawBufferPointer) -> FramePixels? {
    guard let handle = tjInitDecompress() else { return nil }
    defer { tjDestroy(handle) }
    var w: Int32 = 0
    var h: Int32 = 0
    var s: Int32 = 0
    let p = bytes.bindMemory(to: UInt8.self).baseAddress
    guard
      tjDecompressHeader2(handle, UnsafeMutablePointer(mutating: p), UInt(bytes.count), &w, &h, &s)
        == 0
    else { return nil }
    let n = Int(w) * Int(h) * 3
    if buffer.count < n { buffer = Array(repeating: 0, count: n) }
    let status = buffer.withUnsafeMutableBufferPointer {
      tjDecompress2(
        handle, p, UInt(bytes.count), $0.baseAddress, w, 0, h, Int32(TJPF_RGB.rawValue),
        TJFLAG_STOPONWARNING)
    }
    guard status == 0 else { return nil }
    return buffer.withUnsafeBytes { raw in
      var planes = InlineArray<3, FramePixels.Plane>(
        repeating: .init(bytes: .init(start: nil, count: 0), bytesPerRow: 0))
      planes[0] = .init(bytes: raw, bytesPerRow: Int(w) * 3)
      return FramePixels(
        layout: .rgb, width: Int(w), height: Int(h), matrix: .bt601, range: .full, planes: planes)
    }
  }
}

