// SPDX-License-Identifier: Apache-2.0
import Runtime

/// How pictures become a student's input: its own statistics, never the teacher's.
public struct TrainingInput: Sendable {
  /// Means and deviations; pictures are squashed to the student's input, as evaluation was published.
  public var preprocessing: PreprocessingRecord
  public var augmentation = Augmentation()

  public init(preprocessing: PreprocessingRecord, augmentation: Augmentation = Augmentation()) {
    (self.preprocessing, self.augmentation) = (preprocessing, augmentation)
  }
}
