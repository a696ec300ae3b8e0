// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Runtime

@Suite("The verifier")
struct ModelVerifierTests {
  /// Pointwise convolution 3 -> 4 on 2x2 pixels, global pool, labels for 4.
  static func base() -> ModelBuilder {
    var builder = ModelBuilder()
    var plain = PlainConvolution(
      outputChannels: 4, weights: Array(repeating: 3, count: 12),
      bias: Array(repeating: -7, count: 4), multiplier: Array(repeating: 0.01, count: 4))
    plain.kernel = (1, 1)
    builder.tensors = [
      .init(height: 2, width: 2, channels: 3, zeroPoint: 64),
      .init(height: 2, width: 2, channels: 4, zeroPoint: 10),
      .init(channels: 4, scale: 0.1, zeroPoint: 10),
    ]
    var pool = ModelBuilder.Node(operation: 4, input: 1, output: 2)
    pool.window = [2, 2, 1, 1, 0, 0, 0, 0, 1, 1]
    pool.multiplier = 0.5
    builder.nodes = [
      plain.node(input: 0, output: 1, channels: 3, padValue: 64, inputUpper: 127), pool,
    ]
    builder.labels = ["cat", "dog", "häß", "\u{1F408}"]
    return builder
  }

  private func load(_ file: [UInt8]) -> RuntimeError? {
    do throws(RuntimeError) {
      _ = try Model.load(file.span.bytes)
      return nil
    } catch {
      return error
    }
  }

  private func defect(_ change: (inout ModelBuilder) -> Void) -> ModelDefect? {
    var builder = Self.base()
    change(&builder)
    switch load(builder.build()) {
    case .malformed(let defect, _), .malformedNode(let defect, _): return defect
    default: return nil
    }
  }

  @Test("accepts a good model and reads its texts")
  func good() throws {
    let file = Self.base().build()
    let model = try Model.load(file.span.bytes)
    #expect(model.labelCount == 4)
    #expect(model.label(2) == "häß")
    #expect(model.origin(0).key == "name")
    #expect(model.nodeName(1) == "node")
    #expect(model.output.channels == 4)
  }

