#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder with the names in it, each list in the order of bytes.
struct FolderListing {
  /// As the user wrote it.
  let path: String
  /// As the system takes it.
  let real: String
  let name: String
  let folders: [String]
  private let files: [String]

  /// - Throws: `DatasetError.folderMissing`.
  init(_ path: String) throws(DatasetError) {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let listing = Self(path: trimmed, real: Folder.expandingHome(trimmed)) else {
      throw .folderMissing(path: path)
    }
    self = listing
  }

  /// Nil where there is no such folder below.
  func folder(_ name: String) -> FolderListing? { Self(path: "\(path)/\(name)", real: "\(real)/\(name)") }

  private init?(path: String, real: String) {
    guard let stream = opendir(real) else { return nil }
    defer { closedir(stream) }
    var (folders, files): ([String], [String]) = ([], [])
    while let entry = readdir(stream) {
      let kind = Int32(entry.pointee.d_type)
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      // Hidden files and folders are those of other tools.
      guard !name.hasPrefix(".") else { continue }
      let isFolder = kind == Int32(DT_DIR) || (kind != Int32(DT_REG) && Self.isFolder("\(real)/\(name)"))
      if isFolder { folders.append(name) } else { files.append(name) }
    }
    self.path = path
    self.real = real
    name = path.split(separator: "/").last.map(String.init) ?? path
    self.folders = Self.sorted(folders)
    self.files = Self.sorted(files)
  }

  /// What a link leads to, or where the file system does not say.
  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func sorted(_ names: [String]) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Names that end as images do, and how many others there are.
  func images() -> (names: [String], others: Int) {
    let endings = [".jpg", ".jpeg", ".png"]
    let images = files.filter { name in
      let end = name.suffix(5).lowercased()
      return endings.contains { end.hasSuffix($0) }
    }
    return (images, files.count - images.count)
  }
}
