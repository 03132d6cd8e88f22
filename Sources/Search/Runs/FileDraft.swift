#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is written beside its place, as `NAME.part`. `commit` puts it there in one move; without it nothing stays.
final class FileDraft {
  private let path: String
  private var descriptor: Int32
  private var beside: String { path + ".part" }

  init(of path: String) throws(RunError) {
    self.path = path
    descriptor = open(path + ".part", O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotWrite(path: path, reason: systemError()) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(beside)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws(RunError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .cannotWrite(path: path, reason: systemError()) }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// Moves the file to its place when it is on the disk, and waits until the move is too.
  func commit() throws(RunError) {
    guard fsync(descriptor) == 0 else { throw .cannotWrite(path: path, reason: systemError()) }
    close(descriptor)
    descriptor = -1
    guard rename(beside, path) == 0 else {
      let failure = RunError.cannotWrite(path: path, reason: systemError())
      unlink(beside)
      throw failure
    }
    syncFolder(of: path)
  }
}

/// Writes a whole file or none.
func writeFile(_ contents: [UInt8], at path: String) throws(RunError) {
  let draft = try FileDraft(of: path)
  // `withUnsafeBytes` does not pass a typed error on.
  let outcome = contents.withUnsafeBytes { bytes in
    Result { () throws(RunError) in try draft.append(bytes) }
  }
  try outcome.get()
  try draft.commit()
}

/// Waits until the names in the folder of a file are on the disk. A file system that cannot do so is left alone.
func syncFolder(of path: String) {
  let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  _ = fsync(descriptor)
  close(descriptor)
}

/// The bytes of a file.
///
/// - Throws: `.cannotRead`; nil where there is no such file.
func readFile(_ path: String) throws(RunError) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw .cannotRead(path: path, reason: systemError())
  }
  defer { close(descriptor) }
  var contents: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 20)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR { continue }
    guard count >= 0 else { throw .cannotRead(path: path, reason: systemError()) }
    if count == 0 { return contents }
    contents += chunk[..<count]
  }
}

/// The names in a folder, sorted; none where there is no such folder.
func names(in folder: String) -> [String] {
  guard let stream = opendir(folder) else { return [] }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Makes a folder; one that is there is left alone.
func makeFolder(_ path: String) throws(RunError) {
  guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .cannotCreate(path: path, reason: systemError()) }
}

/// Makes a folder and those above it; false: it was there.
func makeFolders(_ path: String) throws(RunError) -> Bool {
  var parent = ""
  var isNew = false
  // A `.` is always there: as the last part it would make a new folder look like one that exists.
  let parts = path.split(separator: "/").filter { $0 != "." }
  for (index, part) in parts.enumerated() {
    parent += (index == 0 && !path.hasPrefix("/") ? "" : "/") + part
    isNew = mkdir(parent, 0o777) == 0
    guard isNew || errno == EEXIST else { throw .cannotCreate(path: parent, reason: systemError()) }
  }
  return isNew
}

/// Removes a file if it is there.
func removeFile(_ path: String) throws(RunError) {
  guard unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR else {
    throw .cannotWrite(path: path, reason: systemError())
  }
}

/// Removes an empty folder if it is there; another one stays.
func removeEmptyFolder(_ path: String) { _ = rmdir(path) }

/// The system's words for the last error.
func systemError() -> String { String(cString: strerror(errno)).lowercased() }

/// Puts a file that lies on the disk in the place of another.
func moveIntoPlace(_ from: String, _ to: String) throws(RunError) {
  let descriptor = open(from, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw .cannotWrite(path: to, reason: systemError()) }
  defer { close(descriptor) }
  guard fsync(descriptor) == 0, rename(from, to) == 0 else { throw .cannotWrite(path: to, reason: systemError()) }
  syncFolder(of: to)
}
