// SPDX-License-Identifier: Apache-2.0

/// How processes that train one student together add up what each has found.
public protocol GradientExchange: Sendable {
  /// This process, 0..<size.
  var rank: Int { get }
  /// Processes; each takes an equal part of every batch.
  var size: Int { get }
  /// Replaces values by their sums over all processes; every process gets the same bits.
  func sum(_ values: inout [Float]) throws(TrainingError)
  func sum(_ values: inout [Double]) throws(TrainingError)
}

/// One process alone.
public struct SingleProcess: GradientExchange {
  public var rank: Int { 0 }
  public var size: Int { 1 }
  public init() {}
  public func sum(_ values: inout [Float]) {}
  public func sum(_ values: inout [Double]) {}
}
