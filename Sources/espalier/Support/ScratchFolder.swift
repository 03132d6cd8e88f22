import Foundation

/// A folder of a command's own, gone when it is done, whatever ends it.
enum ScratchFolder {
  /// - Throws: `CommandFailure` where there can be none; what the body throws.
  static func with<Result>(_ body: (_ folder: String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "espalier-\(UUID().uuidString)").path()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure(
        "cannot make a folder to work in: \((error as NSError).localizedDescription)", status: .couldNotRun)
    }
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }
}
