import Devices
import Foundation

/// A folder of a measuring command's own, gone when it is done.
enum DeviceScratch {
  static func with<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-device-\(UUID().uuidString)").path()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        "cannot make a folder for models: \((error as NSError).localizedDescription)", status: .couldNotRun)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  /// A model as a file in the folder.
  static func write(_ bytes: [UInt8], id: String, number: Int, inputs: [ModelFile.Input], in folder: String) throws
    -> ModelFile
  {
    let path = "\(folder)/model-\(number).onnx"
    do {
      try Data(bytes).write(to: URL(filePath: path))
    } catch {
      throw CommandFailure("cannot write '\(path)': \((error as NSError).localizedDescription)", status: .couldNotRun)
    }
    return ModelFile(id: id, path: path, sha256: SHA256.digest(bytes), inputs: inputs)
  }
}
