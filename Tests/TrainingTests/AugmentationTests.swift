// SPDX-License-Identifier: Apache-2.0
import Foundation
import Quantize
import Runtime
import Testing

@testable import Training

@Suite("Augmentation")
struct AugmentationTests {
  private static let golden = URL(fileURLWithPath: GoldenLayers.studentPath)
    .deletingLastPathComponent().appendingPathComponent("augmentation.safetensors").path

  private func largestError(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  /// torchvision's grey weighs red with 0.2989, ITU-R BT.601 and its PIL path with 0.299: 1e-4 of a
  /// value, which factors of the following steps enlarge up to threefold.
  private let tolerance: Float = 3e-4

  @Test("Colour jitter is torchvision's, in any order of its steps", arguments: 0..<16)
  func jitter(_ index: Int) throws {
    let file = try Safetensors(path: Self.golden)
    let factors = try file.floats("\(index).factors")
    let order = try file.floats("\(index).order").map { ColourJitter.Step.allCases[Int($0)] }
    let jitter = ColourJitter(
      order: order, brightness: factors[0], contrast: factors[1], saturation: factors[2],
      hue: factors[3])
    let picture = try file.floats("picture")
    var pixels = picture
    jitter.apply(to: &pixels)
    #expect(largestError(pixels, try file.floats("\(index).expected")) < tolerance)
    #expect(largestError(pixels, picture) > 0.01)
  }

  @Test("Grey is torchvision's")
  func grey() throws {
    let file = try Safetensors(path: Self.golden)
    var pixels = try file.floats("picture")
    ColourJitter.makeGrey(&pixels)
    #expect(largestError(pixels, try file.floats("grey")) < tolerance)
  }

  @Test("Factors of 1 and a hue of 0 change no bit")
  func neutralJitter() throws {
    let picture = try Safetensors(path: Self.golden).floats("picture")
    var pixels = picture
    ColourJitter(order: ColourJitter.Step.allCases).apply(to: &pixels)
    #expect(pixels == picture)
  }

  private func image(width: Int, height: Int) -> Image {
    var generator = SeededGenerator(seed: 5)
    return Image(
      width: width, height: height, format: .rgb,
      pixels: (0..<width * height * 3).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }

  private func draws(_ image: Image, _ count: Int, seed: UInt64) -> [Augmentation.Draw] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Augmentation().draw(for: image, &generator) }
  }

  /// Means of 4000 draws: their deviation is below 0.009 of the quantity's range, so 0.035 of it is
  /// four of them.
  @Test("Crops keep a uniform share of the area and a uniform logarithm of the ratio")
  func crops() {
    let image = image(width: 1000, height: 900)
    let regions = draws(image, 4000, seed: 1).map(\.region)
    // A side is rounded to a pixel, so area and ratio are up to 1 in 500 beyond their limits.
    let shares = regions.map { Double($0.width * $0.height) / Double(1000 * 900) }
    let ratios = regions.map { Double($0.width) / Double($0.height) }
    #expect(shares.allSatisfy { (0.699...1.001).contains($0) })
    #expect(ratios.allSatisfy { (0.748...1.337).contains($0) })
    #expect(regions.allSatisfy { $0.x >= 0 && $0.x + $0.width <= 1000 })
    #expect(regions.allSatisfy { $0.y >= 0 && $0.y + $0.height <= 900 })
    // Large crops of far ratios do not fit and are drawn again, so the mean lies below 0.85.
    let mean = shares.reduce(0, +) / 4000
    #expect((0.78...0.83).contains(mean), "\(mean)")
    #expect(shares.contains { $0 < 0.71 } && shares.contains { $0 > 0.97 })
    // Places are uniform: in the middle on average.
    let places = regions.filter { $0.width < 1000 }.map { Double($0.x) / Double(1000 - $0.width) }
    #expect(abs(places.reduce(0, +) / Double(places.count) - 0.5) < 0.035)
  }

