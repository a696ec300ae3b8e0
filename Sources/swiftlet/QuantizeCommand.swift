// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Quantize
import Runtime

struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Turn a float student (ONNX) into an int8 model file.",
    discussion: """
      Calibrates on a folder of pictures of the kind that the camera will see; a hundred are \
      enough. The same inputs, options and seed give the same bytes. Labels, class embeddings and \
      preprocessing that the student's file holds need no option; it is said what is taken from it.
      Examples:
        swiftlet quantize student.onnx --calibration pictures/ --output student.swiftlet
        swiftlet quantize student.onnx --calibration pictures/ --labels labels.txt \\
          --output student.swiftlet
      A student that ends in an embedding takes its classes from an embedding bank; they can be \
      edited later with 'swiftlet labels':
        swiftlet quantize student.onnx --calibration pictures/ --classes bank.safetensors \\
          --labels labels.txt --output student.swiftlet
      """)

  enum Method: String, ExpressibleByArgument, CaseIterable {
    case measured, minmax, percentile, mse
  }
  enum Colour: String, ExpressibleByArgument, CaseIterable { case rgb, bgr, grey }

  @Argument(help: "The float student, an ONNX file.")
  var student: String

  @Option(help: "A folder of calibration pictures.")
  var calibration: String

  @Option(
    help: """
      A text file of labels, one a line, in the order of the outputs; with --classes those of the \
      bank's classes that the model knows, with --class-embeddings the names of its rows. By \
      default those that the student's file names.
      """)
  var labels: String?

  @Option(help: "An embedding bank (safetensors): the student ends in an embedding of its width.")
  var classes: String?

  @Option(help: "As --classes, a safetensors file with a tensor 'text' whose rows --labels names.")
  var classEmbeddings: String?

  @Option(help: "With --classes: a text file of the bank's classes that are never decided.")
  var negativeLabels: String?

  @Option(help: "What cosines are multiplied by before softmax; by default the file's, else 100.")
  var logitScale: Float?

  @Option(name: .shortAndLong, help: "The model file to write.")
  var output: String

  @Option(
    help: """
      Mean and deviation: imagenet, or efficientnet-lite (127, 128). By default what the student's \
      file says, else imagenet.
      """)
  var preprocessing: PreprocessingPreset?

  @Option(help: "Three means of byte values 0...255, as 123.7,116.3,103.5. Instead of a preset.")
  var mean: String?

  @Option(help: "Three deviations of byte values, as 58.4,57.1,57.4. Instead of a preset.")
  var deviation: String?

  @Option(
    help: """
      The shorter side before the centre crop, in pixels; 0 squashes to the input's size. By \
      default what the student's file says, else 256.
      """)
  var resize: Int?

  @Option(
    help: """
      The colour order that the student was trained with. By default what the student's file says, \
      else rgb.
      """)
  var colourOrder: Colour?

  @Option(
    help: """
      Levels of the activations: u7 (128, the fastest), u8 (256, the finest), or mixed: u8 where \
      it removes much of the noise for little of the speed.
      """)
  var activations = ActivationPrecision.mixed

  @Option(
    help: """
      How ranges follow from calibration: minmax, percentile, mse, or measured: what makes the \
      least noise in the output.
      """)
  var method = Method.measured

  @Option(help: "With --method percentile: the share of values to keep, 50...100.")
  var percentile = 99.99

  @Flag(inversion: .prefixedNo, help: "Round weights by the error that the layer's output shows.")
  var refinement = true

  @Flag(inversion: .prefixedNo, help: "Correct the biases by the error on the pictures.")
  var biasCorrection = true

  @Flag(
    inversion: .prefixedNo,
    help: """
      Give channels of small values a finer step where pictures that were held out show that it \
      pays.
      """)
  var balance = true

  @Option(help: "Use at most so many pictures, chosen by --seed.")
  var pictures: Int?

  @Option(help: "Chooses pictures and the self-test's input.")
  var seed: UInt64 = 1

  @Option(help: "A name for the model, recorded in the file.")
  var name = ""

  @Option(help: "The licence of the weights, recorded in the file.")
  var licence = ""

  @Option(help: "Threads, 1...64; the result does not depend on it.")
  var threads = 2

  @Option(help: "Write the report on every layer to this file, as JSON.")
  var report: String?

  @Flag(help: "Print the report as JSON instead of as a table.")
  var json = false

  func validate() throws {
    guard (1...64).contains(threads) else {
      throw ValidationError("--threads \(threads) is not within 1...64")
    }
    guard (50...100).contains(percentile) else {
      throw ValidationError("--percentile \(percentile) is not within 50...100")
    }
    if let pictures, pictures < 1 {
      throw ValidationError("--pictures \(pictures) leaves none to calibrate with")
    }
    if let resize, !(0...65_535).contains(resize) {
      throw ValidationError("--resize \(resize) is not within 0...65535")
    }
    guard classes == nil || classEmbeddings == nil else {
      throw ValidationError("give either --classes or --class-embeddings")
    }
    guard classes != nil || negativeLabels == nil else {
      throw ValidationError("--negative-labels goes with --classes")
    }
    _ = try preprocessingOptions()
  }

  func run() throws {
    do {
      for path in [output] + (report.map { [$0] } ?? []) { try AtomicFile.check(path) }
      let job = try job()
      var line = ProgressLine()
      let student = try Quantizer(options: options).quantize(job) { stage, part in
        line.show(stage.rawValue, part)
      }
      line.finish()
      for broken in student.report.brokenPictures { Terminal.complain("skipped \(broken)") }
      try student.write(to: output)
      if let report {
        try AtomicFile.write(Array(student.report.json().utf8), to: report)
      }
      print(json ? try student.report.json() : student.report.table())
      Terminal.complain(
        "wrote \(output): \(student.bytes.count) bytes, calibrated on \(student.report.pictures) "
          + "pictures, \(student.report.brokenPictures.count) skipped")
    } catch let error as QuantizationError {
      throw failure(error)
    } catch let error as ImportError {
      throw Failure(error.description)
    } catch let error as ClassError {
      throw Failure(error.description)
    }
  }

  /// The error with the file at fault, where its own text does not name one.
  private func failure(_ error: QuantizationError) -> Failure {
    switch error {
    case .unwritable: Failure(error.description, code: Failure.failed)
    case .labelCount, .unprintableLabel: Failure("\(labels ?? student): \(error.description)")
    case .notFiniteWeights, .notFinite, .inputChannels, .resizeSize, .preprocessing,
      .unsupported, .rejected:
      Failure("\(student): \(error.description)")
    case .unreadableFolder, .noPictures, .unreadableLabels, .cancelled: Failure(error.description)
    }
  }

  private var options: QuantizationOptions {
    var options = QuantizationOptions()
    options.activations = activations
    switch method {
    case .minmax: options.rangeMethod = .minMax
    case .percentile: options.rangeMethod = .percentile(percentile)
    case .mse: options.rangeMethod = .meanSquaredError
    case .measured: options.rangeMethod = .measured
    }
    options.refinesWeights = refinement
    options.correctsBias = biasCorrection
    options.balancesChannels = balance
    options.maximumPictures = pictures
    options.seed = seed
    options.threads = threads
    return options
  }

  private func job() throws -> QuantizationJob {
    var file = StudentDefaults(try ONNXImporter.student(path: student))
    let record = try file.preprocessing(preprocessingOptions())
    let chosen = try labels.map(LabelFile.read)
    let set = try classSet(chosen, &file)
    var job: QuantizationJob
    if let set {
      job = QuantizationJob(
        student: student, calibration: calibration, classes: set, preprocessing: record)
    } else {
      guard logitScale == nil else {
        throw Failure(
          "--logit-scale goes with class embeddings; \(student) gives scores of its own",
          code: Failure.usage)
      }
      job = QuantizationJob(
        student: student, calibration: calibration, labels: try chosen ?? file.labels(),
        preprocessing: record)
    }
    job.name = name
    job.licence = licence
    file.report()
    return job
  }

  /// The classes of an embedding student; nil for one that gives scores.
  private func classSet(_ chosen: [String]?, _ file: inout StudentDefaults) throws -> ClassSet? {
    guard let path = classes ?? classEmbeddings else {
      guard file.student.ending != .linear else { return nil }
      return try file.classes(labels: chosen, logitScale: logitScale)
    }
    let texts = try TextEmbeddings(path: path, names: classes == nil ? chosen : nil)
    func embeddings(_ names: [String]) throws -> [(label: String, embedding: [Float])] {
      try names.map { ($0, try texts.embedding(of: $0)) }
    }
    return try ClassSet(
      classes: try embeddings(chosen ?? texts.classes),
      negatives: try embeddings(try negativeLabels.map(LabelFile.read) ?? []),
      logitScale: try logitScale ?? texts.logitScale ?? file.logitScale() ?? 100)
  }

  private func preprocessingOptions() throws -> PreprocessingOptions {
    func list(_ values: InlineArray<3, Float>) -> [Float] { values.indices.map { values[$0] } }
    let preset = preprocessing?.record
    var options = PreprocessingOptions()
    options.mean = try numbers(mean, "--mean") ?? preset.map { list($0.mean) }
    options.deviation = try numbers(deviation, "--deviation") ?? preset.map { list($0.deviation) }
    guard options.deviation?.allSatisfy({ $0 > 0 }) ?? true else {
      throw ValidationError("--deviation needs positive numbers")
    }
    options.resize = resize
    switch colourOrder {
    case .rgb: options.colourOrder = .rgb
    case .bgr: options.colourOrder = .bgr
    case .grey: options.colourOrder = .grey
    case nil: break
    }
    return options
  }

  /// One number, or three with commas between them.
  private func numbers(_ text: String?, _ option: String) throws -> [Float]? {
    guard let text else { return nil }
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    let numbers = values.compactMap { $0 }.filter(\.isFinite)
    guard numbers.count == values.count, numbers.count == 1 || numbers.count == 3 else {
      throw ValidationError(
        "\(option) \(text) is not one number, or three with commas between them")
    }
    return numbers
  }
}

extension ActivationPrecision: ExpressibleByArgument {}
extension PreprocessingPreset: ExpressibleByArgument {}
