// SPDX-License-Identifier: Apache-2.0

extension Checkpoint {
  /// Takes the student's parameters.
  public mutating func add(_ student: Student) {
    tensors["backbone"] = student.backbone
    tensors["projection"] = student.projection
  }

  /// Takes an optimizer's state under a name.
  public mutating func add(_ optimizer: Optimizer, name: String) {
    tensors[name + ".first"] = optimizer.first
    tensors[name + ".second"] = optimizer.second
    integers[name + ".steps"] = UInt64(optimizer.stepCount)
  }

  /// Gives the student the parameters of the checkpoint.
  ///
  /// - Throws: `TrainingError` where they are those of another student.
  public func restore(_ student: Student) throws(TrainingError) {
    let backbone = try array("backbone", count: student.backbone.count)
    let projection = try array("projection", count: student.projection.count)
    student.update(.backbone) { $0 = backbone }
    student.update(.projection) { $0 = projection }
  }

  /// The optimizer of that name.
  ///
  /// - Throws: `TrainingError` where it was for another number of parameters, or another rule.
  public func optimizer(
    _ name: String, _ rule: OptimizerRule, count: Int
  ) throws(TrainingError) -> Optimizer {
    var isSingle = false
    if case .sgd = rule { isSingle = true }
    guard let steps = integers[name + ".steps"], let stepCount = Int(exactly: steps) else {
      throw TrainingError("the checkpoint holds no optimizer '\(name)'")
    }
    return Optimizer(
      rule, stepCount: stepCount, first: try array(name + ".first", count: count),
      second: try array(name + ".second", count: isSingle ? 0 : count))
  }

  private func array(_ key: String, count: Int) throws(TrainingError) -> [Float] {
    guard let values = tensors[key], values.count == count else {
      throw TrainingError(
        "the checkpoint's '\(key)' has \(tensors[key]?.count ?? 0) values, not \(count): it is of "
          + "another student or another optimizer; start anew, or name the ones that it was made with"
      )
    }
    return values
  }
}