  @Test("names the header's fault")
  func header() {
    let file = Self.base().build()
    #expect(load([]) == .notAModel)
    #expect(load(Array("GIF89a".utf8)) == .notAModel)
    #expect(load(Array(file.prefix(63))) == .wrongSize(expected: 64, actual: 63))
    #expect(
      load(Array(file.dropLast()))
        == .wrongSize(
          expected: UInt64(file.count), actual: file.count - 1))
    #expect(
      load(file + [0]) == .wrongSize(expected: UInt64(file.count), actual: file.count + 1))
    var newer = file
    newer[8] = 2
    #expect(load(newer) == .newerVersion(found: 2))
    var damaged = file
    damaged[file.count - 1] ^= 1
    #expect(load(damaged) == .checksumMismatch)
  }

  @Test("names a broken tensor")
  func tensors() {
    #expect(defect { $0.tensors[0].scale = .infinity } == .scale)
    #expect(defect { $0.tensors[0].scale = -1 } == .scale)
    #expect(defect { $0.tensors[1].zeroPoint = 128 } == .zeroPoint)
    #expect(defect { $0.tensors[1].zeroPoint = -1 } == .zeroPoint)
    #expect(defect { $0.tensors[1].upper = 200 } == .range)
    #expect(defect { $0.tensors[1].elementType = 7 } == .elementType)
    #expect(defect { $0.tensors[1].width = 3 } == .shape)
    #expect(defect { $0.tensors[1].height = 0 } == .shape)
    #expect(defect { $0.tensors[1].channels = 70_000 } == .shape)
  }

  @Test("names a broken node")
  func nodes() {
    #expect(defect { $0.nodes[0].operation = 99 } == .operator)
    #expect(defect { $0.nodes[0].input = 7 } == .tensorIndex)
    #expect(defect { $0.nodes[0].second = 1 } == .tensorIndex)
    #expect(defect { $0.nodes[0].input = 1 } == .order)
    #expect(defect { $0.nodes.swapAt(0, 1) } == .order)
    #expect(defect { $0.nodes[0].window[0] = 0 } == .geometry)
    #expect(defect { $0.nodes[0].window[2] = 0 } == .geometry)
    #expect(defect { $0.nodes[0].window[0] = 65_535 } == .geometry)
    #expect(defect { $0.nodes[0].groups = 0 } == .groups)
    #expect(defect { $0.nodes[0].groups = 2 } == .groups)
    #expect(defect { $0.nodes[0].upper = 128 } == .clamp)
    #expect(
      defect {
        $0.nodes[0].lower = 127; $0.nodes[0].upper = 3
      } == .clamp)
    #expect(defect { $0.nodes[0].padValue = 63 } == .padValue)
    #expect(defect { $0.nodes[0].multiplier = 1 } == .reservedNotZero)
    #expect(defect { $0.nodes[1].multiplier = .nan } == .multiplier)
    #expect(defect { $0.nodes[1].window[4] = 2 } == .shape)
  }

  @Test("names broken weights")
  func weights() {
    #expect(defect { $0.nodes[0].multipliers[0] = 0 } == .multiplier)
    #expect(defect { $0.nodes[0].multipliers[3] = .nan } == .multiplier)
    #expect(defect { $0.nodes[0].multipliers[0] = 1e9 } == .multiplier)
    #expect(defect { $0.nodes[0].bias[1] = .max } == .accumulator)
    #expect(defect { $0.nodes[0].bias[1] = .min } == .accumulator)
    #expect(
      defect {
        $0.tensors[1].channels = 400
        $0.tensors[2].channels = 400
      } == .dataOffset)
    #expect(defect { $0.nodes[0].weights[3] = 1 } == .weightPadding)
    #expect(
      defect {
        $0.tensors[0].upper = 255
        $0.nodes[0].weights[0] = 127
        $0.nodes[0].weights[1] = 127
        $0.nodes[0].proof[0] = 2
      } == .proof)
    #expect(defect { $0.nodes[0].proof[0] = 3 } == .proof)
  }

  @Test("names broken labels and texts")
  func texts() {
    #expect(defect { $0.labels.removeLast() } == .labels)
    #expect(defect { $0.labels[0] = "bell\u{7}" } == .text)
    #expect(defect { $0.labels[0] = "escape\u{1B}[31m" } == .text)
    #expect(defect { $0.labels[0] = "\u{85}" } == .text)
    #expect(defect { $0.resizeRule = 2 } == .preprocessing)
    #expect(defect { $0.resizeSize = 5 } == .preprocessing)
    #expect(defect { $0.colourOrder = 2 } == .preprocessing)
  }

  @Test("rejects sections that overlap, repeat, are missing or unknown")
  func sections() {
    func change(_ edit: (inout [UInt8]) -> Void) -> RuntimeError? {
      var file = Self.base().build()
      edit(&file)
      ModelBuilder.fixChecksum(&file)
      return load(file)
    }
    func isDefect(_ error: RuntimeError?, _ defect: ModelDefect) -> Bool {
      if case .malformed(defect, _) = error { return true }
      return false
    }
    #expect(isDefect(change { $0[12] = 0 }, .sectionCount))
    #expect(isDefect(change { $0[12] = 33 }, .sectionCount))
    #expect(isDefect(change { $0[12] = 5 }, .sectionMissing))
    #expect(isDefect(change { $0[40] = 1 }, .reservedNotZero))
    #expect(isDefect(change { $0[64 + 8] += 1 }, .sectionTable))
    #expect(isDefect(change { $0[64 + 24 + 8] = 0 }, .sectionTable))
    #expect(isDefect(change { $0[64 + 16] += 1 }, .sectionSize))
    #expect(isDefect(change { $0[64 + 24] = 1 }, .sectionRepeated))
    #expect(change { $0[64 + 6 * 24] = 99 } == .newerVersion(found: 99))
    // Unknown but optional: ignored.
    #expect(
      change {
        $0[64 + 6 * 24] = 99; $0[64 + 6 * 24 + 3] = 0x80
      } == nil)
  }

  @Test("holds memory and work to their limits")
  func limits() {
    let file = Self.base().build()
    func load(_ limits: ModelLimits) -> RuntimeError? {
      do throws(RuntimeError) {
        _ = try Model.load(file.span.bytes, limits: limits)
        return nil
      } catch {
        return error
      }
    }
    #expect(load(ModelLimits(activationByteCount: 10)) == .memoryLimit(needed: 40, limit: 10))
    #expect(load(ModelLimits(operationCount: 10)) == .operationLimit(needed: 528, limit: 10))
    #expect(load(ModelLimits()) == nil)
  }

  @Test("holds the nodes and a plan's tables to their limits")
  func manyNodes() {
    var builder = Self.base()
    builder.nodes = Array(
      repeating: ModelBuilder.Node(operation: 6, input: 0, output: 1),
      count: ModelFormat.maximumNodeCount + 1)
    guard case .malformed(.nodeCount, _) = load(builder.build()) else {
      Issue.record("too many nodes are taken")
      return
    }
    var memory = PlanMemory(limit: 100)
    #expect(throws: RuntimeError.memoryLimit(needed: 120, limit: 100)) {
      _ = try memory.allocate(UInt8.self, count: 60)
      _ = try memory.allocate(UInt8.self, count: 60)
    }
  }

  @Test("every truncation is an error")
  func truncations() {
    let file = Self.base().build()
    for count in 0..<file.count {
      #expect(load(Array(file.prefix(count))) != nil, "\(count) bytes")
    }
  }

  @Test("any flipped byte is an error or a model that runs, with and without the checksum")
  func flips() {
    var random = TestRandom(8)
    let file = Self.base().build()
    var survivors = 0
    for _ in 0..<4_000 {
      var flipped = file
      let place = Int.random(in: 0..<file.count, using: &random)
      flipped[place] ^= UInt8.random(in: 1...255, using: &random)
      #expect(load(flipped) != nil, "byte \(place), seed \(random.seed)")
      do throws(RuntimeError) {
        let model = try Model.load(
          flipped.span.bytes, limits: ModelLimits(), checksum: .ignore)
        let engine = try Engine.make(model)
        engine.run()
        survivors += 1
      } catch {}
    }
    #expect(survivors > 0)
  }

  @Test("a path that cannot be read says why")
  func paths() {
    func open(_ path: String) -> RuntimeError? {
      do throws(RuntimeError) {
        _ = try Model.open(path)
        return nil
      } catch {
        return error
      }
    }
    #expect(open("/nowhere/at/all") == .fileUnreadable(errno: 2))
    #expect(open("/") == .fileUnreadable(errno: 21))
    #expect(open("/dev/null") == .fileUnreadable(errno: 22))
  }
}
