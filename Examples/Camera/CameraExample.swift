// SPDX-License-Identifier: Apache-2.0
import Pipeline
import Runtime

@main
struct CameraExample {
  static func main() async throws {
    let model = CommandLine.arguments.dropFirst().first ?? "models/efficientnet-lite0.swiftlet"
    let camera = LiveCamera()
    for try await result in camera.classifications(with: try Classifier(model)) {
      guard result.hasChanged else { continue }
      print(result.label ?? "nothing certain", result.probability)
    }
  }
}
