import Search
import Synchronization

/// Files that this process has read for its answer, which no answer may replace.
enum FilesRead {
  private static let paths = Mutex<[String]>([])

  /// A file that is read; one that is not there, or no file, does no harm.
  static func note(_ path: String) { paths.withLock { $0.append(path) } }

  /// The path under which a file was read; nil: it was not.
  static func path(of file: String) -> String? {
    paths.withLock { paths in paths.contains(file) ? file : paths.first { isSameFile($0, file) } }
  }
}

/// Writes what a command makes to the file that its user named. A file that is there is replaced in one step, but for what
/// the command has read.
///
/// - Parameters:
///   - option: Which names the file.
///   - stream: Where it says that the file is written: standard error where standard output carries data. Nil: the caller
///     says it.
/// - Throws: `CommandFailure` with exit code 2; the file is then as it was.
func writeAnswer(
  _ contents: [UInt8], to path: String, option: String = "--out", sayingSoOn stream: Terminal? = nil
) throws {
  try requireReplaceable(path, option: option)
  try replaceFile(path, with: contents)
  stream?.line("wrote \(path)")
}

/// Refuses a file that was read, a space or what it uses, and the files that make up a run: commands that compute for
/// long ask before they do.
///
/// - Throws: `CommandFailure` with exit code 2.
func requireReplaceable(_ path: String, option: String = "--out") throws {
  guard path != "-", fileExists(path) else { return }
  let remedy = "and writing would replace it; choose another name for '\(option)'"
  if let read = FilesRead.path(of: path) {
    let whose = read == path ? "this command has read" : "this command has read as '\(read)'"
    throw CommandFailure("'\(path)' is a file that \(whose), \(remedy)", status: .couldNotRun)
  }
  if let run = folderOfRun(holding: resolved(path)) {
    throw CommandFailure("'\(path)' belongs to the run in '\(run)', \(remedy)", status: .couldNotRun)
  }
}

/// The folder of the run that a file is a part of: what the run was begun with, or came to. Pages and exports that lie
/// there are none of it.
private func folderOfRun(holding path: String) -> String? {
  var parts = path.split(separator: "/", omittingEmptySubsequences: false)
  let name = parts.removeLast()
  let folder = parts.joined(separator: "/")
  if RunDirectory.File(rawValue: String(name)) != nil, RunDirectory.has(.lock, in: folder) { return folder }
  guard parts.last == "space" else { return nil }
  let above = parts.dropLast().joined(separator: "/")
  return RunDirectory.has(.lock, in: above) ? above : nil
}
