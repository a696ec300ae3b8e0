// SPDX-License-Identifier: Apache-2.0
import CPlatform

#if hasFeature(Embedded)
  /// The C entry point: Embedded Swift has no `CommandLine`.
  @_cdecl("main")
  func main(
    _ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int32 {
    swiftlet_share_heap()
    var words: [String] = []
    for index in 1..<max(Int(count), 1) {
      if let word = arguments[index] { words.append(String(cString: word)) }
    }
    return SwiftletRun.run(words)
  }
#else
  @main
  enum EntryPoint {
    static func main() { exit(SwiftletRun.run(Array(CommandLine.arguments.dropFirst()))) }
  }
#endif