  @Test("A small crop of a square has the shares and ratios that were asked for")
  func smallCrops() {
    var augmentation = Augmentation()
    augmentation.cropScale = 0.1...0.3
    let image = image(width: 1500, height: 1500)
    var generator = SeededGenerator(seed: 2)
    let regions = (0..<4000).map { _ in augmentation.draw(for: image, &generator).region }
    // Everything fits, so nothing is drawn again and both are uniform.
    let shares = regions.map { Double($0.width * $0.height) / Double(1500 * 1500) }
    let logarithms = regions.map { log(Double($0.width) / Double($0.height)) / log(4.0 / 3) }
    for (values, range) in [(shares, 0.1...0.3), (logarithms, -1.0...1.0)] {
      let width = range.upperBound - range.lowerBound
      let sorted = values.sorted()
      for part in [0.1, 0.25, 0.5, 0.75, 0.9] {
        let expected = range.lowerBound + part * width
        #expect(abs(sorted[Int(part * 4000)] - expected) < 0.035 * width, "\(part)")
      }
    }
  }

  @Test("A picture that no crop fits into gives the largest allowed one in its middle")
  func narrowCrops() {
    for draw in draws(image(width: 100, height: 1000), 20, seed: 3) {
      #expect(draw.region == PictureRegion(x: 0, y: 433, width: 100, height: 133))
    }
    for draw in draws(image(width: 1000, height: 100), 20, seed: 3) {
      #expect(draw.region == PictureRegion(x: 433, y: 0, width: 133, height: 100))
    }
  }

  @Test("Flips are half, greys a tenth, factors uniform, orders all 24")
  func chances() {
    let draws = draws(image(width: 64, height: 64), 4000, seed: 4)
    let share = { (isIncluded: (Augmentation.Draw) -> Bool) in
      Double(draws.count(where: isIncluded)) / 4000
    }
    // Four deviations of a share of 4000.
    #expect(abs(share(\.isFlipped) - 0.5) < 0.032)
    #expect(abs(share(\.isGrey) - 0.1) < 0.02)
    #expect(Set(draws.map { $0.jitter.order.map { "\($0)" }.joined() }).count == 24)
    for (key, middle) in [
      (\ColourJitter.brightness, 1), (\.contrast, 1), (\.saturation, 1), (\.hue, 0),
    ] as [(KeyPath<ColourJitter, Float>, Float)] {
      let values = draws.map { $0.jitter[keyPath: key] - middle }.sorted()
      #expect(values[0] >= -0.3 && values[3999] <= 0.3)
      #expect(abs(values[1000] + 0.15) < 0.02 && abs(values[3000] - 0.15) < 0.02)
    }
  }

  @Test("No variation leaves what evaluation sees, bit for bit")
  func nothing() {
    var input = PictureInput(.imageNet, height: 37, width: 41)
    let image = image(width: 41, height: 37)
    var (plain, varied) = ([Float](repeating: 0, count: 37 * 41 * 3), [Float]())
    varied = plain
    var generator = SeededGenerator(seed: 6)
    input.write(image, into: &plain)
    input.write(image, .none, &generator, into: &varied)
    #expect(plain.map(\.bitPattern) == varied.map(\.bitPattern))
    // All byte values occur, so no one of them is rounded on its way.
    #expect(Set(image.pixels).count == 256)
  }

  @Test("A flip mirrors each row, and a seed gives the same variation again")
  func flips() {
    var augmentation = Augmentation.none
    augmentation.flip = 1
    var input = PictureInput(.imageNet, height: 6, width: 5)
    let image = image(width: 9, height: 8)
    var plain = [Float](repeating: 0, count: 6 * 5 * 3)
    var (mirrored, again) = (plain, plain)
    var generator = SeededGenerator(seed: 7)
    input.write(image, into: &plain)
    input.write(image, augmentation, &generator, into: &mirrored)
    for y in 0..<6 {
      for x in 0..<5 {
        for channel in 0..<3 {
          #expect(
            mirrored[(y * 5 + x) * 3 + channel] == plain[(y * 5 + 4 - x) * 3 + channel])
        }
      }
    }
    var (first, second) = (SeededGenerator(seed: 8), SeededGenerator(seed: 8))
    input.write(image, Augmentation(), &first, into: &mirrored)
    input.write(image, Augmentation(), &second, into: &again)
    #expect(mirrored == again && mirrored != plain)
  }
}
