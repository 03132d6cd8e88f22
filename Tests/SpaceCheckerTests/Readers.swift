import SpaceChecker
import SpaceCompiler
import TestSupport

/// Files of a folder by their path below it, some of them replaced.
struct FolderReader: SourceReader {
  let root: String
  var replaced: [String: [UInt8]] = [:]

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    if let bytes = replaced[path] { return bytes }
    return try DiskReader().bytes(of: "\(root)/\(path)")
  }

  func names(in folder: String, inside root: String) -> [String] {
    DiskReader().names(in: "\(self.root)/\(folder)", inside: self.root)
  }
}

/// Files that exist only in memory.
struct TextReader: SourceReader {
  let files: [String: String]

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    guard let text = files[path] else { throw SourceReadError(reason: "no such file") }
    return Array(text.utf8)
  }
}

/// Compiles a text that uses no other file.
func compile(_ text: String) -> Compilation {
  compileSpace(at: "space.yaml", reader: TextReader(files: ["space.yaml": text]))
}

extension GoldenCase {
  /// As `validate` has it.
  func compilation(replacing files: [String: [UInt8]] = [:]) -> Compilation {
    compileSpace(at: path, reader: FolderReader(root: root, replaced: files)).checkingCosts()
  }
}
