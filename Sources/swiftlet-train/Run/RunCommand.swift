// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "All of it: align, distill, export, quantize, predict.",
    discussion: """
      Trains a student on the source domains, writes it as ONNX and as int8 model, tests both on the \
      left-out domains and classifies one of their pictures. Ctrl-C writes a checkpoint; the same \
      command goes on from it.
      Example:
        swiftlet-train run --bank bank.safetensors --data pictures/ --student student.onnx \\
          --source photo,art_painting,cartoon --target sketch --output run/
        swiftlet classify --model run/student.swiftlet picture.jpg
      """)

  @OptionGroup var arguments: RunArguments

  @Option(help: "The method: adip, or a baseline.")
  var method = TrainingMethod.adip

  @Flag(inversion: .prefixedNo, help: "Quantize the student to int8.")
  var quantize = true

  @Option(help: "Training pictures that the quantization is calibrated on.")
  var calibrationPictures = 200

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard method != .teacher else {
      throw ValidationError("--method teacher trains nothing; see 'evaluate' and 'bank analyse'")
    }
    guard calibrationPictures >= 1 else {
      throw ValidationError("--calibration-pictures \(calibrationPictures) is not positive")
    }
  }

  func run() throws {
    let run = try StudentRun(arguments, Processes.join())
    let recipe = arguments.recipe.recipe
    let student = run.session.student.fresh(
      width: method.isClosed ? run.session.set.classes.count : run.session.set.width,
      seed: recipe.seed, isNormalized: !method.isClosed)
    try run.train(student, method.stages(recipe), name: "run")
    try run.save(student, to: "student.safetensors")
    try run.export(student, to: "student.onnx")
    try run.drawCurve()
    if quantize {
      try run.quantize("student.onnx", to: "student.swiftlet", pictures: calibrationPictures)
    }
    let model = quantize ? "student.swiftlet" : nil
    try run.report(try run.predict(student, model: model), json: json)
    if let model { try run.classifyOne(model: model) }
  }
}
