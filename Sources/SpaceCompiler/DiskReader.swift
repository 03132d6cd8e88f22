package import SpaceChecker

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads space files from disk: regular files of a sane size only, so that a folder, a device or a pipe is an error and
/// never a wait.
package struct DiskReader: SourceReader {
  /// Bytes. A space is text written by people, and one with as many keys and values as may be has less.
  package static let largestFile = 4 << 20
  /// Of a folder, looked at for a name that is close.
  private static let mostNames = 1000

  package init() {}

  package func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    // The system would read the file of the words before it.
    guard !path.utf8.contains(0) else { throw SourceReadError(reason: "its name has a NUL in it") }
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw SourceReadError(reason: lastSystemError()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SourceReadError(reason: lastSystemError()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw SourceReadError(reason: "it is a folder")
    default: throw SourceReadError(reason: "it is not a regular file")
    }
    guard status.st_size <= Self.largestFile else {
      throw SourceReadError(reason: "it has \(status.st_size) bytes, more than \(Self.largestFile)")
    }
    return try contents(descriptor, expected: Int(status.st_size))
  }

  /// Links are followed first, and where they end is what is compared and opened.
  package func bytes(of path: String, inside folder: String) throws(SourceReadError) -> [UInt8] {
    let root = try withoutLinks(folder.isEmpty && !path.hasPrefix("/") ? "." : "\(folder)/")
    let file = try withoutLinks(path)
    guard file.hasPrefix(root == "/" ? root : root + "/") else {
      throw SourceReadError(reason: "a link on the way leads to '\(file)'", leavesFolder: true)
    }
    return try bytes(of: file)
  }

  package func names(in folder: String, inside root: String) -> [String] {
    let start = root.isEmpty && !folder.hasPrefix("/") ? "." : "\(root)/"
    guard let top = try? withoutLinks(start), let place = try? withoutLinks(folder.isEmpty ? "." : folder),
      place == top || place.hasPrefix(top == "/" ? top : top + "/"), let stream = opendir(place)
    else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < Self.mostNames, let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
          String(cString: $0)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private func withoutLinks(_ path: String) throws(SourceReadError) -> String {
    guard !path.utf8.contains(0) else { throw SourceReadError(reason: "its name has a NUL in it") }
    guard let resolved = realpath(path, nil) else { throw SourceReadError(reason: lastSystemError()) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func contents(_ descriptor: Int32, expected: Int) throws(SourceReadError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: expected)
    var filled = 0
    while filled < expected {
      let count = bytes.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress.map { $0 + filled }, expected - filled)
      }
      guard count >= 0 else { throw SourceReadError(reason: lastSystemError()) }
      if count == 0 { break }
      filled += count
    }
    bytes.removeLast(expected - filled)
    return bytes
  }
}

/// The system's words for the last error: "no such file or directory".
private func lastSystemError() -> String { String(cString: strerror(errno)).lowercased() }
