#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a run cannot be started, written or read.
package enum RunError: Error, Hashable, Sendable {
  case exists(path: String)
  case notARun(path: String, missing: String)
  case cannotCreate(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case damaged(path: String, reason: String)
  case inUse(path: String)
  /// The run ended before it had an answer.
  case unfinished(path: String, steps: Int, of: Int)
}

extension RunError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exists(let path):
      """
      '\(path)' exists already, and a run is never overwritten
      help: choose another folder with --out, or look at that run with 'espalier status \(path)'
      """
    case .notARun(let path, let missing): "'\(path)' is not a run: it has no '\(missing)'"
    case .cannotCreate(let path, let reason): "the folder '\(path)' cannot be made: \(reason)"
    case .cannotWrite(let path, let reason):
      """
      '\(path)' cannot be written: \(reason)
      help: the run stops here; what was written before is kept. Make room, and start again with another --out
      """
    case .cannotRead(let path, let reason): "'\(path)' cannot be read: \(reason)"
    case .damaged(let path, let reason): "'\(path)' is damaged: \(reason)"
    case .inUse(let path):
      """
      another process is writing the run '\(path)'
      help: choose another folder with --out, or watch that run with 'espalier status \(path)'
      """
    case .unfinished(let path, let steps, let total):
      "the run '\(path)' has no result: it did \(steps) of \(total) steps"
    }
  }
}

/// A folder that holds everything about one search; see docs/runs.md for its files.
///
/// Files are complete or absent: each is written beside its place and renamed. The log of steps grows by whole lines; only
/// a process that is killed inside a write can leave a part of one, after the last line feed.
package final class RunDirectory {
  package let path: String
  /// Holds the lock for as long as the run is open for writing.
  private let lock: Int32

  package enum File: String {
    case definition = "run.json"
    case steps = "steps.jsonl"
    case distributions = "distributions.jsonl"
    case distribution = "distribution.json"
    case result = "result.json"
    case architecture = "architecture.yaml"
    case progress = "progress.json"
    case lock
  }

  /// Makes the folder, which must not exist, and locks it.
  package init(creating path: String) throws(RunError) {
    var parent = ""
    // A `.` is always there: as the last part it would make a new folder look like one that exists.
    let parts = path.split(separator: "/").filter { $0 != "." }
    for (index, part) in parts.enumerated() {
      parent += (index == 0 && !path.hasPrefix("/") ? "" : "/") + part
      guard mkdir(parent, 0o777) == 0 else {
        let isLast = index == parts.count - 1
        if errno == EEXIST {
          if isLast { throw Self.isInUse(path) ? .inUse(path: path) : .exists(path: path) }
          continue
        }
        throw .cannotCreate(path: parent, reason: systemError())
      }
    }
    guard !parts.isEmpty else { throw .exists(path: path) }
    self.path = path
    lock = open("\(path)/\(File.lock.rawValue)", O_CREAT | O_RDWR | O_CLOEXEC, 0o666)
    guard lock >= 0 else { throw .cannotWrite(path: "\(path)/\(File.lock.rawValue)", reason: systemError()) }
    // Waits: nobody else writes a folder that was made just now, and who asks for its state holds the lock for an instant.
    while flock(lock, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .cannotWrite(path: "\(path)/\(File.lock.rawValue)", reason: systemError()) }
    }
  }

  deinit { close(lock) }

  /// Writes a whole file beside its place, and puts it there in one move.
  package func write(_ contents: [UInt8], to file: File) throws(RunError) {
    try writeFile(contents, at: "\(path)/\(file.rawValue)")
  }

  /// A copy of an input of the run, at a path below the folder.
  package func store(_ contents: [UInt8], at relative: String) throws(RunError) {
    var folder = path
    for part in relative.split(separator: "/").dropLast() {
      folder += "/\(part)"
      guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        throw .cannotCreate(path: folder, reason: systemError())
      }
    }
    try writeFile(contents, at: "\(path)/\(relative)")
  }

  /// A log that is appended to line by line.
  package func log(_ file: File) throws(RunError) -> LineLog { try LineLog(path: "\(path)/\(file.rawValue)") }

  /// The bytes of a file of a run, which need not be open.
  package static func read(_ file: File, of path: String) throws(RunError) -> [UInt8] {
    let full = "\(path)/\(file.rawValue)"
    let descriptor = open(full, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR
        ? .notARun(path: path, missing: file.rawValue) : .cannotRead(path: full, reason: systemError())
    }
    defer { close(descriptor) }
    var contents: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = readBytes(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .cannotRead(path: full, reason: systemError()) }
      if count == 0 { return contents }
      contents += chunk[..<count]
    }
  }

  /// Whether a process has the run open for writing. Asking needs no right to write, and two may ask at once.
  package static func isInUse(_ path: String) -> Bool {
    let descriptor = open("\(path)/\(File.lock.rawValue)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}

/// A file that lines are added to. A line that cannot be written whole is taken back.
package final class LineLog {
  private let path: String
  private let descriptor: Int32

  init(path: String) throws(RunError) {
    self.path = path
    descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemError()) }
  }

  deinit { close(descriptor) }

  package func append(_ line: [UInt8]) throws(RunError) {
    let end = lseek(descriptor, 0, SEEK_END)
    do {
      try writeAll(line + [UInt8(ascii: "\n")], to: descriptor, path: path)
    } catch {
      // Where even this fails, readers count line feeds and so leave the part of a line out.
      if end >= 0 { _ = ftruncate(descriptor, end) }
      throw error
    }
  }
}

private func writeFile(_ contents: [UInt8], at path: String) throws(RunError) {
  let beside = path + ".part"
  let descriptor = open(beside, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemError()) }
  do throws(RunError) {
    defer { close(descriptor) }
    try writeAll(contents, to: descriptor, path: path)
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: path, reason: systemError()) }
  } catch {
    unlink(beside)
    throw error
  }
  guard rename(beside, path) == 0 else { throw .cannotWrite(path: path, reason: systemError()) }
}

private func writeAll(_ contents: [UInt8], to descriptor: Int32, path: String) throws(RunError) {
  var written = 0
  while written < contents.count {
    let count = contents[written...].withUnsafeBytes { writeBytes(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw .cannotWrite(path: path, reason: systemError()) }
    written += count
  }
}

/// The system's words for the last error.
private func systemError() -> String { String(cString: strerror(errno)).lowercased() }

// The C functions under names of their own: inside the types above `read` and `write` mean their methods.
private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}

private func writeBytes(_ descriptor: Int32, _ buffer: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, buffer, count)
}
