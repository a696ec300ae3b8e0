// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Bundle
import Glibc
import Quantize

struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Make keys that sign bundles.",
    discussion: """
      Example:
        swiftlet keys make release
        swiftlet deploy model.swiftlet --target aarch64 --sign release.key
      """,
    subcommands: [Make.self, Show.self])

  struct Make: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a pair of keys: NAME.key, which signs, and NAME.pub, which boards get.",
      discussion: """
        Ed25519. NAME.key is readable by its owner alone: keep it, and a copy, where boards and \
        repositories do not reach. Files that are there stay.
        Example:
          swiftlet keys make release
        """)

    @Argument(help: "The name of both files, without their endings.")
    var name: String

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      guard access(name + ".pub", F_OK) != 0 else {
        throw Failure("\(name).pub is already there; choose another name")
      }
      let key = SigningKey()
      try key.write(to: name + ".key")
      try AtomicFile.write(Array(key.publicText.utf8), to: name + ".pub")
      if json {
        print(
          JSONText.object([
            ("privateKey", .string(name + ".key")), ("publicKey", .string(name + ".pub")),
            ("key", .string(HexText.encode(key.publicKey.bytes))),
          ]).line)
      } else {
        print("\(name).key signs: keep it secret, and a copy of it")
        print("\(name).pub verifies: boards get it")
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the public key of a private one.",
      discussion: """
        Example:
          swiftlet keys show release.key > release.pub
        """)

    @Argument(help: "The file of the private key.")
    var key: String

    func run() throws {
      print(try SigningKey(reading: key).publicText, terminator: "")
    }
  }
}
