// SPDX-License-Identifier: Apache-2.0

/// Turns pictures of any size into the network's input: resize, crop, colour order and
/// quantization, exactly as docs/model-format.md (*Preprocessing*) defines them.
///
/// All arithmetic on pixels is integer, so every machine gives the same bytes. After the first
/// picture of a size, further ones of that size allocate nothing. Memory is a few rows of the
/// output, however large the picture.
package struct Preprocessor: ~Copyable {
  /// The longest side of a picture, in pixels.
  package static let maximumSide = 65_535

  /// Of the output, in pixels.
  package let height: Int
  package let width: Int
  /// 3, or 1 for grey.
  package let channels: Int

  private let record: PreprocessingRecord
  private let table: QuantizationTable
  private var columns = ResizeAxis()
  private var rows = ResizeAxis()
  /// Rows of the picture, resized to `width`: row `r` lies in slot `r % ringRows`.
  private var ring = ScratchBuffer<UInt8>()
  /// Sums of one output row.
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
      input: input)
  }

  /// Makes the resized and cropped bytes before quantization, 0...255, in the model's colour
  /// order; `real(_:channel:)` says what they mean.
  package init(record: PreprocessingRecord, height: Int, width: Int, channels: Int) {
    self.init(record: record, height: height, width: width, channels: channels, input: nil)
  }

  private init(
    record: PreprocessingRecord, height: Int, width: Int, channels: Int, input: TensorRecord?
  ) {
    precondition(
      channels == (record.colourOrder == .grey ? 1 : 3), "channels follow the colour order")
    self.record = record
    self.height = height
    self.width = width
    self.channels = channels
    table = QuantizationTable(record: record, input: input)
  }

  /// Bytes of the output: `height * width * channels`.
  package var outputByteCount: Int { height * width * channels }

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
    let rowCount = self.width * (isGrey ? 1 : 3)
    try ring.reserve(rows.maximumTapCount * rowCount)
    try sums.reserve(rowCount)
    let convertsToGrey = isGrey && format != .grey
    if convertsToGrey { try greyRow.reserve(width) }
    // The checks above hold every row inside of `pixels`; the plan holds every tap inside of a row.
    unsafe pixels.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      let source = unsafe PixelRows(
        base: base.assumingMemoryBound(to: UInt8.self), width: width, bytesPerRow: bytesPerRow,
        format: format, reversesColours: record.colourOrder == .bgr)
      unsafe resize(source, isGrey: isGrey, convertsToGrey: convertsToGrey, into: output)
    }
  }

  /// Resizes row by row, horizontally into the ring, then vertically out of it.
  private func resize(
    _ source: PixelRows, isGrey: Bool, convertsToGrey: Bool,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let rowCount = width * (isGrey ? 1 : 3)
    let ringRows = rows.maximumTapCount
    let greyRow = unsafe convertsToGrey ? greyRow.base : nil
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
          unsafe source.resizeGrey(row, columns: columns, scratch: greyRow, into: slot)
        } else {
          unsafe source.resizeColours(row, columns: columns, into: slot)
        }
        row += 1
      }
      next = max(next, end)
      unsafe summing.add(
        ring.base, ringRows: ringRows, taps: taps,
        weights: rows.weights.base + y * rows.maximumTapCount)
      let outputRow = unsafe output + y * width * channels
      unsafe table.entries.span.withUnsafeBufferPointer { entries in
        guard let table = entries.baseAddress else { return }
        if isGrey {
          unsafe summing.write(table, grey: outputRow, channels: channels)
        } else {
          unsafe summing.write(table, colours: outputRow)
        }
      }
    }
  }
}
