// SPDX-License-Identifier: Apache-2.0
import CKernels

extension Preprocessor {
  /// The channels that are resized: 1 where the picture or the network is grey.
  private func resizedChannels(isGrey: Bool) -> Int { isGrey || channels == 1 ? 1 : 3 }

  /// Columns of the output that are made at a time.
  private func stripWidth(channels: Int) -> Int {
    min(max(ringByteLimit / (rows.maximumTapCount * channels), 1), width)
  }

  /// Computes the weights and makes room for a picture.
  ///
  /// - Parameter isGrey: whether the picture has one channel.
  mutating func plan(width: Int, height: Int, isGrey: Bool) throws(RuntimeError) {
    let geometry = ResizeGeometry(
      record: record, width: width, height: height, inputWidth: self.width,
      inputHeight: self.height)
    try columns.plan(geometry.columns)
    try rows.plan(geometry.rows)
    let channels = resizedChannels(isGrey: isGrey)
    let stripByteCount = stripWidth(channels: channels) * channels
    try ring.reserve(stripByteCount * rows.maximumTapCount)
    // Column kernels take two rows at a time.
    try unsafe ringPointers.reserve(rows.maximumTapCount + 1)
    try blended.reserve(stripByteCount)
    if channels == 1 && !isGrey { try greyRow.reserve(width) }
  }

  /// Makes the output. The plan is that of the source.
  func resize(_ source: RowSource, into output: UnsafeMutablePointer<UInt8>) {
    let channels = unsafe resizedChannels(isGrey: source.isGrey)
    let stripWidth = stripWidth(channels: channels)
    for first in stride(from: 0, to: width, by: stripWidth) {
      let strip = first..<min(first + stripWidth, width)
      unsafe resize(source, strip, channels: channels, into: output)
    }
  }

  /// Makes some columns of the output row by row, horizontally into the ring, then vertically out
  /// of it.
  private func resize(
    _ source: RowSource, _ strip: Range<Int>, channels: Int,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let rowByteCount = strip.count * channels
    let ringRows = rows.maximumTapCount
    let inputs = columns.inputs(of: strip)
    // The first row of the picture that was never in the ring.
    var next = 0
    for y in 0..<height {
      let taps = unsafe rows.taps.base[y]
      let end = Int(taps.start) + Int(taps.count)
      var row = max(next, Int(taps.start))
      while row < end {
        let slot = unsafe ring.base + row % ringRows * rowByteCount
        let part = unsafe pixelRow(source, row, inputs, channels: channels)
        unsafe resize(part, strip, into: slot)
        row += 1
      }
      next = max(next, end)
      unsafe blend(taps, weights: rows.weights(y), rowByteCount: rowByteCount)
      let place = unsafe output + (y * width + strip.lowerBound) * self.channels
      unsafe quantize(count: strip.count, channels: channels, into: place)
    }
  }

  /// The columns `inputs` of one row of the source, with as many channels as are resized.
  private func pixelRow(
    _ source: RowSource, _ row: Int, _ inputs: Range<Int>, channels: Int
  ) -> PixelRow {
    var part: PixelRow
    switch unsafe source {
    case .pixels(let pixels):
      let begin = unsafe row * pixels.bytesPerRow
      let isReversed = record.colourOrder == .bgr
      unsafe part = unsafe PixelRow(
        pixels: pixels.base + begin, byteCount: pixels.byteCount - begin, origin: 0,
        step: pixels.format.byteCount, first: isReversed ? 2 - pixels.red : pixels.red)
    case .frame(let frame):
      let origin = unsafe frame.convert(row, inputs, into: colourRow.base)
      unsafe part = PixelRow(
        pixels: colourRow.base, byteCount: colourRow.capacity, origin: origin,
        step: FrameRows.step, first: 0)
    }
    guard unsafe channels == 1 && part.step > 1 else { return unsafe part }
    unsafe part.writeGrey(inputs, into: greyRow.base)
    return unsafe PixelRow(
      pixels: greyRow.base, byteCount: greyRow.capacity, origin: inputs.lowerBound, step: 1,
      first: 0)
  }

  /// Resizes one row to a strip's columns.
  private func resize(
    _ row: PixelRow, _ strip: Range<Int>, into output: UnsafeMutablePointer<UInt8>
  ) {
    var resize = unsafe swiftlet_resize_row(
      pixels: row.pixels, byte_count: row.byteCount, origin: Int32(row.origin),
      step: UInt8(row.step), first: UInt8(row.first), taps: columns.taps.base + strip.lowerBound,
      weights: columns.weights(strip.lowerBound), quads: columns.quadCount)
    unsafe kernels.resizeRow(&resize, output, strip.count)
  }

  /// Blends rows of the ring into `blended`.
  private func blend(_ taps: swiftlet_taps, weights: UnsafePointer<Int16>, rowByteCount: Int) {
    let ringRows = rows.maximumTapCount
    let count = Int(taps.count)
    var slot = Int(taps.start) % ringRows
    for tap in 0..<count {
      unsafe ringPointers.base[tap] = UnsafePointer(ring.base) + slot * rowByteCount
      slot = slot + 1 == ringRows ? 0 : slot + 1
    }
    // Its weight is zero.
    unsafe ringPointers.base[count] = UnsafePointer(ring.base)
    var resize = unsafe swiftlet_resize_column(
      rows: UnsafePointer(ringPointers.base), count: count, weights: weights)
    unsafe kernels.resizeColumn(&resize, blended.base, rowByteCount)
  }

  /// Writes `blended` through the tables of the output's channels.
  private func quantize(count: Int, channels: Int, into output: UnsafeMutablePointer<UInt8>) {
    let bytes = unsafe blended.base
    unsafe table.entries.span.withUnsafeBufferPointer { entries in
      guard let table = entries.baseAddress else { return }
      if channels == 3 {
        for i in stride(from: 0, to: count &* 3, by: 3) {
          unsafe output[i] = table[Int(bytes[i])]
          unsafe output[i &+ 1] = table[256 &+ Int(bytes[i &+ 1])]
          unsafe output[i &+ 2] = table[512 &+ Int(bytes[i &+ 2])]
        }
      } else {
        for i in 0..<count {
          for channel in 0..<self.channels {
            unsafe output[i &* self.channels &+ channel] =
              table[channel &* 256 &+ Int(bytes[i])]
          }
        }
      }
    }
  }
}
