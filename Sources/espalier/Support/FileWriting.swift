#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Replaces a file's contents in one step: they are written beside it and renamed, so that a full disk or a killed
/// process leaves the old file. Links are followed, permissions kept. What is no regular file (`/dev/stdout`) is written
/// to directly.
///
/// - Throws: `CommandFailure` with exit code 2, the path and the system's reason.
func replaceFile(_ path: String, with contents: [UInt8]) throws {
  var status = stat()
  let exists = stat(path, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    let descriptor = try openForWriting(path, flags: O_WRONLY, showing: path)
    return try finish(contents, descriptor, path: path)
  }
  let target = exists ? resolved(path) : path
  let draft = "\(target).\(getpid()).new"
  let descriptor = try openForWriting(draft, flags: O_WRONLY | O_CREAT | O_EXCL, showing: path)
  do {
    if exists { fchmod(descriptor, status.st_mode & 0o7777) }
    try finish(contents, descriptor, path: path)
    guard rename(draft, target) == 0 else { throw cannotWrite(path) }
  } catch {
    unlink(draft)
    throw error
  }
}

/// Writes a file that is not there yet, whole or not at all: its contents get the name when they are complete.
///
/// - Throws: `CommandFailure` with exit code 2, also where the name is taken.
func createFile(_ path: String, with contents: [UInt8]) throws {
  let draft = "\(path).\(getpid()).new"
  let descriptor = try openForWriting(draft, flags: O_WRONLY | O_CREAT | O_EXCL, showing: path)
  defer { unlink(draft) }
  try finish(contents, descriptor, path: path)
  // Unlike a renaming, a second name never replaces what another process has put there meanwhile.
  guard link(draft, path) == 0 else {
    let number = errno
    guard number == EEXIST else { throw cannotWrite(path, number) }
    throw CommandFailure("'\(path)' is there already; choose another name or remove it", status: .couldNotRun)
  }
}

/// Whether two paths name one existing file.
func isSameFile(_ first: String, _ second: String) -> Bool {
  var (a, b) = (stat(), stat())
  guard stat(first, &a) == 0, stat(second, &b) == 0 else { return false }
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino
}

/// The path without links; itself where the system does not tell.
func resolved(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path }
  defer { free(real) }
  return String(cString: real)
}

private func openForWriting(_ path: String, flags: Int32, showing shown: String) throws -> Int32 {
  let descriptor = open(path, flags | O_CLOEXEC, 0o666)
  guard descriptor >= 0 else { throw cannotWrite(shown) }
  return descriptor
}

/// Writes and closes; a disk may tell only at the close that it is full.
private func finish(_ contents: [UInt8], _ descriptor: Int32, path: String) throws {
  let failure = contents.withUnsafeBufferPointer { writeAll($0, to: descriptor) }
  let closed = close(descriptor)
  if let failure { throw cannotWrite(path, failure) }
  guard closed == 0 else { throw cannotWrite(path) }
}

private func cannotWrite(_ path: String, _ number: Int32 = errno) -> CommandFailure {
  CommandFailure("cannot write '\(path)': \(systemMessage(number))", status: .couldNotRun)
}
