// SPDX-License-Identifier: Apache-2.0

/// What quantization did to a network, layer by layer.
public struct QuantizationReport: Sendable, Codable, Equatable {
  /// One node of the int8 network against the same value of the float network.
  public struct Layer: Sendable, Codable, Equatable {
    public var name: String
    public var `operator`: String
    /// `[height, width, channels]`.
    public var shape: [Int]
    /// Signal to noise of the output, errors of all layers before included, in decibels; nil if
    /// there was no error or no signal.
    public var signalToNoise: Double?
    /// Signal to noise of the network's output if this output alone, with all that is stored like it,
    /// is rounded to its levels, in decibels; nil if that was not measured or the output never
    /// varies. What is low costs most.
    public var ownSignalToNoise: Double?
    /// The cosine between the int8 and the float output; nil if one of them is zero.
    public var cosine: Double?
    /// The smallest and largest value that the widest channel can hold.
    public var lower: Float
    public var upper: Float
    /// The largest level: 127 or 255; 0 for real numbers.
    public var levels: Int
    /// The part 0...1 of values that lie outside of what their channel can hold.
    public var saturatedShare: Double
    /// Groups of weights that were changed so that the rule holds.
    public var repairedQuads: Int
    /// What is proven of the weights: "quad", "pair" or "none"; nil where there is nothing to prove.
    public var proof: String?
  }

  /// What was quantized with what.
  public var activations: String
  public var pictures: Int
  /// Pictures that could not be read, with the reason.
  public var brokenPictures: [String]
  public var layers: [Layer]
  /// Pictures on which the layers were compared.
  public var comparedPictures: Int
  public var fileByteCount: Int
}
