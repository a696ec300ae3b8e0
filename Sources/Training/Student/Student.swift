// SPDX-License-Identifier: Apache-2.0
import COpenBLAS
import CTraining
import Dispatch
import Quantize

/// A student in training: a backbone f and a projection P into the teacher's space,
/// `p = P(f(x)) / |P(f(x))|`.
///
/// Source: VL2V-ADiP, arXiv 2310.08255.
public final class Student {
  /// What is trained: P in Align, f in Distill, both in one stage.
  public enum Part: Sendable, CaseIterable { case projection, backbone }

  /// The sums of a loss's gradients over pictures; empty for a part that is frozen.
  public struct Gradients: Sendable, Equatable {
    public var projection: [Float] = []
    public var backbone: [Float] = []

    public subscript(part: Part) -> [Float] {
      get { part == .projection ? projection : backbone }
      set { if part == .projection { projection = newValue } else { backbone = newValue } }
    }
  }

  /// D, the width of the teacher's embeddings, or the number of classes of a plain classifier.
  public let width: Int
  /// Whether p is brought to unit norm; a plain classifier's scores are not.
  public let isNormalized: Bool
  /// F, the width of the backbone's features.
  public var featureCount: Int { plan.featureCount }
  /// Height and width of a picture, in pixels.
  public var inputSize: (height: Int, width: Int) { (plan.inputHeight, plan.inputWidth) }

  let plan: StudentPlan
  /// Of the backbone.
  public private(set) var backbone: [Float]
  /// Weights `[D][F]`, then the bias `[D]`.
  public private(set) var projection: [Float]
  private let threads: Int
  /// Made when they are first needed.
  private lazy var workspaces = (0..<threads).map { _ in
    StudentWorkspace(plan, capacity: Self.microBatch)
  }
  private let projectionLayer: Linear
  private let norm: UnitNorm

  /// Pictures that a thread works on at a time; more need memory and gain little.
  static let microBatch = 2

  /// Reads a student from an ONNX file; its classifier, or its projection and what stands behind
  /// it, is left out, and a new projection made.
  ///
  /// - Parameters:
  ///   - width: D.
  ///   - seed: of the projection's first weights, uniform within `1 / sqrt(F)`.
  ///   - threads: share a batch. The same number gives the same bits.
  ///   - isNormalized: whether p is brought to unit norm.
  /// - Throws: `TrainingError`, or what is wrong with the file.
  public convenience init(
    onnx path: String, width: Int, seed: UInt64, threads: Int = 2, isNormalized: Bool = true
  ) throws {
    try self.init(
      StudentPlan(ONNXImporter.student(path: path).graph, source: path), width: width, seed: seed,
      threads: threads, isNormalized: isNormalized)
  }

  /// A new student of the same kind: the backbone as the file has it, a projection of its own.
  public func fresh(width: Int, seed: UInt64, isNormalized: Bool = true) -> Student {
    Student(plan, width: width, seed: seed, threads: threads, isNormalized: isNormalized)
  }

  init(
    _ plan: StudentPlan, width: Int, seed: UInt64, threads: Int, isNormalized: Bool = true
  ) {
    // Threads share pictures, not products.
    openblas_set_num_threads(1)
    self.plan = plan
    self.width = width
    self.isNormalized = isNormalized
    backbone = plan.parameters
    self.threads = max(threads, 1)
    projectionLayer = Linear(inputs: plan.featureCount, outputs: width)
    norm = UnitNorm(width: width)
    var generator = SeededGenerator(seed: seed)
    let limit = 1 / Float(plan.featureCount).squareRoot()
    projection = (0..<width * (plan.featureCount + 1)).map { _ in
      Float.random(in: -limit...limit, using: &generator)
    }
  }

  /// Where each tensor of the backbone lies in `backbone`: weights and bias of every convolution, in
  /// the network's order.
  public var parameterRanges: [Range<Int>] {
    plan.nodes.flatMap { [$0.weights, $0.bias] }.filter { !$0.isEmpty }
  }

