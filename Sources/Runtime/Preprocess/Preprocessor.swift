// SPDX-License-Identifier: Apache-2.0

/// Turns pictures of any size into the network's input: resize, crop, colour order and
/// quantization, exactly as docs/model-format.md (*Preprocessing*) defines them.
///
/// All arithmetic on pixels is integer, so every machine gives the same bytes. After the first
/// picture of a size, further ones of that size allocate nothing. Memory is at most
/// `ringByteLimit` and a few rows of the picture and of the output, however large they are.
package struct Preprocessor: ~Copyable {
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

  private let record: PreprocessingRecord
  private let table: QuantizationTable
  private var columns = ResizeAxis()
  private var rows = ResizeAxis()
  private let ringByteLimit: Int
  /// Rows of the picture, resized to a strip's columns: row `r` lies in slot `r % ringRows`.
  private var ring = ScratchBuffer<UInt8>()
  /// Sums of one strip's part of an output row.
  private var sums = ScratchBuffer<Int32>()
  /// One row of the picture, turned grey.
  private var greyRow = ScratchBuffer<UInt8>()

  /// Makes the network's u8 input, NHWC.
  ///
  /// - Parameters:
  ///   - record: the model's preprocessing.
  ///   - input: the model's input tensor; its size, range and scale.
  package init(record: PreprocessingRecord, input: TensorRecord) {
    self.init(
      record: record, height: input.height, width: input.width, channels: input.channels,
      input: input, ringByteLimit: Self.ringByteLimit)
  }

  /// Makes the resized and cropped bytes before quantization, 0...255, in the model's colour
  /// order; `real(_:channel:)` says what they mean.
  package init(record: PreprocessingRecord, height: Int, width: Int, channels: Int) {
    self.init(
      record: record, height: height, width: width, channels: channels, input: nil,
      ringByteLimit: Self.ringByteLimit)
  }

  init(
    record: PreprocessingRecord, height: Int, width: Int, channels: Int, input: TensorRecord?,
    ringByteLimit: Int
  ) {
    precondition(
      channels == (record.colourOrder == .grey ? 1 : 3), "channels follow the colour order")
    self.record = record
    self.height = height
    self.width = width
    self.channels = channels
    self.ringByteLimit = ringByteLimit
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
    let geometry = ResizeGeometry(
      record: record, width: width, height: height, inputWidth: self.width,
      inputHeight: self.height)
    try columns.plan(geometry.columns)
    try rows.plan(geometry.rows)
    let isGrey = format == .grey || channels == 1
    let columnByteCount = rows.maximumTapCount * (isGrey ? 1 : 3)
    let stripWidth = min(max(ringByteLimit / columnByteCount, 1), self.width)
    try ring.reserve(stripWidth * columnByteCount)
    try sums.reserve(stripWidth * (isGrey ? 1 : 3))
    let convertsToGrey = isGrey && format != .grey
    if convertsToGrey { try greyRow.reserve(width) }
    // The checks above hold every row inside of `pixels`; the plan holds every tap inside of a row.
    unsafe pixels.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let source = unsafe PixelRows(
        base: base.assumingMemoryBound(to: UInt8.self), bytesPerRow: bytesPerRow, format: format,
        reversesColours: record.colourOrder == .bgr)
      for first in stride(from: 0, to: self.width, by: stripWidth) {
        let strip = first..<min(first + stripWidth, self.width)
        unsafe resize(
          source, strip, isGrey: isGrey, convertsToGrey: convertsToGrey, into: output)
      }
    }
  }

  /// Makes some columns of the output row by row, horizontally into the ring, then vertically out
  /// of it.
  private func resize(
    _ source: PixelRows, _ strip: Range<Int>, isGrey: Bool, convertsToGrey: Bool,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let rowCount = strip.count * (isGrey ? 1 : 3)
    let ringRows = rows.maximumTapCount
    let greyRow = unsafe convertsToGrey ? greyRow.base : nil
    let inputs = columns.inputs(of: strip)
    let summing = unsafe ColumnSums(sums: sums.base, count: rowCount)
    // The first row of the picture that was never in the ring.
    var next = 0
    for y in 0..<height {
      let taps = unsafe rows.taps.base[y]
      let end = Int(taps.start) + Int(taps.count)
      var row = max(next, Int(taps.start))
      while row < end {
        let slot = unsafe ring.base + row % ringRows * rowCount
        if isGrey {
          unsafe source.resizeGrey(
            row, strip, of: inputs, columns: columns, scratch: greyRow, into: slot)
        } else {
          unsafe source.resizeColours(row, strip, columns: columns, into: slot)
        }
        row += 1
      }
      next = max(next, end)
      unsafe summing.add(
        ring.base, ringRows: ringRows, taps: taps,
        weights: rows.weights.base + y * rows.maximumTapCount)
      unsafe write(
        summing, isGrey: isGrey, into: output + (y * width + strip.lowerBound) * channels)
    }
  }

  /// Writes one strip's part of an output row through the table.
  private func write(
    _ sums: ColumnSums, isGrey: Bool, into output: UnsafeMutablePointer<UInt8>
  ) {
    unsafe table.entries.span.withUnsafeBufferPointer { entries in
      guard let table = entries.baseAddress else { return }
      if isGrey {
        unsafe sums.write(table, grey: output, channels: channels)
      } else {
        unsafe sums.write(table, colours: output)
      }
    }
  }
}
