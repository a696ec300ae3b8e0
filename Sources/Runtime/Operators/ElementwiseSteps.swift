// SPDX-License-Identifier: Apache-2.0
import CKernels
import CPlatform

/// The sum of two activations.
struct AddStep: BitwiseCopyable {
  var add: swiftlet_add
  var kernel: swiftlet_add_kernel
  var left: UnsafePointer<UInt8>
  var right: UnsafePointer<UInt8>
  var output: UnsafeMutablePointer<UInt8>
  var count: Int

  func run(_ share: Share) {
    let part = share.part(of: count, granule: ModelFormat.alignment)
    guard !part.isEmpty else { return }
    let start = part.lowerBound
    unsafe withUnsafePointer(to: add) { operation in
      unsafe kernel(operation, left + start, right + start, output + start, part.count)
    }
  }
}

/// A function of one element, by table.
struct LookupStep: BitwiseCopyable {
  var table: UnsafePointer<UInt8>
  var input: UnsafePointer<UInt8>
  var output: UnsafeMutablePointer<UInt8>
  var count: Int

  func run(_ share: Share) {
    for index in share.part(of: count, granule: ModelFormat.alignment) {
      unsafe output[index] = table[Int(input[index])]
    }
  }
}

/// A copy with a border of one value: the pad operator, and the input of a padded convolution.
struct PadStep: BitwiseCopyable {
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
    for row in share.part(of: outputHeight) {
      let target = unsafe output + row &* outputRow
      let source = row &- padTop
      guard source >= 0, source < inputHeight else {
        unsafe memset(target, Int32(value), outputRow)
        continue
      }
      unsafe memset(target, Int32(value), padLeft)
      unsafe memcpy(target + padLeft, input + source &* inputRow, inputRow)
      let filled = padLeft &+ inputRow
      unsafe memset(target + filled, Int32(value), outputRow &- filled)
    }
  }
}

/// An average or maximum pool.
struct PoolStep: BitwiseCopyable {
  var pool: swiftlet_pool
  var kernel: swiftlet_pool_kernel

  func run(_ share: Share) {
    let rows = share.part(of: Int(pool.output_height))
    guard !rows.isEmpty else { return }
    unsafe withUnsafePointer(to: pool) { operation in
      unsafe kernel(operation, rows.lowerBound, rows.upperBound)
    }
  }
}
