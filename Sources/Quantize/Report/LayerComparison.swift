// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Sums over pictures of how one int8 activation differs from its float counterpart.
struct LayerComparison: Sendable {
  private var signal = 0.0
  private var noise = 0.0
  private var product = 0.0
  private var quantizedPower = 0.0
  private var saturated = 0
  private var count = 0

  /// - Parameters:
  ///   - levels: the int8 activation, NHWC.
  ///   - storage: what its levels mean.
  ///   - exact: the float activation.
  mutating func add(_ levels: [UInt8], _ storage: ActivationQuantization, exact: [Float]) {
    let channels = storage.ratios.count
    let lowest = -Float(storage.zeroPoint) - 0.5
    let highest = 0.5 + Float(storage.upper - storage.zeroPoint)
    for index in levels.indices {
      let step = storage.scale * storage.ratios[index % channels]
      let value = step * Float(Int(levels[index]) - storage.zeroPoint)
      if exact[index] > highest * step || exact[index] < lowest * step { saturated += 1 }
      add(value, exact[index])
    }
    count += levels.count
  }

  mutating func add(_ values: [Float], exact: [Float]) {
    for (value, exact) in zip(values, exact) { add(value, exact) }
    count += values.count
  }

  private mutating func add(_ value: Float, _ exact: Float) {
    let (value, exact) = (Double(value), Double(exact))
    signal += exact * exact
    noise += (value - exact) * (value - exact)
    product += value * exact
    quantizedPower += value * value
  }

  mutating func merge(_ other: LayerComparison) {
    signal += other.signal
    noise += other.noise
    product += other.product
    quantizedPower += other.quantizedPower
    saturated += other.saturated
    count += other.count
  }

  /// In decibels.
  var signalToNoise: Double? {
    signal > 0 && noise > 0 ? 10 * log10(signal / noise) : nil
  }
  var cosine: Double? {
    let power = signal * quantizedPower
    return power > 0 ? product / power.squareRoot() : nil
  }
  var saturatedShare: Double { count > 0 ? Double(saturated) / Double(count) : 0 }
}
