// SPDX-License-Identifier: Apache-2.0
import CPlatform
import Runtime

/// What a user wants of a watch.
struct RunArguments {
  /// Where frames come from.
  enum Source: Equatable {
    /// Nil: the first one.
    case camera(String?)
    case file(String)
    case standardInput
  }

  /// A model file or the folder of a bundle; empty where a board decides.
  var model = ""
  var bundle = BundleArguments()
  var source: Source?
  var engine = EngineOptions()
  var input = SourceArguments()
  var decision = DecisionArguments()
  var output = OutputArguments()

  /// - Parameter words: behind the program's name.
  init(_ words: [String]) throws(Failure) {
    var words = CommandWords(words)
    while let word = try words.next() {
      switch word {
      case .plain(let text): try take(text)
      case .option(let name): try take(name, &words)
      }
    }
    guard !model.isEmpty || bundle.board != nil else {
      throw .usage("name a model file, a bundle or a --board")
    }
    try decision.check()
  }

  /// With the instruction set that the environment asks for, where no option does.
  var engineOptions: EngineOptions {
    var options = engine
    if options.instructionSet == nil {
      options.instructionSet = swiftlet_environment("SWIFTLET_ISA").map { String(cString: $0) }
    }
    return options
  }

  private mutating func take(_ word: String) throws(Failure) {
    if word == "-" {
      try set(.standardInput)
    } else if model.isEmpty {
      model = word
    } else {
      throw .usage("'" + word + "' is one word too many; a source is named with --camera or --file")
    }
  }

  private mutating func take(_ name: String, _ words: inout CommandWords) throws(Failure) {
    switch name {
    case "--camera": try set(.camera(try words.value()))
    case "--file": try set(.file(try words.value()))
    case "--threads": engine.threads = try words.integer(1...64)
    case "--isa": engine.instructionSet = try words.value()
    default:
      if try bundle.take(name, &words) { return }
      if try input.take(name, &words) { return }
      if try decision.take(name, &words) { return }
      if try output.take(name, &words) { return }
      throw words.unknown
    }
  }

  private mutating func set(_ source: Source) throws(Failure) {
    guard self.source == nil else {
      throw .usage("more than one source is named; choose one of --camera, --file and -")
    }
    self.source = source
  }
}
