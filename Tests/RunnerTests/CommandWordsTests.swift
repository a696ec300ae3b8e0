// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import swiftlet_run

@Suite("Words of the runner's command line")
struct CommandWordsTests {
  /// All words, values of `--value` among them.
  private func read(_ words: [String]) throws -> [String] {
    var words = CommandWords(words)
    var found: [String] = []
    while let word = try words.next() {
      switch word {
      case .plain(let text): found.append(text)
      case .option("--value"): found.append("value=" + (try words.value()))
      case .option(let name): found.append("flag=" + name)
      }
    }
    return found
  }

  @Test("An option takes the next word, or what follows its equals sign")
  func values() throws {
    #expect(try read(["--value", "a", "b"]) == ["value=a", "b"])
    #expect(try read(["--value=a=1", "--flag", "-"]) == ["value=a=1", "flag=--flag", "-"])
    #expect(try read(["--value=", "x"]) == ["value=", "x"])
    #expect(try read(["--value", "--flag"]) == ["value=--flag"])
  }

  @Test("Behind two dashes, no word is an option")
  func plainWords() throws {
    #expect(try read(["--", "--value", "--"]) == ["--value", "--"])
  }

  @Test("A missing value and a value too much are wrong usage")
  func wrongUsage() {
    #expect(throws: Failure.usage("--value needs a value")) { try read(["--value"]) }
    #expect(throws: Failure.usage("--flag takes no value, but has 'x'")) { try read(["--flag=x"]) }
  }

  @Test(
    "Numbers outside of their range, and what is no number, are wrong usage",
    arguments: ["65", "0", "1.5", "x", "", "1 "])
  func integers(_ text: String) {
    #expect(throws: Failure.self) { try RunArguments(["m", "--threads", text]) }
  }

  @Test("Numbers with a fraction", arguments: ["nan", "inf", "1.01", "-0.1", " 0.5", "0.5x", ""])
  func numbers(_ text: String) throws {
    #expect(try RunArguments(["m", "--threshold", "0.5"]).decision.choices.threshold == 0.5)
    #expect(try RunArguments(["m", "--threshold", "5e-1"]).decision.choices.threshold == 0.5)
    #expect(throws: Failure.self) { try RunArguments(["m", "--threshold", text]) }
  }
}
