#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A folder that the user named.
struct Folder: Sendable {
  /// As the user wrote it.
  let path: String
  /// The names in the folder, sorted.
  let names: [String]

  /// - Throws: `DatasetError.folderMissing`.
  init(path: String) throws {
    self.path = path
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: Self.expandingHome(path)) else {
      // Missing, a file or closed to us: the remedy is the same.
      throw DatasetError.folderMissing(path: path)
    }
    self.names = names.sorted()
  }

  /// The path of a file in the folder.
  func path(of name: String) -> String {
    path.hasSuffix("/") ? path + name : "\(path)/\(name)"
  }

  /// Reads the first of `names` that is there.
  ///
  /// - Throws: `DatasetError.fileMissing` that gives the first name, or an error of reading.
  func read(anyOf candidates: [String]) throws -> FileBytes {
    guard let name = candidates.first(where: names.contains) else {
      throw DatasetError.fileMissing(path: path(of: candidates[0]), packed: packed(candidates))
    }
    return try FileBytes(reading: path(of: name))
  }

  /// The path of an `.xz` file that unpacks to one of `names`.
  func packed(_ candidates: [String]) -> String? {
    candidates.map { $0 + ".xz" }.first(where: names.contains).map(path(of:))
  }

  /// `path` with a leading `~/` replaced.
  static func expandingHome(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/") else { return path }
    return FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst()
  }
}
