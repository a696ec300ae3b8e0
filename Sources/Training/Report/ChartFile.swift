// SPDX-License-Identifier: Apache-2.0
import Quantize

/// A chart becomes a file.
package enum ChartFile {
  /// Writes a document as a whole: to a temporary file, then renamed.
  ///
  /// - Throws: `TrainingError` where it cannot be written; an old file is then as it was.
  package static func write(_ svg: String, to path: String) throws(TrainingError) {
    do {
      try AtomicFile.write(Array(svg.utf8), to: path)
    } catch {
      throw TrainingError(failure: "\(error)")
    }
  }
}
