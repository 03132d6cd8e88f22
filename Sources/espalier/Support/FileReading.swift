import SpaceChecker
import SpaceCompiler

/// The bytes of a file that a command names.
///
/// - Throws: `CommandFailure` with exit code 2.
func contents(ofFile path: String) throws -> [UInt8] {
  FilesRead.note(path)
  return try translatingReadErrors(of: path) { () throws(SourceReadError) in try DiskReader().bytes(of: path) }
}

/// The same, of standard input for `-`.
func contents(ofFileOrInput path: String) throws -> [UInt8] {
  if path != "-" { FilesRead.note(path) }
  return try translatingReadErrors(of: path == "-" ? "<stdin>" : path) { () throws(SourceReadError) in
    path == "-" ? try readStandardInput() : try DiskReader().bytes(of: path)
  }
}

private func translatingReadErrors(of shown: String, _ body: () throws(SourceReadError) -> [UInt8]) throws -> [UInt8] {
  do throws(SourceReadError) {
    return try body()
  } catch {
    throw CommandFailure("'\(shown)' cannot be read: \(error.reason)", status: .couldNotRun)
  }
}
