// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Training

struct AlignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Stage 1: train the projection into the teacher's space; the backbone is frozen.",
    discussion: """
      Writes OUTPUT/aligned.safetensors. Started again, it goes on from its checkpoint.
      Example:
        swiftlet-train align --bank bank.safetensors --data pictures/ --student student.onnx \\
          --target sketch --output run/
      """)

  @OptionGroup var arguments: RunArguments

  func run() throws {
    let run = try StudentRun(arguments, Processes.join())
    try run.train(run.session.student, [.align(arguments.recipe.recipe)], name: "align")
    try run.save(run.session.student, to: "aligned.safetensors")
    try run.drawCurve()
    run.progress.say("wrote \(run.path("aligned.safetensors")); next: swiftlet-train distill")
  }
}

struct DistillCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "distill",
    abstract: "Stage 2: train the backbone behind the aligned projection, which is frozen.",
    discussion: """
      Reads OUTPUT/aligned.safetensors, writes OUTPUT/student.safetensors and OUTPUT/student.onnx, \
      which 'swiftlet quantize' reads. Started again, it goes on from its checkpoint.
      Example:
        swiftlet-train distill --bank bank.safetensors --data pictures/ --student student.onnx \\
          --target sketch --output run/
      """)

  @OptionGroup var arguments: RunArguments

  func run() throws {
    let run = try StudentRun(arguments, Processes.join())
    let student = run.session.student
    try run.load("aligned.safetensors", madeBy: "align", into: student)
    try run.train(student, [.distill(arguments.recipe.recipe)], name: "distill")
    try run.save(student, to: "student.safetensors")
    try run.export(student, to: "student.onnx")
    try run.drawCurve()
    run.progress.say("next: swiftlet-train predict, or swiftlet quantize")
  }
}

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Stage 3: decide by the class texts, and test on the left-out domains.",
    discussion: """
      Nothing is trained: a picture's class is the text whose cosine with its embedding is greatest.
      Example:
        swiftlet-train predict --bank bank.safetensors --data pictures/ --student student.onnx \\
          --target sketch --output run/
      """)

  @OptionGroup var arguments: RunArguments

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    try Processes.refuse("predict")
    let run = try StudentRun(arguments)
    try run.load("student.safetensors", madeBy: "distill", into: run.session.student)
    try run.report(try run.predict(run.session.student, model: nil), json: json)
  }
}
