// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// `deploy` without a board: what it writes. scripts/test-deploy installs it.
@Suite("Deploy")
struct DeployTests {
  /// A file that passes for a program of a processor: elf(5).
  private func program(_ folder: String, machine: UInt8 = 183) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 100)
    bytes.replaceSubrange(0..<4, with: Array("\u{7F}ELF".utf8))
    bytes[18] = machine
    return try Sample.write(Data(bytes), folder, "runner-\(machine)")
  }

  private func deploy(_ folder: String, _ more: String...) throws -> Outcome {
    let model = try Sample.model(in: folder)
    return try CommandLineTool.run(
      ["deploy", model, "--runner", try program(folder), "--target", "aarch64", "--json"] + more,
      environment: ["SOURCE_DATE_EPOCH": "1000000000"])
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  @Test("a folder has all that a board needs; the service demands a signature where there is one")
  func folder() throws {
    try withTemporaryFolder { folder in
      #expect(try swiftlet("keys", "make", folder + "/a").code == 0)
      let output = folder + "/out"
      let signed = try deploy(folder, "--output", output, "--sign", folder + "/a.key")
      let object = try signed.object()
      #expect(object["isSigned"] as? Bool == true && object["target"] as? String == "aarch64")
      #expect(object["path"] as? String == output)
      for name in [
        "install.sh", "swiftlet-run", "swiftlet.service", "70-swiftlet.rules", "README",
        "swiftlet.default", "signer.pub", "bundle/model.swiftlet", "bundle/manifest",
        "bundle/manifest.sig",
      ] {
        #expect(FileManager.default.fileExists(atPath: output + "/" + name), "\(name)")
      }
      #expect(FileManager.default.isExecutableFile(atPath: output + "/swiftlet-run"))
      #expect(try text(output + "/swiftlet.service").contains("--require-signature /usr/local"))
      // The same folder again without a key: nothing of the signature may stay.
      #expect(try deploy(folder, "--output", output).code == 0)
      #expect(!FileManager.default.fileExists(atPath: output + "/bundle/manifest.sig"))
      #expect(try !text(output + "/swiftlet.service").contains("--require-signature"))
    }
  }

  @Test("the same input gives the same package, byte for byte, with its members in their places")
  func package() throws {
    try withTemporaryFolder { folder in
      var packages: [Data] = []
      for name in ["one", "two"] {
        let outcome = try deploy(folder, "--output", folder + "/" + name, "--deb")
        let path = try #require(try outcome.object()["path"] as? String, "\(outcome.errors)")
        #expect(path.hasSuffix("swiftlet-board_0.1.0+20010909.014640_arm64.deb"))
        packages.append(try Data(contentsOf: URL(fileURLWithPath: path)))
      }
      #expect(packages[0] == packages[1])
      let package = packages[0]
      #expect(package.starts(with: Data("!<arch>\ndebian-binary".utf8)))
      for name in [
        "./usr/bin/swiftlet-run", "./usr/share/swiftlet/bundle/manifest", "./etc/default/swiftlet",
        "./usr/lib/systemd/system/swiftlet.service", "./postinst", "control.tar", "data.tar",
      ] {
        #expect(package.range(of: Data(name.utf8)) != nil, "\(name)")
      }
    }
  }

  @Test("what cannot be deployed is refused, and nothing is written")
  func refusals() throws {
    try withTemporaryFolder { folder in
      let output = folder + "/out"
      let good = try Sample.model(in: folder)
      let damaged = try Sample.model(in: folder, "damaged.swiftlet") { $0[$0.count / 2] ^= 1 }
      let untrue = try Sample.model(in: folder, "untrue.swiftlet") { file in
        let offset = Sample.offset(of: .selftest, in: file) ?? 0
        file[offset + 16] ^= 1
        Sample.fixChecksum(&file)
      }
      let open = try Sample.write(Data("swiftlet-private-key 00\n".utf8), folder, "open.key")
      chmod(open, 0o644)
      let other = try program(folder, machine: 62)
      let runner = try program(folder)
      for (arguments, code, text) in [
        ([damaged, "--runner", runner], 2, "checksum"),
        ([untrue, "--runner", runner], 2, "self-test failed"),
        ([good, "--runner", other], 2, "another processor"),
        ([good, "--runner", good], 2, "no program"),
        ([good, "--runner", runner, "--sign", open], 2, "chmod 600"),
        ([good, "--runner", runner, "--sign", folder + "/none"], 2, "keys make"),
        ([good, "--runner", runner, "--name", "a b"], 64, "--name a b"),
      ] as [([String], Int32, String)] {
        let outcome = try CommandLineTool.run(
          ["deploy"] + arguments + ["--target", "aarch64", "--output", output])
        #expect(outcome.code == code && outcome.errors.contains(text), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: output))
      }
    }
  }

  @Test(
    "options that do not go together are wrong usage",
    arguments: [
      ["m"], ["--target", "aarch64"], ["--check", "board", "--deb"], ["m", "--target", "mips"],
      ["m", "--target", "aarch64", "--port", "0"],
    ])
  func usage(_ arguments: [String]) throws {
    let outcome = try CommandLineTool.run(["deploy"] + arguments)
    #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome.errors)")
  }

  @Test("a pair of keys is made once, and only its owner reads the private one")
  func keys() throws {
    try withTemporaryFolder { folder in
      let name = folder + "/release"
      let made = try swiftlet("keys", "make", name, "--json").object()
      let attributes = try FileManager.default.attributesOfItem(atPath: name + ".key")
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      let shown = try swiftlet("keys", "show", name + ".key")
      #expect(try shown.output == text(name + ".pub"))
      #expect(try shown.output == "swiftlet-public-key \(#require(made["key"] as? String))\n")
      let before = try text(name + ".key")
      #expect(try swiftlet("keys", "make", name).code == 2)
      #expect(try text(name + ".key") == before)
      #expect(try swiftlet("keys", "show", name + ".pub").code == 2)
    }
  }
}
