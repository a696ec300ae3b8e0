// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

/// How to train; the defaults are published, but for those that say otherwise.
struct RecipeArguments: ParsableArguments {
  enum Rule: String, ExpressibleByArgument, CaseIterable { case adam, adamw, sgd }

  @Option(help: "The weight of image embeddings against class texts, 0...1.")
  var lambda: Float = 0.5

  @Option(help: "Steps of Align, and of linear-probe.")
  var alignSteps = 5001

  @Option(help: "Steps of Distill.")
  var distillSteps = 5001

  @Option(help: "Steps of methods that train backbone and projection together.")
  var jointSteps = 5001

  @Option(help: "Pictures of each source domain in a step.")
  var batch = 32

  @Option(help: "Batches whose gradients are added up for one step.")
  var accumulate = 1

  @Option(help: "adam, adamw or sgd.")
  var optimizer = Rule.adam

  @Option(help: "Weight decay.")
  var weightDecay: Float = 0

  @Option(help: "Momentum of sgd.")
  var momentum: Float = 0.9

  @Option(help: "Learning rate of the projection.")
  var projectionRate: Float = 5e-5

  @Option(help: "Learning rate of the backbone.")
  var backboneRate: Float = 5e-5

  @Option(help: "constant or cosine.")
  var schedule = TrainingRecipe.Schedule.constant

  @Option(help: "Steps between evaluations on the sources' validation pictures.")
  var evaluationSteps = 200

  @Option(help: "At most so many validation pictures at an evaluation; all by default.")
  var validationLimit: Int?

  @Flag(inversion: .prefixedNo, help: "Average weights over the loss valley (SWAD).")
  var swad = true

  @Option(
    help: """
      While the backbone is frozen: variations of each picture to choose from, 0 for new ones in \
      each step. A few (3) are not published but much faster.
      """)
  var views = 0

  @Option(help: "Seed of the pictures' order and division, variations and first weights.")
  var seed: UInt64 = 1

  @Option(help: "Crops: the least share of a picture's area.")
  var cropScale = 0.7

  @Option(help: "How often a picture is mirrored, 0...1.")
  var flip = 0.5

  @Option(help: "Strength of the jitter of the brightness, 0...1.")
  var brightness: Float = 0.3

  @Option(help: "Strength of the jitter of the contrast, 0...1.")
  var contrast: Float = 0.3

  @Option(help: "Strength of the jitter of the saturation, 0...1.")
  var saturation: Float = 0.3

  @Option(help: "Strength of the jitter of the hue, in turns, 0...0.5.")
  var hue: Float = 0.3

  @Option(help: "How often a picture turns grey, 0...1.")
  var grey = 0.1

  func validate() throws {
    func check(_ isRight: Bool, _ message: String) throws {
      if !isRight { throw ValidationError(message) }
    }
    try check((0...1).contains(lambda), "--lambda \(lambda) is not within 0...1")
    for (name, steps) in [
      ("align", alignSteps), ("distill", distillSteps), ("joint", jointSteps),
    ] {
      try check(steps >= 1, "--\(name)-steps \(steps) is not positive")
    }
    try check((1...4096).contains(batch), "--batch \(batch) is not within 1...4096")
    try check((1...4096).contains(accumulate), "--accumulate \(accumulate) is not within 1...4096")
    try check(
      projectionRate > 0 && backboneRate > 0 && projectionRate < 10 && backboneRate < 10,
      "learning rates lie between 0 and 10")
    try check(evaluationSteps >= 1, "--evaluation-steps \(evaluationSteps) is not positive")
    try check(validationLimit ?? 1 >= 1, "--validation-limit must be positive")
    try check((0...64).contains(views), "--views \(views) is not within 0...64")
    try check(cropScale > 0 && cropScale <= 1, "--crop-scale \(cropScale) is not within 0...1")
    try check((0...1).contains(flip) && (0...1).contains(grey), "--flip and --grey lie in 0...1")
    for (name, strength) in [
      ("brightness", brightness), ("contrast", contrast), ("saturation", saturation),
    ] {
      try check((0...1).contains(strength), "--\(name) \(strength) is not within 0...1")
    }
    try check((0...0.5).contains(hue), "--hue \(hue) is not within 0...0.5")
    try check(weightDecay >= 0 && weightDecay < 1, "--weight-decay lies in 0...1")
    try check(momentum >= 0 && momentum < 1, "--momentum lies in 0...1")
  }

  var recipe: TrainingRecipe {
    var recipe = TrainingRecipe()
    recipe.lambda = lambda
    (recipe.alignSteps, recipe.distillSteps) = (alignSteps, distillSteps)
    recipe.jointSteps = jointSteps
    (recipe.batchPerDomain, recipe.accumulation) = (batch, accumulate)
    switch optimizer {
    case .adam:
      recipe.optimizer = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay)
    case .adamw:
      recipe.optimizer = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay)
    case .sgd: recipe.optimizer = .sgd(momentum: momentum, weightDecay: weightDecay)
    }
    (recipe.projectionRate, recipe.backboneRate) = (projectionRate, backboneRate)
    recipe.schedule = schedule
    (recipe.evaluationSteps, recipe.validationLimit) = (evaluationSteps, validationLimit)
    recipe.averagesWeights = swad
    (recipe.views, recipe.seed) = (views, seed)
    return recipe
  }

  var augmentation: Augmentation {
    var augmentation = Augmentation()
    augmentation.cropScale = cropScale...1
    (augmentation.flip, augmentation.grey) = (flip, grey)
    (augmentation.brightness, augmentation.contrast) = (brightness, contrast)
    (augmentation.saturation, augmentation.hue) = (saturation, hue)
    return augmentation
  }

  /// All that decides how a run goes, in one line.
  var summary: String {
    var text = "\(recipe) \(augmentation)"
    for noise in ["TrainingRecipe", "Augmentation", "Training.", "Swift."] {
      text = text.split(separator: noise, omittingEmptySubsequences: false).joined()
    }
    return text
  }
}

extension TrainingRecipe.Schedule: ExpressibleByArgument {}
extension TrainingMethod: ExpressibleByArgument {}
