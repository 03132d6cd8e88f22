#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folder of the pages that explain error codes.
struct DiagnosticPages {
  let folder: String
  /// Of the pages that are there, sorted.
  let codes: [String]

  /// - Throws: `CommandFailure` that says where it looked.
  static func found() throws -> DiagnosticPages {
    let places = candidates()
    for folder in places {
      let codes = pageCodes(in: folder)
      if !codes.isEmpty { return DiagnosticPages(folder: folder, codes: codes) }
    }
    let list = places.map { "\n  \($0)" }.joined()
    throw CommandFailure(
      "the pages are in none of these folders; name theirs with ESPALIER_DOCS:\(list)", status: .couldNotRun)
  }

  /// - Precondition: `code` is one of `codes`.
  func text(of code: String) throws -> String {
    let path = "\(folder)/\(code).md"
    guard let file = fopen(path, "r") else {
      throw CommandFailure("cannot read '\(path)': \(systemMessage(errno))", status: .couldNotRun)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = fread(&chunk, 1, chunk.count, file)
      bytes += chunk[..<count]
      if count < chunk.count { break }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What the user says comes first; then the checkout that the executable was built in, which lies a few folders above
  /// it; then the working directory.
  private static func candidates() -> [String] {
    var places = [environment("ESPALIER_DOCS")].compactMap { $0 }.filter { !$0.isEmpty }
    var folder = executablePath()[...]
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = folder[..<slash]
      places.append("\(folder)/docs/diagnostics")
    }
    return places + ["docs/diagnostics"]
  }

  /// The executable without links; as it was called where the system does not tell.
  private static func executablePath() -> String {
    #if os(Linux)
      return resolved("/proc/self/exe")
    #else
      return resolved(CommandLine.arguments[0])
    #endif
  }

  /// `ES0019` for each `ES0019.md`.
  private static func pageCodes(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var codes: [String] = []
    while let entry = readdir(stream) {
      let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
      }
      let isPage = name.utf8.count == 9 && name.hasPrefix("ES") && name.hasSuffix(".md")
      if isPage { codes.append(String(name.dropLast(3))) }
    }
    return codes.sorted()
  }
}
