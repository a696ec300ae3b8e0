// SPDX-License-Identifier: Apache-2.0
import Foundation
import Runtime
import Testing

@testable import Pipeline

@Suite("Frames from a stream of bytes")
struct StreamTests {
  /// A picture that no decoder takes, with what a splitter has to understand: a thumbnail with its
  /// own end, stuffing, restarts, fill bytes and a second scan.
  private static let picture: [UInt8] =
    [0xFF, 0xD8, 0xFF, 0xE1, 0x00, 0x08, 0xFF, 0xD8, 0x01, 0xFF, 0xD9, 0x07]
    + [0xFF, 0xFF, 0xDA, 0x00, 0x03, 0x01, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD3, 0x56]
    + [0xFF, 0xDA, 0x00, 0x02, 0x99, 0xFF, 0xFF, 0xD9]

  private func split(_ bytes: [UInt8]) -> [[UInt8]] {
    var splitter = MJPEGSplitter()
    var pictures: [[UInt8]] = []
    var current: [UInt8] = []
    for byte in bytes {
      switch splitter.take(byte) {
      case .skip: break
      case .begin: current = [0xFF, byte]
      case .keep: current.append(byte)
      case .end:
        current.append(byte)
        pictures.append(current)
      }
    }
    return pictures
  }

  @Test func picturesAreFoundWhole() {
    let bytes = [0x00, 0xFF, 0x11] + Self.picture + [0xFF, 0xFF] + Self.picture + [0x42]
    #expect(split(bytes) == [Self.picture, Self.picture])
  }

  @Test func aPictureThatIsCutOffInItsScanDoesNotSwallowTheNextOne() {
    for count in 19...24 {
      #expect(split(Self.picture[..<count] + Self.picture).last == Self.picture, "\(count)")
    }
  }

  /// A segment that is cut off may swallow as many bytes as its length says, at most 64 KiB.
  @Test func aPictureThatIsCutOffAnywhereIsOverSoon() {
    let others = Array(repeating: Self.picture, count: 65_536 / Self.picture.count + 2).joined()
    for count in 0..<Self.picture.count {
      let bytes = Self.picture[..<count] + others
      #expect(split(Array(bytes)).last == Self.picture, "\(count)")
    }
  }

  @Test func randomBytesDoNoHarm() {
    var state: UInt64 = 7
    var splitter = MJPEGSplitter()
    for _ in 0..<100_000 {
      // Knuth's MMIX generator.
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      _ = splitter.take(UInt8(state >> 56))
    }
  }

  @Test func yuv4mpegHeadersAreRead() throws {
    let framing = try #require(
      RawFraming(yuv4mpeg: "YUV4MPEG2 W640 H480 F30000:1001 Ip A1:1 C422 XYSCSS=422"))
    #expect(framing.layout == .planar422)
    #expect(framing.width == 640 && framing.height == 480)
    #expect(abs(framing.rate - 29.97) < 0.001)
    #expect(framing.frameByteCount == 640 * 480 * 2)
    let plain = try #require(RawFraming(yuv4mpeg: "YUV4MPEG2 W3 H5"))
    #expect(plain.frameByteCount == 15 + 2 * 6)
    #expect(RawFraming(yuv4mpeg: "YUV4MPEG2 W640 H480 XCOLORRANGE=FULL")?.range == .full)
  }

  @Test(arguments: [
    "", "YUV4MPEG2", "YUV4MPEG2 W0 H1", "YUV4MPEG2 W-1 H1", "YUV4MPEG2 W70000 H1",
    "YUV4MPEG2 W640 H480 C420p10", "YUV4MPEG3 W1 H1", "YUV4MPEG2 W99999999999999999999 H1",
  ])
  func badHeadersAreRefused(_ line: String) {
    #expect(RawFraming(yuv4mpeg: line) == nil)
  }

  /// Runs a source over `bytes` and gives the frames' first bytes, and the events.
  private func read(
    _ bytes: [UInt8], _ options: StreamOptions
  ) throws -> (frames: [[UInt8]], events: [String], damaged: UInt64) {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let (readEnd, writeEnd) = (ends[0], ends[1])
    let feed = Feed()
    let writer = try #require(
      WorkerThread {
        var offset = 0
        // Odd pieces, so that frames are cut anywhere.
        while offset < bytes.count {
          let count = min(1021, bytes.count - offset)
          offset += bytes.withUnsafeBytes { write(writeEnd, $0.baseAddress! + offset, count) }
        }
        close(writeEnd)
      })
    let source = try #require(
      WorkerThread {
        var source = StreamSource(readEnd, name: "-", options: options, feed: feed)
        source.run()
      })
    var frames: [[UInt8]] = []
    var events: [String] = []
    var hasEnded = false
    while !hasEnded {
      feed.arrival.wait(milliseconds: 1000)
      feed.arrival.drain()
      if let frame = feed.exchange.take() {
        switch frame.content {
        case .jpeg(let bytes): frames.append(Array(bytes))
        case .pixels(let pixels): frames.append(Array(pixels.planes[0].bytes))
        }
        feed.exchange.finish(frame)
      }
      for event in feed.takeEvents() {
        switch event {
        case .streaming(let source): events.append(source.format)
        case .fault(let fault): events.append(fault.kind.name)
        case .ended: hasEnded = true
        }
      }
    }
    writer.join()
    source.join()
    close(readEnd)
    return (frames, events, feed.takeDamage().count)
  }

  private var everyFrame: StreamOptions {
    var options = StreamOptions()
    options.takesEveryFrame = true
    return options
  }

  @Test func everyPictureOfAStreamArrives() throws {
    let whole = Array(repeating: Self.picture, count: 50).joined()
    let bytes = Array(whole) + Self.picture.dropLast(3)
    let (frames, events, damaged) = try read(bytes, everyFrame)
    #expect(frames.count == 50)
    #expect(frames.allSatisfy { $0 == Self.picture })
    #expect(events == ["MJPG"])
    #expect(damaged == 1)
  }

  @Test func everyRawFrameArrives() throws {
    var options = everyFrame
    options.framing = .raw(RawFraming(layout: .grey, width: 37, height: 11))
    let sent = (0..<30).map { [UInt8](repeating: UInt8($0), count: 37 * 11) }
    let bytes = Array(sent.joined()) + [1, 2, 3]
    let (frames, events, damaged) = try read(bytes, options)
    #expect(frames == sent)
    #expect(events == ["GREY"])
    #expect(damaged == 1)
  }

  @Test func framesOfAYUV4MPEGStreamArrive() throws {
    var bytes = Array("YUV4MPEG2 W4 H2 F30:1 Cmono\n".utf8)
    for value in 0..<5 { bytes += Array("FRAME\n".utf8) + Array(repeating: UInt8(value), count: 8) }
    let (frames, events, _) = try read(bytes, everyFrame)
    #expect(frames == (0..<5).map { Array(repeating: UInt8($0), count: 8) })
    #expect(events == ["GREY"])
  }

  @Test func anUnknownStreamIsAFault() throws {
    let (frames, events, _) = try read(Array("RIFF....AVI ".utf8), everyFrame)
    #expect(frames.isEmpty)
    #expect(events == ["camera-unsupported"])
  }
}
