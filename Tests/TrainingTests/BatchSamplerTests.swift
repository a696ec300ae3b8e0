// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Training

@Suite("Batches")
struct BatchSamplerTests {
  private let domains = [Array(0..<7), Array(10..<13), Array(20..<21)]

  @Test("take each picture of a domain once before any of them again", arguments: [1, 2, 3, 7, 9])
  func epochs(perDomain: Int) {
    let sampler = BatchSampler(domains, perDomain: perDomain, seed: 3)
    #expect(sampler.batchCount == 3 * perDomain)
    let items = (0..<21).map { sampler.items(at: $0).map(\.picture) }
    for (place, pictures) in domains.enumerated() {
      let taken = items.flatMap { $0[place * perDomain..<(place + 1) * perDomain] }
      #expect(taken.count == 21 * perDomain)
      for start in stride(from: 0, to: taken.count - pictures.count + 1, by: pictures.count) {
        #expect(taken[start..<start + pictures.count].sorted() == pictures)
      }
    }
  }

  @Test("are the same ones whichever step is asked for first")
  func randomAccess() {
    let sampler = BatchSampler(domains, perDomain: 4, seed: 5)
    let forwards = (0..<30).map { sampler.items(at: $0) }
    let other = BatchSampler(domains, perDomain: 4, seed: 5)
    for step in (0..<30).reversed() { #expect(other.items(at: step) == forwards[step]) }
  }

  @Test("have another order each epoch and for each seed, and a variation of its own each time")
  func variety() {
    let sampler = BatchSampler([Array(0..<50)], perDomain: 50, seed: 1)
    let (first, second) = (sampler.items(at: 0), sampler.items(at: 1))
    let other = BatchSampler([Array(0..<50)], perDomain: 50, seed: 2).items(at: 0)
    #expect(first.map(\.picture) != second.map(\.picture))
    #expect(first.map(\.picture) != other.map(\.picture))
    #expect(first.map(\.picture) != Array(0..<50))
    #expect(Set((first + second + other).map(\.seed)).count == 150)
  }
}
