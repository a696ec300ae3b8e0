// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Pipeline

@Suite("Handing frames over")
struct FrameExchangeTests {
  private func frame(_ slot: Int, _ sequence: UInt64 = 0) -> PendingFrame {
    PendingFrame(
      slot: slot, content: .jpeg(UnsafeRawBufferPointer(start: nil, count: 0)),
      sequence: sequence, timestampNanoseconds: 0)
  }

  @Test func aNewerFrameTakesTheOldersPlace() throws {
    let exchange = FrameExchange(arrival: WakeDescriptor())
    #expect(exchange.offer(frame(0)) == nil)
    #expect(exchange.offer(frame(1)) == 0)
    #expect(exchange.dropped == 1)
    let taken = try #require(exchange.take())
    #expect(taken.slot == 1)
    #expect(exchange.take() == nil)
  }

  @Test func finishedSlotsComeBackOnce() throws {
    let exchange = FrameExchange(arrival: WakeDescriptor())
    _ = exchange.offer(frame(5))
    let taken = try #require(exchange.take())
    #expect(exchange.takeFinished() == 0)
    exchange.finish(taken)
    #expect(exchange.takeFinished() == 1 << 5)
    #expect(exchange.takeFinished() == 0)
  }

  @Test func arrivalIsReadableWhileAFrameWaits() {
    let arrival = WakeDescriptor()
    let exchange = FrameExchange(arrival: arrival)
    #expect(!arrival.wait(milliseconds: 0))
    _ = exchange.offer(frame(0))
    #expect(arrival.wait(milliseconds: 0))
    arrival.drain()
    #expect(!arrival.wait(milliseconds: 0))
  }

  @Test func withdrawWaitsForTheLentFrame() throws {
    let exchange = FrameExchange(arrival: WakeDescriptor())
    _ = exchange.offer(frame(0))
    let taken = try #require(exchange.take())
    _ = exchange.offer(frame(1))
    let done = WakeDescriptor()
    let thread = try #require(
      WorkerThread {
        exchange.withdraw()
        done.signal()
      })
    #expect(!done.wait(milliseconds: 50))
    exchange.finish(taken)
    #expect(done.wait(milliseconds: 5000))
    thread.join()
    #expect(exchange.take() == nil)
  }

  @Test func waitingForRoomEndsWithTheWishToStop() {
    let exchange = FrameExchange(arrival: WakeDescriptor())
    let stop = WakeDescriptor()
    #expect(exchange.waitForRoom(stop: stop))
    _ = exchange.offer(frame(0))
    stop.signal()
    #expect(!exchange.waitForRoom(stop: stop))
  }

  /// Every frame is either taken or dropped, none twice, and the numbers of those taken rise.
  @Test func twoThreadsLoseNothing() throws {
    let exchange = FrameExchange(arrival: WakeDescriptor())
    let count: UInt64 = 20_000
    let thread = try #require(
      WorkerThread {
        var free: UInt64 = 0b111
        for sequence in 1...count {
          free |= exchange.takeFinished()
          let slot = free.trailingZeroBitCount
          free &= ~(1 << UInt64(slot))
          if let replaced = exchange.offer(self.frame(slot, sequence)) {
            free |= 1 << UInt64(replaced)
          }
        }
      })
    var taken: UInt64 = 0
    var last: UInt64 = 0
    while last < count {
      guard let frame = exchange.take() else { continue }
      #expect(frame.sequence > last)
      last = frame.sequence
      taken += 1
      exchange.finish(frame)
    }
    thread.join()
    #expect(taken + exchange.dropped == count)
  }
}
