// SPDX-License-Identifier: Apache-2.0

extension CameraSource {
  /// Watches a camera on a thread of its own.
  ///
  /// - Returns: nil when the system has no thread left.
  package static func start(_ options: CameraSourceOptions, feed: Feed) -> WorkerThread? {
    WorkerThread {
      var source = CameraSource(options, feed: feed)
      source.run()
    }
  }
}

extension StreamSource {
  /// Reads a stream on a thread of its own.
  ///
  /// - Parameters: as those of `init`.
  /// - Returns: nil when the system has no thread left.
  package static func start(
    _ descriptor: Int32, name: String, options: StreamOptions, feed: Feed
  ) -> WorkerThread? {
    WorkerThread {
      var source = StreamSource(descriptor, name: name, options: options, feed: feed)
      source.run()
    }
  }
}
