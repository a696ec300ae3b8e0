// SPDX-License-Identifier: Apache-2.0
import Runtime

/// Looks at frames while they are lent, after they were classified.
///
/// A class to be overridden, and no protocol, because Embedded Swift has no existentials.
package class FrameObserver {
  /// What it is called in faults.
  package let name: String
  /// Since when it fails.
  var failingSince: UInt64?
  var failureCount = 0

  package init(name: String) { self.name = name }

  /// - Parameters:
  ///   - pixels: the decoded frame; its memory is valid during the call only. Of a JPEG it may be
  ///     scaled down.
  ///   - jpeg: the frame as the camera sent it, where it sent JPEG.
  /// - Returns: what failed.
  package func observe(
    _ result: WatchResult, pixels: FramePixels, jpeg: UnsafeRawBufferPointer?
  ) -> SinkFailure? { nil }
}
