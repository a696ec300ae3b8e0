// SPDX-License-Identifier: Apache-2.0

/// Turns pictures of any size into the network's input: resize, crop, colour order and
/// quantization, exactly as docs/model-format.md (*Preprocessing*) defines them.
///
/// All arithmetic on pixels is integer, so every machine gives the same bytes. After the first
/// picture of a size, further ones of that size allocate nothing. Memory is at most
/// `ringByteLimit` and a few rows of the picture and of the output, however large they are.
@safe package struct Preprocessor: ~Copyable {
  /// The longest side of a picture, in pixels.
  package static let maximumSide = 65_535

  /// Bytes of resized rows that are held at a time. Where whole rows would need more, the picture is
  /// resized strip by strip; a strip of one column may need `3 * maximumSide`.
  package static let ringByteLimit = 1 << 20

  /// Of the output, in pixels.
  package let height: Int
  package let width: Int
  /// 3, or 1 for grey.
  package let channels: Int

  let record: PreprocessingRecord
  let table: QuantizationTable
  let kernels: PixelKernels
  let ringByteLimit: Int
  var columns = ResizeAxis()
  var rows = ResizeAxis()
  /// Rows of the picture, resized to a strip's columns: row `r` lies in slot `r % ringRows`.
  var ring = ScratchBuffer<UInt8>()
  /// The rows of the ring that make one output row.
  var ringPointers = unsafe ScratchBuffer<UnsafePointer<UInt8>>()
  /// One strip's part of an output row before quantization.
  var blended = ScratchBuffer<UInt8>()
  /// One row of a frame, converted to colours.
  var colourRow = ScratchBuffer<UInt8>()
  /// One row of the picture, turned grey.
  var greyRow = ScratchBuffer<UInt8>()

  /// Makes the network's u8 input, NHWC.
  ///
  /// - Parameters:
  ///   - record: the model's preprocessing.
  ///   - input: the model's input tensor; its size, range and scale.
  ///   - isa: what the machine runs; all give the same bytes.
  package init(
    record: PreprocessingRecord, input: TensorRecord, isa: InstructionSet = .best
  ) {
    self.init(
      record: record, height: input.height, width: input.width, channels: input.channels,
      input: input, isa: isa, ringByteLimit: Self.ringByteLimit)
  }

  /// Makes the resized and cropped bytes before quantization, 0...255, in the model's colour
  /// order; `real(_:channel:)` says what they mean.
  package init(
    record: PreprocessingRecord, height: Int, width: Int, channels: Int,
    isa: InstructionSet = .best
  ) {
    self.init(
      record: record, height: height, width: width, channels: channels, input: nil, isa: isa,
      ringByteLimit: Self.ringByteLimit)
  }

  init(
    record: PreprocessingRecord, height: Int, width: Int, channels: Int, input: TensorRecord?,
    isa: InstructionSet = .best, ringByteLimit: Int
  ) {
    precondition(
      channels == (record.colourOrder == .grey ? 1 : 3), "channels follow the colour order")
    self.record = record
    self.height = height
    self.width = width
    self.channels = channels
    self.ringByteLimit = ringByteLimit
    kernels = PixelKernels(isa)
    table = QuantizationTable(record: record, input: input)
  }

  /// Bytes of the output: `height * width * channels`.
  package var outputByteCount: Int { height * width * channels }

  /// Bytes held for resized rows.
  var ringByteCount: Int { ring.capacity }

  /// What the network means by a byte 0...255 of a picture: `(byte - mean) / deviation`.
  package func real(_ byte: UInt8, channel: Int) -> Float {
    Float((Double(byte) - Double(record.mean[channel])) / Double(record.deviation[channel]))
  }

  /// Prepares one picture.
  ///
  /// - Parameters:
  ///   - pixels: `height` rows, 8 bits a channel, top to bottom.
  ///   - width: in pixels, 1...`maximumSide`.
  ///   - height: in pixels, 1...`maximumSide`.
  ///   - bytesPerRow: from one row to the next.
  ///   - format: the order of the bytes of one pixel; alpha is ignored.
  ///   - output: `outputByteCount` bytes, NHWC.
  /// - Throws: when a size is out of range or `pixels` too short for it, or memory runs out.
  package mutating func run(
    pixels: RawSpan, width: Int, height: Int, bytesPerRow: Int, format: PixelFormat,
    into output: UnsafeMutablePointer<UInt8>
  ) throws(RuntimeError) {
    guard width >= 1, height >= 1, width <= Self.maximumSide, height <= Self.maximumSide else {
      throw .invalidImage(width: width, height: height)
    }
    let rowByteCount = width * format.byteCount
    let (before, overflow) = (height - 1).multipliedReportingOverflow(by: bytesPerRow)
    guard bytesPerRow >= rowByteCount, !overflow, before <= pixels.byteCount - rowByteCount else {
      throw .invalidImage(width: width, height: height)
    }
    try plan(width: width, height: height, isGrey: format == .grey)
    // The checks above hold every row inside of `pixels`; the plan holds every tap inside of a row.
    unsafe pixels.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let source = unsafe PixelRows(
        base: base.assumingMemoryBound(to: UInt8.self), byteCount: bytes.count,
        bytesPerRow: bytesPerRow, format: format)
      unsafe resize(.pixels(source), into: output)
    }
  }
}
