// SPDX-License-Identifier: Apache-2.0
#if !hasFeature(Embedded)
  /// What a frame of a camera shows.
  public typealias Classification = WatchResult

  extension Fault: Error, CustomStringConvertible {
    public var description: String { message }
  }

  /// The classifications of a camera's frames, always of the newest one, until the iteration ends.
  ///
  /// While the camera is away there are no elements. A fault is thrown only where
  /// `WatchOptions.exitsOnError` asks for it. One sequence serves one iteration.
  public struct Classifications: AsyncSequence, Sendable {
    private let stream: AsyncThrowingStream<Classification, any Error>

    init(_ stream: AsyncThrowingStream<Classification, any Error>) { self.stream = stream }

    public func makeAsyncIterator() -> AsyncThrowingStream<Classification, any Error>.Iterator {
      stream.makeAsyncIterator()
    }
  }
#endif
