// SPDX-License-Identifier: Apache-2.0
import Quantize
import Testing

@Suite("Import: files that are not models")
struct ImportErrorTests {
  @Test("an empty file is named")
  func emptyFile() {
    let error = #expect(throws: ImportError.self) {
      try ONNXImporter.load(bytes: [], sourceName: "student.onnx")
    }
    #expect(error?.description.hasPrefix("student.onnx: the file is empty") == true)
  }
}
