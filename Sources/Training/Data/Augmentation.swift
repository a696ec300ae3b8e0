// SPDX-License-Identifier: Apache-2.0
import Glibc
import Quantize
import Runtime

/// How pictures are varied in training; the defaults are the published recipe (VL2V-ADiP, arXiv
/// 2310.08255, section 5), each step as torchvision defines it.
public struct Augmentation: Sendable, Equatable {
  /// The share of a picture's area that a crop keeps, uniform within it.
  public var cropScale: ClosedRange<Double> = 0.7...1
  /// Width by height of a crop, its logarithm uniform within it.
  public var cropRatio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
  /// How often a picture is mirrored, 0...1.
  public var flip = 0.5
  /// Strengths of the colour jitter: factors within `1 - strength...1 + strength`, the hue's shift
  /// within `-strength...strength` of a turn.
  public var brightness: Float = 0.3
  public var contrast: Float = 0.3
  public var saturation: Float = 0.3
  public var hue: Float = 0.3
  /// How often a picture turns grey, 0...1.
  public var grey = 0.1

  public init() {}

  /// Nothing is varied: what evaluation sees.
  public static var none: Augmentation {
    var none = Augmentation()
    (none.cropScale, none.cropRatio) = (1...1, 1...1)
    (none.flip, none.grey) = (0, 0)
    (none.brightness, none.contrast, none.saturation, none.hue) = (0, 0, 0, 0)
    return none
  }

  /// What was drawn for one picture.
  struct Draw: Equatable {
    var region: PictureRegion
    var isFlipped: Bool
    var jitter: ColourJitter
    var isGrey: Bool
  }

  func draw(for image: Image, _ generator: inout SeededGenerator) -> Draw {
    Draw(
      region: region(width: image.width, height: image.height, &generator),
      isFlipped: Double.random(in: 0..<1, using: &generator) < flip,
      jitter: jitter(&generator), isGrey: Double.random(in: 0..<1, using: &generator) < grey)
  }

  /// A crop: ten attempts, then the largest one in the middle that has an allowed ratio.
  private func region(
    width: Int, height: Int, _ generator: inout SeededGenerator
  ) -> PictureRegion {
    guard cropScale != 1...1 else {
      return PictureRegion(x: 0, y: 0, width: width, height: height)
    }
    let logarithms = log(cropRatio.lowerBound)...log(cropRatio.upperBound)
    for _ in 0..<10 {
      let area = Double(width * height) * Double.random(in: cropScale, using: &generator)
      let ratio = exp(Double.random(in: logarithms, using: &generator))
      let (w, h) = (
        Int((area * ratio).squareRoot().rounded()), Int((area / ratio).squareRoot().rounded())
      )
      guard (1...width).contains(w), (1...height).contains(h) else { continue }
      return PictureRegion(
        x: Int.random(in: 0...width - w, using: &generator),
        y: Int.random(in: 0...height - h, using: &generator), width: w, height: h)
    }
    let ratio = Double(width) / Double(height)
    var (w, h) = (width, height)
    if ratio < cropRatio.lowerBound {
      h = min(Int((Double(w) / cropRatio.lowerBound).rounded()), height)
    } else if ratio > cropRatio.upperBound {
      w = min(Int((Double(h) * cropRatio.upperBound).rounded()), width)
    }
    return PictureRegion(x: (width - w) / 2, y: (height - h) / 2, width: w, height: h)
  }

  private func jitter(_ generator: inout SeededGenerator) -> ColourJitter {
    func factor(_ strength: Float) -> Float {
      strength == 0
        ? 1 : Float.random(in: max(1 - strength, 0)...1 + strength, using: &generator)
    }
    return ColourJitter(
      order: ColourJitter.Step.allCases.shuffled(using: &generator),
      brightness: factor(brightness), contrast: factor(contrast), saturation: factor(saturation),
      hue: hue == 0 ? 0 : Float.random(in: -hue...hue, using: &generator))
  }
}
