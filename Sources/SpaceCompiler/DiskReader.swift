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
  /// Bytes; a space is text written by people.
  package static let largestFile = 16 << 20

  package init() {}

  package func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
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
