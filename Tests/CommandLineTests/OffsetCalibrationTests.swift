// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import swiftlet

@Suite("Offsets of added classes")
struct OffsetCalibrationTests {
  private func decided(_ cosines: [Float], _ offsets: [Float]) -> Int {
    let sums = zip(cosines, offsets).map { $0 + $1 }
    return sums.indices.max { sums[$0] < sums[$1] || (sums[$0] == sums[$1] && $0 > $1) } ?? 0
  }

  @Test("offsets are as great as the pictures allow, whatever they were before")
  func greatest() {
    // Multiples of 1/1024, so that sums are exact and ties occur.
    func steps(_ range: ClosedRange<Int>) -> Float { Float(Int.random(in: range)) / 1024 }
    for _ in 0..<50 {
      let (classes, count) = (Int.random(in: 2...6), 60)
      let raised = Array((0..<classes).shuffled().prefix(Int.random(in: 1..<classes)))
      let pictures = (0..<count).map { _ in (0..<classes).map { _ in steps(0...512) } }
      let old = (0..<classes).map { raised.contains($0) ? steps(-1024...1024) : 0 }
      var calibration = OffsetCalibration(raised: raised)
      for picture in pictures {
        calibration.add(zip(picture, old).map { $0 + $1 }, offsets: old, label: nil)
      }
      for kept in [1, 0.9, 0.5] {
        let chosen = calibration.offsets(kept: kept)
        func stay(_ more: Float) -> Int {
          var offsets = [Float](repeating: 0, count: classes)
          for (row, offset) in zip(raised, chosen) { offsets[row] = offset + more }
          return pictures.count { !raised.contains(decided($0, offsets)) }
        }
        #expect(stay(0) == calibration.keptCount(chosen))
        #expect(Double(stay(0)) >= kept * Double(count))
        // A little more, and a picture too many leaves.
        #expect(Double(stay(0x1p-20)) < kept * Double(count))
      }
    }
  }

  @Test("each class rises from its own level")
  func levels() {
    var calibration = OffsetCalibration(raised: [1, 2])
    for step in 0..<100 {
      calibration.add(
        [1, 0.5 - Float(step) / 128, 0.25 - Float(step) / 128], offsets: [0, 0, 0], label: nil)
    }
    let offsets = calibration.offsets(kept: 0.9)
    #expect(offsets[1] - offsets[0] == 0.25)
  }

  @Test("labelled pictures count where they are named right and show another class")
  func labels() {
    var calibration = OffsetCalibration(raised: [2])
    calibration.add([0.5, 0.25, 0.25], offsets: [0, 0, 0], label: nil)
    #expect(calibration.pictureCount == 1)
    for (label, cosines) in [
      (0, [0.5, 0.25, 0]), (1, [0.5, 0.25, 0.4375]), (2, [0.5, 0, 0.4375]),
    ] {
      calibration.add(cosines.map { Float($0) }, offsets: [0, 0, 0], label: label)
    }
    #expect(calibration.pictureCount == 1)
    #expect(calibration.offsets(kept: 1) == [0.5 - 0x1p-22])
  }

  @Test("an offset lies within what a file may hold")
  func range() {
    var calibration = OffsetCalibration(raised: [1])
    #expect(calibration.offsets(kept: 0.5) == [0])
    calibration.add([1.5, -1], offsets: [0, 0], label: nil)
    #expect(calibration.offsets(kept: 1) == [2])
  }
}
