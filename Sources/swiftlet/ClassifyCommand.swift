// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Pictures
import Runtime

struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Name what is in pictures.",
    discussion: """
      Reads JPEG and PNG files, folders of them, and a picture on standard input (-). A picture \
      that cannot be read is named on standard error, the others go on, and the exit code is 1.
      Examples:
        swiftlet classify photo.jpg
        swiftlet classify --top 3 --json pictures/ > labels.jsonl
        cat photo.png | swiftlet classify -
      """)

  @Argument(help: ArgumentHelp("Pictures, folders, or - for standard input.", valueName: "path"))
  var paths: [String]

  @Option(help: "The model file; by default SWIFTLET_MODEL or the bundled one.")
  var model: String?

  @Option(help: "How many labels to print, 1...64.")
  var top = 5

  @Flag(help: "Print one JSON object a picture and line.")
  var json = false

  @OptionGroup var engine: EngineArguments

  func validate() throws {
    guard (1...Classifier.rankedCount).contains(top) else {
      throw ValidationError("--top \(top) is not within 1...\(Classifier.rankedCount)")
    }
  }

  func run() throws {
    let path = try model ?? ModelFiles.standard()
    var classifier = try ModelFiles.naming(path) { () throws(RuntimeError) in
      try Classifier(path, options: engine.options)
    }
    var hasFailed = false
    func complain(_ error: any Error) {
      Terminal.complain("\(error)")
      hasFailed = true
    }
    for path in paths {
      do {
        for file in Pictures.isFolder(path) ? try Pictures.find(in: path) : [path] {
          do { try classify(file, &classifier) } catch { complain(error) }
        }
      } catch {
        complain(error)
      }
    }
    if hasFailed { throw Failure("", code: Failure.failed) }
  }

  private func classify(_ path: String, _ classifier: inout Classifier) throws {
    let clock = ContinuousClock()
    let image =
      path == "-" ? try Pictures.decodeStandardInput() : try Pictures.decode(path: path)
    let start = clock.now
    do {
      try classifier.prepare(
        pixels: image.pixels.span.bytes, width: image.width, height: image.height,
        bytesPerRow: image.bytesPerRow, format: image.format)
    } catch {
      throw Failure("\(path): \(error.description)")
    }
    let middle = clock.now
    classifier.compute()
    let end = clock.now
    let predictions = classifier.predictions(top: top)
    if json {
      print(
        line(
          path, predictions, classifier.rejectionScore(), milliseconds(middle - start),
          milliseconds(end - middle)))
    } else {
      print("\(path)  (\(fixed(milliseconds(end - start), 1)) ms)")
      if classifier.isUnknown { print("unknown") }
      for prediction in predictions {
        let percent = fixed(Double(prediction.probability) * 100, 1)
        let padding = String(repeating: " ", count: max(0, 6 - percent.count))
        print("\(padding)\(percent) %  \(prediction.label)")
      }
    }
  }

  private func line(
    _ path: String, _ predictions: [Prediction], _ score: Float?, _ preparation: Double,
    _ network: Double
  ) -> String {
    var members: [(String, JSONText)] = [
      ("path", .string(path)),
      (
        "predictions",
        .array(
          predictions.map {
            .object([
              ("label", .string($0.label)), ("class", .integer($0.classIndex)),
              ("probability", .number(Double($0.probability.description) ?? 0)),
            ])
          })
      ),
      (
        "milliseconds",
        .object([
          ("preprocess", .number(rounded(preparation))), ("network", .number(rounded(network))),
        ])
      ),
    ]
    if let score {
      members.append(("unknown", .bool(predictions.first?.isUnknown ?? false)))
      members.append(("rejectionScore", .number(decimal(score))))
    }
    return JSONText.object(members).line
  }

  private func rounded(_ milliseconds: Double) -> Double {
    (milliseconds * 1000).rounded() / 1000
  }
}

/// A duration as a number.
func milliseconds(_ duration: Duration) -> Double {
  let (seconds, attoseconds) = duration.components
  return Double(seconds) * 1e3 + Double(attoseconds) * 1e-15
}
