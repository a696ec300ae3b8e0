// SPDX-License-Identifier: Apache-2.0
import CKernels
import CPlatform

/// The sum of two activations.
///
/// Whoever makes one vouches that each address holds `count` bytes.
@unsafe struct AddStep: BitwiseCopyable {
  var add: swiftlet_add
  var kernel: swiftlet_add_kernel
  var left: UnsafePointer<UInt8>
  var right: UnsafePointer<UInt8>
  var output: UnsafeMutablePointer<UInt8>
  var count: Int

  func run(_ share: Share) {
    unsafe run(share.part(of: count, granule: ModelFormat.alignment))
  }

  /// Computes the bytes of a range.
  func run(_ part: Range<Int>) {
    guard !part.isEmpty else { return }
    let start = part.lowerBound
    unsafe withUnsafePointer(to: add) { operation in
      unsafe kernel(operation, left + start, right + start, output + start, part.count)
    }
  }
}

/// A function of one element, by table.
///
/// Whoever makes one vouches that input and output hold `count` bytes, and the table 256.
@unsafe struct LookupStep: BitwiseCopyable {
  var table: UnsafePointer<UInt8>
  var input: UnsafePointer<UInt8>
  var output: UnsafeMutablePointer<UInt8>
  var count: Int

  func run(_ share: Share) {
    for index in unsafe share.part(of: count, granule: ModelFormat.alignment) {
      unsafe output[index] = table[Int(input[index])]
    }
  }
}

/// A copy with a border of one value: the pad operator, and the input of a padded convolution.
///
/// Whoever makes one vouches that input and output hold all their rows.
@unsafe struct PadStep: BitwiseCopyable {
  var input: UnsafePointer<UInt8>
  var output: UnsafeMutablePointer<UInt8>
  var inputHeight: Int
  /// Bytes of one row, before and after.
  var inputRow: Int
  var outputRow: Int
  var outputHeight: Int
  var padTop: Int
  /// Bytes left of the picture.
  var padLeft: Int
  var value: UInt8

  func run(_ share: Share) {
    for row in unsafe share.part(of: outputHeight) {
      let target = unsafe output + row &* outputRow
      let source = unsafe row &- padTop
      guard source >= 0, unsafe source < inputHeight else {
        unsafe memset(target, Int32(value), outputRow)
        continue
      }
      unsafe memset(target, Int32(value), padLeft)
      unsafe memcpy(target + padLeft, input + source &* inputRow, inputRow)
      let filled = unsafe padLeft &+ inputRow
      unsafe memset(target + filled, Int32(value), outputRow &- filled)
    }
  }
}

/// An average or maximum pool.
///
/// Whoever makes one vouches that the operation's addresses hold whole pictures.
@unsafe struct PoolStep: BitwiseCopyable {
  var pool: swiftlet_pool
  var kernel: swiftlet_pool_kernel

  func run(_ share: Share) {
    let rows = unsafe share.part(of: Int(pool.output_height))
    guard !rows.isEmpty else { return }
    unsafe withUnsafePointer(to: pool) { operation in
      unsafe kernel(operation, rows.lowerBound, rows.upperBound)
    }
  }
}
