// SPDX-License-Identifier: Apache-2.0
import Bundle
import CPlatform
import Pipeline
import Runtime

/// The model of a watch, from a file, a bundle, or the bundles of a board.
struct RunModel: ~Copyable {
  let classifier: Classifier
  let name: String
  /// What is left to do for a bundle that has yet to prove itself.
  let trial: BoardTrial?

  consuming func takeClassifier() -> Classifier { classifier }

  /// - Throws: what is wrong with the file, the bundle or the board.
  static func open(_ arguments: RunArguments) throws(Failure) -> RunModel {
    let bundle = arguments.bundle
    let key = try bundle.key()
    if let board = bundle.board { return try openBoard(board, key, arguments) }
    let path = arguments.model
    if swiftlet_is_folder(path) != 0 { return try openBundle(path, key, arguments) }
    guard key == nil else {
      throw Failure(
        path + " is no bundle, and a signature is required; make one with 'swiftlet deploy --sign'")
    }
    do throws(RuntimeError) {
      return RunModel(
        classifier: try Classifier(path, options: arguments.engineOptions),
        name: WatchStart.modelName(path: path), trial: nil)
    } catch {
      throw Failure(error, file: path)
    }
  }

  private static func openBundle(
    _ folder: String, _ key: PublicKey?, _ arguments: RunArguments
  ) throws(Failure) -> RunModel {
    do throws(BundleError) {
      let bundle = try ModelBundle(folder, key: key)
      return RunModel(
        classifier: try makeReady(bundle.openModel(), bundle.modelPath, arguments),
        name: bundle.manifest.name, trial: nil)
    } catch {
      throw Failure(error)
    }
  }

  private static func openBoard(
    _ folder: String, _ key: PublicKey?, _ arguments: RunArguments
  ) throws(Failure) -> RunModel {
    do throws(BundleError) {
      let start = try BoardStart.open(folder, shipped: arguments.bundle.shipped, key: key) { text in
        Terminal.write("swiftlet-run: " + text + "\n", to: Terminal.standardError)
      }
      let (path, name, trial) = (start.path, start.manifest.name, start.trial)
      return RunModel(
        classifier: try makeReady(start.takeModel(), path, arguments), name: name, trial: trial)
    } catch {
      throw Failure(error)
    }
  }

  private static func makeReady(
    _ model: consuming Model, _ path: String, _ arguments: RunArguments
  ) throws(BundleError) -> Classifier {
    do throws(RuntimeError) {
      return try Classifier(model, options: arguments.engineOptions)
    } catch {
      throw .model(path, error)
    }
  }
}
