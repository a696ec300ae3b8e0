// SPDX-License-Identifier: Apache-2.0
#if MQTT
  import Glibc

  /// A thread that writing to a closed connection does not end: OpenSSL writes without MSG_NOSIGNAL.
  enum BackgroundThread {
    private final class Work {
      let body: @Sendable () -> Void
      init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func run(_ body: @escaping @Sendable () -> Void) {
      var attributes = pthread_attr_t()
      pthread_attr_init(&attributes)
      pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
      var thread = pthread_t()
      let work = Unmanaged.passRetained(Work(body)).toOpaque()
      let result = pthread_create(
        &thread, &attributes,
        { context in
          var signals = sigset_t()
          sigemptyset(&signals)
          sigaddset(&signals, SIGPIPE)
          pthread_sigmask(SIG_BLOCK, &signals, nil)
          if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
          return nil
        }, work)
      pthread_attr_destroy(&attributes)
      precondition(result == 0, "the system has no more threads")
    }
  }
#endif
