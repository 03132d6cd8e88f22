import Foundation

extension Repository {
  /// Every file below a folder, as paths from the root of the repository, sorted.
  package static func files(in folder: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)").sorted().map { "\(folder)/\($0)" }
  }

  /// The bytes of a file of the repository.
  package static func bytes(of path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: "\(root)/\(path)")))
  }
}
