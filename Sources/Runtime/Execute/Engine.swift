// SPDX-License-Identifier: Apache-2.0
import CPlatform

/// How to run a model.
public struct EngineOptions: Sendable {
  /// Threads that share one frame, the caller's included: 1...64.
  public var threads: Int
  /// The name of an instruction set ("scalar", "avx2", ...); nil for the best of this machine.
  public var instructionSet: String?
  public var limits: ModelLimits
  package var fusion = FusionPolicy.automatic

  public init(
    threads: Int = 1, instructionSet: String? = nil, limits: ModelLimits = ModelLimits()
  ) {
    self.threads = threads
    self.instructionSet = instructionSet
    self.limits = limits
  }
}

/// Which groups of nodes run together, a band of rows at a time. The bytes are the same.
package enum FusionPolicy: Sendable, Equatable {
  /// Those that pay by their sizes.
  case automatic
  /// All that are possible, with buffers of about so many bytes a thread.
  case always(bufferByteCount: Int)
  case off
}

/// Runs a verified model: bytes in, scores out. After `init` it allocates nothing.
package struct Engine: ~Copyable {
  package let model: Model
  package let instructionSet: InstructionSet
  package let threads: Int
  let plan: Plan
  private let pool: WorkerPool
  private let frame: AlignedBuffer

  /// Plans `model` for this machine.
  /// - Throws: `unsupportedInstructionSet`, `memoryLimit`, `outOfMemory`, `threadFailed`.
  package static func make(
    _ model: consuming Model, options: EngineOptions = EngineOptions()
  ) throws(RuntimeError) -> Engine {
    let isa = try select(options.instructionSet)
    let threads = min(max(options.threads, 1), 64)
    let plan = try Planner(
      isa: isa, threads: threads, limits: options.limits, policy: options.fusion
    ).plan(model)
    let pool = try WorkerPool(threadCount: threads)
    let frame = try unsafe AlignedBuffer(byteCount: MemoryLayout<Frame>.size)
    return Engine(
      model: model, instructionSet: isa, threads: threads, plan: plan, pool: pool, frame: frame)
  }

  private init(
    model: consuming Model, instructionSet: InstructionSet, threads: Int, plan: consuming Plan,
    pool: WorkerPool, frame: consuming AlignedBuffer
  ) {
    self.model = model
    self.instructionSet = instructionSet
    self.threads = threads
    self.plan = plan
    self.pool = pool
    self.frame = frame
  }

  private static func select(_ name: String?) throws(RuntimeError) -> InstructionSet {
    guard let name else { return .best }
    guard let isa = InstructionSet(name: name), isa.isSupported else {
      throw .unsupportedInstructionSet
    }
    return isa
  }

  // MARK: - Input and output

  /// The network's input, u8 NHWC; no byte may exceed the input tensor's `upper`.
  package var input: UnsafeMutableBufferPointer<UInt8> {
    unsafe UnsafeMutableBufferPointer(
      start: plan.tensors[0].assumingMemoryBound(to: UInt8.self),
      count: model.input.elementCount)
  }

  /// The bytes of the network's output, valid until the next `run`.
  package var outputBytes: UnsafeRawBufferPointer {
    unsafe UnsafeRawBufferPointer(
      start: plan.tensors[model.outputIndex], count: model.output.byteCount)
  }

  /// The score of one class as a real number.
  package func score(_ index: Int) -> Float {
    let output = model.output
    precondition(index >= 0 && index < output.channels)
    if output.elementType == .float32 {
      return unsafe outputBytes.load(fromByteOffset: index * 4, as: Float.self)
    }
    return unsafe output.scale * Float(Int(outputBytes[index]) - output.zeroPoint)
  }

  /// Copies a raw input, clamping each byte to the input tensor's `upper`.
  /// - Throws: `wrongInputSize`.
  package func setInput(_ bytes: UnsafeRawBufferPointer) throws(RuntimeError) {
    let target = unsafe input
    guard bytes.count == target.count else {
      throw .wrongInputSize(expected: target.count, actual: bytes.count)
    }
    let upper = UInt8(model.input.upper)
    for index in 0..<bytes.count { unsafe target[index] = min(bytes[index], upper) }
  }

  // MARK: - Running

  /// Computes the output from the input.
  package func run() {
    unsafe runFrame(nanoseconds: nil)
  }

  /// As `run`, and adds the duration of each node, in nanoseconds, to `nanoseconds[node]`.
  package func run(timing nanoseconds: UnsafeMutablePointer<UInt64>) {
    unsafe runFrame(nanoseconds: nanoseconds)
  }

  /// As `run` on the calling thread alone; `visit` sees each node's output bytes before later nodes
  /// may overwrite them. The engine must have been made without fusion.
  package func run(visit: (_ node: Int, _ output: UnsafeRawBufferPointer) -> Void) {
    precondition(plan.fusion.groups.isEmpty, "nodes that run together cannot be visited one by one")
    let alone = Share(thread: 0, threads: 1)
    for index in 0..<plan.stepCount {
      if let border = unsafe Self.border(plan.steps[index]) { unsafe border.run(alone) }
      unsafe Self.run(plan.steps[index], alone)
      let node = model.nodes[index]
      let bytes = unsafe UnsafeRawBufferPointer(
        start: plan.tensors[node.output], count: model.tensors[node.output].byteCount)
      unsafe visit(index, bytes)
    }
  }

  /// What the threads of one frame share; the engine keeps all of it alive until they are done.
  @unsafe private struct Frame {
    var steps: UnsafeMutablePointer<Step>
    var stepCount: Int
    var nanoseconds: UnsafeMutablePointer<UInt64>?
    var pool: Unmanaged<WorkerPool>
  }

  private func runFrame(nanoseconds: UnsafeMutablePointer<UInt64>?) {
    let shared = unsafe frame.base.assumingMemoryBound(to: Frame.self)
    unsafe shared.initialize(
      to: Frame(
        steps: plan.steps, stepCount: plan.stepCount, nanoseconds: nanoseconds,
        pool: Unmanaged.passUnretained(pool)))
    unsafe pool.run(UnsafeMutableRawPointer(shared)) { context, thread in
      let frame = unsafe context.assumingMemoryBound(to: Frame.self).pointee
      unsafe frame.pool._withUnsafeGuaranteedRef { pool in
        unsafe Engine.runSteps(frame, pool, thread)
      }
    }
  }

  private static func runSteps(_ frame: Frame, _ pool: WorkerPool, _ thread: Int) {
    let share = Share(thread: thread, threads: pool.threadCount)
    var last = unsafe frame.nanoseconds == nil ? 0 : swiftlet_nanoseconds()
    for index in unsafe 0..<frame.stepCount {
      if case .none = unsafe frame.steps[index] { continue }
      if let border = unsafe border(frame.steps[index]) {
        unsafe border.run(share)
        pool.barrier()
      }
      unsafe run(frame.steps[index], share)
      pool.barrier()
      if thread == 0, let nanoseconds = unsafe frame.nanoseconds {
        let now = swiftlet_nanoseconds()
        unsafe nanoseconds[index] &+= now &- last
        last = now
      }
    }
  }

  private static func border(_ step: Step) -> PadStep? {
    switch unsafe step {
    case .convolution(let convolution): return unsafe convolution.border
    case .fused(let fused): return unsafe fused.pointee.expand?.border
    default: return nil
    }
  }

  private static func run(_ step: Step, _ share: Share) {
    switch unsafe step {
    case .convolution(let step): unsafe step.run(share)
    case .depthwise(let step): unsafe step.run(share)
    case .add(let step): unsafe step.run(share)
    case .pool(let step): unsafe step.run(share)
    case .lookup(let step): unsafe step.run(share)
    case .pad(let step): unsafe step.run(share)
    case .fused(let step): unsafe step.pointee.run(share)
    case .none: break
    }
  }
}
