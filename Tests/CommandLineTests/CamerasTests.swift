// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// On machines with and without cameras.
@Suite("swiftlet cameras")
struct CamerasTests {
  @Test("JSON is one document, and none is no error")
  func json() throws {
    let outcome = try swiftlet("cameras", "--json", "--formats", "--controls")
    #expect(outcome.code == 0)
    let cameras = try #require(try outcome.object()["cameras"] as? [[String: Any]])
    for camera in cameras {
      #expect((camera["path"] as? String)?.hasPrefix("/dev/video") == true)
      #expect(camera["state"] is String && camera["kind"] is String)
    }
  }

  @Test("people are told what to check when there is none")
  func none() throws {
    let list = try swiftlet("cameras", "--json").object()["cameras"] as? [Any]
    let outcome = try swiftlet("cameras")
    if list?.isEmpty == true {
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.contains("there is no camera; is it plugged in?"))
      #expect(outcome.errors.contains("libcamerify"))
    } else {
      #expect(outcome.code == 0 && outcome.output.contains("/dev/video"))
    }
  }

  @Test(
    "a camera that there is not is named",
    arguments: [
      ("no such camera", "there is no camera no such camera"),
      ("/dev/null", "/dev/null: this is no camera"), ("4321", "/dev/video4321"),
    ])
  func absent(_ selector: String, _ message: String) throws {
    for arguments in [["cameras", selector], ["cameras", selector, "--json"]] {
      let outcome = try CommandLineTool.run(arguments)
      #expect(outcome.code == 1 && outcome.output.isEmpty)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
    }
  }
}
