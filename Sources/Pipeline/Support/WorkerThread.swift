// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// One thread that runs a closure to its end.
package final class WorkerThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private var thread = pthread_t()
  private var isRunning = false

  /// - Returns: nil when the system has no thread left.
  package init?(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, body.toOpaque())
    guard code == 0 else {
      body.release()
      return nil
    }
    isRunning = true
  }

  /// Waits for the thread's end.
  package func join() {
    guard isRunning else { return }
    isRunning = false
    pthread_join(thread, nil)
  }

  /// Lets it run on by itself.
  package func detach() {
    guard isRunning else { return }
    isRunning = false
    pthread_detach(thread)
  }

  deinit { join() }
}
