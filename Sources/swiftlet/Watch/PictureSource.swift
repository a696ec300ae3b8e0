// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Pictures
import Pipeline
import Runtime

/// Picture files as frames: each one is classified, in order.
struct PictureSource {
  let paths: [String]
  let feed: Feed

  func run() {
    var sequence: UInt64 = 0
    for path in paths {
      let image: Image
      do {
        image = try Pictures.decode(path: path).opaque
      } catch {
        feed.post(.fault(Fault(.pictureFailed, message: error.description, device: path)))
        continue
      }
      if sequence == 0 { noteStreaming(path) }
      sequence += 1
      let isGoingOn = image.pixels.withUnsafeBytes { bytes -> Bool in
        let frame = PendingFrame(
          slot: 0, content: .pixels(image.frame(bytes)), sequence: sequence,
          timestampNanoseconds: swiftlet_nanoseconds(), path: path)
        _ = feed.exchange.offer(frame)
        // The bytes are lent to this closure only.
        return feed.exchange.waitUntilIdle(stop: feed.stop)
      }
      guard isGoingOn else { break }
    }
    feed.exchange.withdraw()
    feed.post(.ended)
  }

  private func noteStreaming(_ path: String) {
    feed.post(
      .streaming(
        SourceDescription(
          device: path, name: "pictures", format: "RGB3", width: 0, height: 0, rate: 0)))
  }
}

extension Image {
  /// The picture without its alpha channel.
  var opaque: Image {
    guard format == .rgba || format == .bgra else { return self }
    let colours = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for y in 0..<height {
        for x in 0..<width {
          for channel in 0..<3 {
            buffer[(y * width + x) * 3 + channel] = pixels[y * bytesPerRow + x * 4 + channel]
          }
        }
      }
      count = width * height * 3
    }
    return Image(
      width: width, height: height, format: format == .rgba ? .rgb : .bgr, pixels: colours)
  }

  /// The picture as a frame over its own bytes, which have no alpha.
  func frame(_ bytes: UnsafeRawBufferPointer) -> FramePixels {
    let layout: FrameLayout =
      switch format {
      case .grey: .grey
      case .bgr, .bgra: .bgr
      case .rgb, .rgba: .rgb
      }
    return FramePixels(
      layout: layout, width: width, height: height, range: .full, bytes: bytes,
      bytesPerRow: bytesPerRow)
  }
}
