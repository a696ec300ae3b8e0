// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Glibc
import Runtime

/// How to run a model: shared by the commands that do.
struct EngineArguments: ParsableArguments {
  @Option(help: "Threads that share one picture, 1...64.")
  var threads = 1

  @Option(
    help: """
      Force an instruction set: scalar, avx2, avxvnni, avx512vnni, neon, dotprod, i8mm. Also \
      SWIFTLET_ISA. The result is the same bytes.
      """)
  var isa: String?

  func validate() throws {
    guard (1...64).contains(threads) else {
      throw ValidationError("--threads \(threads) is not within 1...64")
    }
    if let isa, InstructionSet(name: isa) == nil {
      let names = InstructionSet.allCases.map(\.name.description).joined(separator: ", ")
      throw ValidationError("--isa \(isa) is none of \(names)")
    }
  }

  var options: EngineOptions {
    EngineOptions(threads: threads, instructionSet: isa ?? environment("SWIFTLET_ISA"))
  }
}

/// The value of an environment variable; nil where it is unset or empty.
func environment(_ name: String) -> String? {
  guard let value = getenv(name), value.pointee != 0 else { return nil }
  return String(cString: value)
}

/// Model files on the command line.
enum ModelFiles {
  static let bundledName = "efficientnet-lite0.swiftlet"

  /// The model to use when none is named: SWIFTLET_MODEL, or the bundled one.
  ///
  /// The bundled one is looked for beside the executable, in its share folder, and in the models
  /// folder of the source tree that the executable was built in.
  static func standard() throws -> String {
    if let named = environment("SWIFTLET_MODEL") { return named }
    var folder = executableFolder()
    let installed = folder + "/../share/swiftlet/" + bundledName
    for candidate in [folder + "/" + bundledName, installed] where exists(candidate) {
      return candidate
    }
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      let candidate = folder + "/models/" + bundledName
      if exists(candidate) { return candidate }
    }
    throw Failure(
      "the bundled model \(bundledName) was not found; name one with --model, or set SWIFTLET_MODEL"
    )
  }

  private static func exists(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// Where this program lies, links resolved.
  static func executableFolder() -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return "." }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  /// Runs `body`, and turns a runtime error into one that names the file, or, where the machine is
  /// at fault, says so.
  static func naming<Result: ~Copyable>(
    _ path: String, _ body: () throws(RuntimeError) -> Result
  ) throws -> Result {
    do throws(RuntimeError) {
      return try body()
    } catch {
      throw Failure(
        error.message(file: path), code: error.isOfMachine ? Failure.failed : Failure.badInput)
    }
  }
}
