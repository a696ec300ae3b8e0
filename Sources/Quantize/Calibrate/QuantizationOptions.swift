// SPDX-License-Identifier: Apache-2.0

/// The levels of an activation.
public enum ActivationPrecision: String, Sendable, CaseIterable {
  /// u8 where it removes much of the noise for little of the speed, else u7.
  case mixed
  /// 0...127: the fast kernels of every machine are exact.
  case u7
  /// 0...255: half the step, and slower where the weights do not obey the stricter rule.
  case u8

  /// The largest level.
  package var upper: Int { self == .u8 ? 255 : 127 }
}

/// How to quantize. The defaults are the recipe that docs/quantization.md measures.
public struct QuantizationOptions: Sendable {
  /// Of activations that a convolution reads; those that only additions and pools read are u8.
  public var activations = ActivationPrecision.mixed
  /// Of the network's input.
  public var input = ActivationPrecision.u8
  public var rangeMethod = RangeMethod.measured
  /// Gives channels of small values a finer step, where the layers around can make up for it
  /// and pictures that were held out show that it pays.
  public var balancesChannels = true
  /// Chooses weight scales by their squared error instead of by the largest weight.
  public var searchesWeightScales = true
  /// Rounds weights by the error of the layer's output instead of by their own.
  public var refinesWeights = true
  /// Moves each bias by the mean error that rounding the weights causes in its channel.
  public var correctsBias = true
  /// At most so many pictures, chosen with `seed`; nil for all that fit 2 GiB of memory, some
  /// thousand for a network that reads 224 x 224 pixels.
  public var maximumPictures: Int?
  /// Chooses the pictures and the self-test's input.
  public var seed: UInt64 = 1
  /// For the int8 activations of all pictures that live at the same time.
  package var pictureMemoryByteCount = 2 << 30
  /// 1...64; the result does not depend on it.
  public var threads = 1

  public init() {}
}

extension QuantizationOptions {
  /// As many pictures as were asked for and as fit the memory; at least one.
  func pictureLimit(byteCount: Int) -> Int {
    min(maximumPictures ?? .max, max(pictureMemoryByteCount / max(byteCount, 1), 1))
  }
}