  /// Names and shapes of the tensors in `backbone`, in the order of `parameterRanges`: the ONNX node
  /// and which of its inputs, 1 for weights and 2 for biases.
  public var parameterNames: [(node: String, input: Int)] {
    plan.nodes.flatMap { $0.weights.isEmpty ? [] : [($0.name, 1), ($0.name, 2)] }
  }

  /// An estimate of what training takes, in bytes, before any of it is allocated: parameters with
  /// their gradients and Adam's two moments, the batch's pixels, and each thread's memory.
  ///
  /// - Parameter batch: pictures in a step. A thread works on a few of them at a time, so that only
  ///   their pixels grow with it.
  public func byteCount(batch: Int) -> Int {
    let parameters = 4 * 4 * (backbone.count + projection.count)
    let pixels = 4 * batch * plan.inputHeight * plan.inputWidth * 3
    return parameters + pixels
      + threads * StudentWorkspace.byteCount(plan, capacity: Self.microBatch)
  }

  /// Changes parameters, for example by an optimizer's step.
  public func update(_ part: Part, _ body: (inout [Float]) -> Void) {
    switch part {
    case .projection: body(&projection)
    case .backbone: body(&backbone)
    }
  }

  /// The embeddings of pictures, `[count][D]`, unit norm.
  ///
  /// - Parameter pixels: `[count][height][width][3]`, normalized as the student wants it.
  public func embeddings(_ pixels: [Float], count: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * width)
    let jobs = run(pixels, count: count) { workspace, features, first, rows in
      (first, self.project(features, rows: rows).p)
    }
    for (first, p) in jobs {
      result.replaceSubrange(first * width..<first * width + p.count, with: p)
    }
    return result
  }

  /// The backbone's features of pictures, `[count][F]`: while the backbone is frozen they can be kept,
  /// for `projectionGradients`.
  ///
  /// - Parameter pixels: as `embeddings` takes them.
  public func features(_ pixels: [Float], count: Int) -> [Float] {
    run(pixels, count: count) { _, features, _, rows in
      Array(UnsafeBufferPointer(start: features, count: rows * self.featureCount))
    }.flatMap { $0 }
  }

  /// As `embeddings`, from features.
  public func embeddings(features: [Float], count: Int) -> [Float] {
    precondition(features.count == count * featureCount, "the features fill the pictures")
    return project(features, rows: count).p
  }

  /// As `gradients(of: .projection)`, from features.
  public func projectionGradients(
    features: [Float], count: Int,
    loss: (_ p: [Float], _ first: Int, _ rows: Int) -> (sum: Double, gradient: [Float])
  ) -> (loss: Double, gradients: [Float]) {
    precondition(features.count == count * featureCount, "the features fill the pictures")
    let (p, norms) = project(features, rows: count)
    let (sum, gradient) = loss(p, 0, count)
    let dz = unnormalized(gradient, p, norms, rows: count)
    return (sum, projectionGradient(dz, features, rows: count))
  }

  /// The gradient of z, before the norm.
  private func unnormalized(
    _ gradient: [Float], _ p: [Float], _ norms: [Float], rows: Int
  ) -> [Float] {
    guard isNormalized else { return gradient }
    var dz = gradient
    norm.backward(gradient, y: p, norms: norms, rows: rows, into: &dz)
    return dz
  }

  private func projectionGradient(
    _ dz: [Float], _ features: Features, rows: Int
  ) -> [Float] {
    var result = [Float](repeating: 0, count: projection.count)
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      projectionLayer.backward(
        dz, x: features, rows: rows, addingToWeights: base, bias: base + width * featureCount)
    }
    return result
  }

  /// As `gradients(of:)` of several parts.
  public func gradients(
    of part: Part, _ pixels: [Float], count: Int,
    loss:
      @Sendable @escaping (_ p: [Float], _ first: Int, _ rows: Int) -> (
        sum: Double, gradient: [Float]
      )
  ) -> (loss: Double, gradients: [Float]) {
    let (sum, gradients) = gradients(of: [part], pixels, count: count, loss: loss)
    return (sum, gradients[part])
  }

  /// The loss of pictures, and the sums of its gradients over the parameters of some parts.
  ///
  /// - Parameters:
  ///   - pixels: as `embeddings` takes them.
  ///   - loss: of rows `first..<first + rows`: takes p `[rows][D]`, gives each row's loss summed up,
  ///     and the gradient of that sum over p. It is called on several threads.
  public func gradients(
    of parts: Set<Part>, _ pixels: [Float], count: Int,
    loss:
      @Sendable @escaping (_ p: [Float], _ first: Int, _ rows: Int) -> (
        sum: Double, gradient: [Float]
      )
  ) -> (loss: Double, gradients: Gradients) {
    let trainsBackbone = parts.contains(.backbone)
    if trainsBackbone { for workspace in workspaces { workspace.clearGradients() } }
    let jobs = run(pixels, count: count) { workspace, features, first, rows in
      let (p, norms) = self.project(features, rows: rows)
      let (sum, gradient) = loss(p, first, rows)
      let dz = self.unnormalized(gradient, p, norms, rows: rows)
      let projection =
        parts.contains(.projection) ? self.projectionGradient(dz, features, rows: rows) : []
      if trainsBackbone {
        var df = [Float](repeating: 0, count: rows * self.featureCount)
        self.projectionLayer.backward(dz, weights: self.projection, rows: rows, intoInput: &df)
        workspace.backward(df, count: rows, parameters: self.backbone)
      }
      return (sum, projection)
    }
    // Always added up in the same order.
    var sums = Gradients()
    if trainsBackbone {
      sums.backbone = [Float](repeating: 0, count: backbone.count)
      for workspace in workspaces {
        swiftlet_accumulate(&sums.backbone, workspace.parameterGradients, backbone.count)
      }
    }
    if parts.contains(.projection) {
      sums.projection = [Float](repeating: 0, count: projection.count)
      for (_, gradient) in jobs {
        swiftlet_accumulate(&sums.projection, gradient, projection.count)
      }
    }
    return (jobs.reduce(0) { $0 + $1.0 }, sums)
  }

  private func project(_ features: Features, rows: Int) -> (p: [Float], norms: [Float]) {
    var z = [Float](repeating: 0, count: rows * width)
    projection.withUnsafeBufferPointer { projection in
      guard let base = projection.baseAddress else { return }
      projectionLayer.forward(
        features, weights: base, bias: base + width * featureCount, rows: rows, into: &z)
    }
    guard isNormalized else { return (z, []) }
    var (p, norms) = (z, [Float](repeating: 0, count: rows))
    norm.forward(z, rows: rows, into: &p, norms: &norms)
    return (p, norms)
  }

  /// Runs the backbone over all pictures, and `body` over each few of them; thread k takes every
  /// k-th. Results are in the order of the pictures.
  private func run<Result>(
    _ pixels: [Float], count: Int,
    _ body: @escaping (StudentWorkspace, _ features: Features, _ first: Int, _ rows: Int) -> Result
  ) -> [Result] {
    let size = plan.inputHeight * plan.inputWidth * 3
    precondition(pixels.count == count * size, "the pixels fill the pictures")
    let starts = Array(stride(from: 0, to: count, by: Self.microBatch))
    var results = [Result?](repeating: nil, count: starts.count)
    let threads = threads
    results.withUnsafeMutableBufferPointer { results in
      nonisolated(unsafe) let results = results
      nonisolated(unsafe) let body = body
      nonisolated(unsafe) let student = self
      nonisolated(unsafe) let workspaces = workspaces
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        let workspace = workspaces[thread]
        for job in stride(from: thread, to: starts.count, by: threads) {
          let (first, rows) = (starts[job], min(Self.microBatch, count - starts[job]))
          pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return }
            let features = workspace.forward(
              base + first * size, count: rows, parameters: student.backbone)
            results[job] = body(workspace, features, first, rows)
          }
        }
      }
    }
    return results.compactMap { $0 }
  }
}
