// SPDX-License-Identifier: Apache-2.0
import CKernels

/// The scalar twin of every add kernel: `q = clamp(roundHalfEven(float(a - zeroA) * multiplierA +
/// float(b - zeroB) * multiplierB) + zeroPoint, lower, upper)`; two products and one sum, each
/// rounded once to binary32.
package enum AddReference {
  /// Adds `count` bytes.
  package static func run(
    _ add: UnsafePointer<swiftlet_add>, a: UnsafePointer<UInt8>, b: UnsafePointer<UInt8>,
    output: UnsafeMutablePointer<UInt8>, count: Int
  ) {
    let parameters = unsafe add.pointee
    for i in 0..<count {
      let first = unsafe Float(Int32(a[i]) - parameters.zero_a) * parameters.multiplier_a
      let second = unsafe Float(Int32(b[i]) - parameters.zero_b) * parameters.multiplier_b
      let sum = (first + second).rounded(.toNearestOrEven)
      unsafe output[i] = clampedByte(
        Int32(sum), zeroPoint: parameters.zero_point, lower: parameters.lower,
        upper: parameters.upper)
    }
  }
}
