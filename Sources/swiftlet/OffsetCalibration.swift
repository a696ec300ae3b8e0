// SPDX-License-Identifier: Apache-2.0

/// Chooses the offsets of classes that were added after training, from pictures of the other
/// classes: calibrated stacking (W.-L. Chao et al., An Empirical Study and Analysis of Generalized
/// Zero-Shot Learning for Object Recognition in the Wild, ECCV 2016), with an offset for each class.
///
/// A student's embeddings lie near the texts of the classes that it was trained on, whatever the
/// picture. An offset takes that lead away from them, as far as their own pictures allow.
struct OffsetCalibration {
  /// The classes whose offsets are chosen.
  let raised: [Int]
  /// For each picture and raised class: how far that class is behind the best of the others, in
  /// cosines without its own offset. Of pictures that are rightly named, and of those without a label.
  private var named: [[Float]] = []
  private var unlabelled: [[Float]] = []

  /// Classes begin level at the margin that this share of the pictures stays below. Chosen among
  /// seven ways on Caltech-101: Benchmarks/training, *Classes added after training*.
  private static let levelShare = 0.02

  init(raised: [Int]) { self.raised = raised }

  /// The pictures that count: labelled ones where there are any.
  private var margins: [[Float]] { named.isEmpty ? unlabelled : named }
  var pictureCount: Int { margins.count }

  /// Takes a picture in. One of a raised class does not count, nor one that gets a wrong name
  /// anyway.
  ///
  /// - Parameters:
  ///   - cosines: of a picture with each class, its offset included; no negative labels.
  ///   - offsets: those of the classes.
  ///   - label: the picture's class, if known.
  mutating func add(_ cosines: [Float], offsets: [Float], label: Int?) {
    let others = Set(cosines.indices).subtracting(raised).sorted()
    guard let best = others.max(by: { cosines[$0] < cosines[$1] }) else { return }
    let margins = raised.map { cosines[best] - (cosines[$0] - offsets[$0]) }
    if label == nil {
      unlabelled.append(margins)
    } else if label == best {
      named.append(margins)
    }
  }

  /// Offsets with which at least the share `kept` of the pictures stay with the classes that they
  /// had without the raised ones: from a level for each raised class all rise together, as far as
  /// they may.
  ///
  /// - Parameter kept: above 0, at most 1.
  /// - Returns: for each of `raised` an offset of -2...2.
  func offsets(kept: Double) -> [Float] {
    guard pictureCount > 0 else { return raised.map { _ in 0 } }
    let levels = raised.indices.map { row in
      margins.map { $0[row] }.sorted()[Int(Self.levelShare * Double(pictureCount))]
    }
    // How far all may rise until the picture leaves.
    let room = margins.map { picture in
      raised.indices.map { picture[$0] - levels[$0] }.min() ?? 0
    }
    // Rounded down but for the rounding of the product itself.
    let mayLeave = min(Int((1 - kept) * Double(pictureCount) + 1e-9), pictureCount - 1)
    let rise = room.sorted()[mayLeave]
    // A class wins where its offset exceeds the margin; sums of cosines round by 2^-24.
    return levels.map { min(max($0 + rise - 0x1p-22, -2), 2) }
  }

  /// Pictures that stay with these offsets.
  func keptCount(_ offsets: [Float]) -> Int {
    margins.count { picture in raised.indices.allSatisfy { offsets[$0] < picture[$0] } }
  }
}
