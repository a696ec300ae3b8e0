// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Synchronization

/// A fixed crew of threads that run one frame together and sleep between frames.
///
/// The caller is thread 0. Within a frame threads meet at `barrier()`, where they spin for some
/// microseconds before they sleep, because layers are short; between frames nobody spins.
///
/// It owns its mutex and conditions; the context is valid until `run` returns, and no thread touches
/// it afterwards.
@safe final class WorkerPool: @unchecked Sendable {
  typealias Body = @convention(c) (UnsafeMutableRawPointer, Int) -> Void

  let threadCount: Int
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let frameStarted: UnsafeMutablePointer<pthread_cond_t>
  private let barrierPassed: UnsafeMutablePointer<pthread_cond_t>
  private var threads: [pthread_t] = []

  // Guarded by the mutex.
  private var frame = 0
  private var isStopping = false
  private var body: Body?
  private var context: UnsafeMutableRawPointer?
  private var sleepers = 0

  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)

  /// About 20 microseconds on the machines we know.
  private static let spinCount = 1_000

  /// - Parameter threadCount: 1 or more; 1 starts no thread.
  /// - Throws: `threadFailed`.
  init(threadCount: Int) throws(RuntimeError) {
    self.threadCount = threadCount
    unsafe mutex = .allocate(capacity: 1)
    unsafe frameStarted = .allocate(capacity: 1)
    unsafe barrierPassed = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(frameStarted, nil)
    unsafe pthread_cond_init(barrierPassed, nil)
    for index in 1..<max(threadCount, 1) {
      try start(index)
    }
  }

  /// What a new thread is told.
  @unsafe private struct Seat {
    var pool: Unmanaged<WorkerPool>
    var index: Int
  }

  private func start(_ index: Int) throws(RuntimeError) {
    let seat = UnsafeMutablePointer<Seat>.allocate(capacity: 1)
    // The pool joins its threads before it goes, so an unowned reference is enough.
    unsafe seat.initialize(to: Seat(pool: Unmanaged.passUnretained(self), index: index))
    var thread = pthread_t()
    let code = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let seat = unsafe argument?.assumingMemoryBound(to: Seat.self) else { return nil }
        let (pool, index) = unsafe (seat.pointee.pool, seat.pointee.index)
        unsafe seat.deallocate()
        unsafe pool._withUnsafeGuaranteedRef { $0.work(index) }
        return nil
      }, seat)
    guard code == 0 else {
      unsafe seat.deallocate()
      throw .threadFailed(errno: code)
    }
    threads.append(thread)
  }

  /// Runs `body(context, thread)` on every thread and returns when all are done.
  func run(_ context: UnsafeMutableRawPointer, _ body: Body) {
    guard threadCount > 1 else {
      unsafe body(context, 0)
      return
    }
    unsafe pthread_mutex_lock(mutex)
    unsafe self.body = body
    unsafe self.context = context
    frame += 1
    unsafe pthread_cond_broadcast(frameStarted)
    unsafe pthread_mutex_unlock(mutex)
    unsafe body(context, 0)
    barrier()
  }

  /// Returns when all threads of the frame have called it.
  func barrier() {
    guard threadCount > 1 else { return }
    let current = generation.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == threadCount {
      arrived.store(0, ordering: .relaxed)
      unsafe pthread_mutex_lock(mutex)
      generation.store(current &+ 1, ordering: .releasing)
      if sleepers > 0 { unsafe pthread_cond_broadcast(barrierPassed) }
      unsafe pthread_mutex_unlock(mutex)
      return
    }
    for _ in 0..<Self.spinCount {
      if generation.load(ordering: .acquiring) != current { return }
      swiftlet_pause()
    }
    unsafe pthread_mutex_lock(mutex)
    sleepers += 1
    while generation.load(ordering: .acquiring) == current {
      unsafe pthread_cond_wait(barrierPassed, mutex)
    }
    sleepers -= 1
    unsafe pthread_mutex_unlock(mutex)
  }

  private func work(_ index: Int) {
    var seen = 0
    while true {
      unsafe pthread_mutex_lock(mutex)
      while frame == seen && !isStopping { unsafe pthread_cond_wait(frameStarted, mutex) }
      let (job, argument, stops) = unsafe (body, context, isStopping)
      seen = frame
      unsafe pthread_mutex_unlock(mutex)
      if stops { return }
      if let job = unsafe job, let argument = unsafe argument { unsafe job(argument, index) }
      barrier()
    }
  }

  deinit {
    unsafe pthread_mutex_lock(mutex)
    isStopping = true
    unsafe pthread_cond_broadcast(frameStarted)
    unsafe pthread_mutex_unlock(mutex)
    for thread in threads { pthread_join(thread, nil) }
    unsafe pthread_cond_destroy(barrierPassed)
    unsafe pthread_cond_destroy(frameStarted)
    unsafe pthread_mutex_destroy(mutex)
    unsafe barrierPassed.deallocate()
    unsafe frameStarted.deallocate()
    unsafe mutex.deallocate()
  }
}
