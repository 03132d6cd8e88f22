#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The unpacked bytes of one file with the name that messages give it.
struct FileBytes: Sendable {
  /// As the user would find it.
  let path: String
  /// Whatever the file held, gzip undone.
  let bytes: [UInt8]

  /// No file of any data set here comes near this size, packed or not. Without a limit a damaged file could ask for all
  /// memory.
  static let sizeLimit = 1 << 28

  /// Takes bytes that are in memory, and undoes gzip if they begin as gzip does.
  ///
  /// The content decides and not the name, so a file that was unpacked or packed in place reads all the same.
  /// - Throws: `DatasetError.damagedGzip` or `.tooLarge`.
  init(path: String, content: [UInt8]) throws {
    self.path = path
    bytes = Gzip.isGzip(content) ? try Gzip.unpack(content, path: path, limit: Self.sizeLimit) : content
  }

  /// Reads a file.
  ///
  /// - Parameter path: May begin with `~/`, which no shell replaces behind the colon of `cifar10:~/data`.
  /// - Throws: `DatasetError.unreadable`, `.damagedGzip` or `.tooLarge`.
  init(reading path: String) throws {
    let url = URL(filePath: Folder.expandingHome(path))
    let content: Data
    do {
      content = try Data(contentsOf: url)
    } catch {
      throw DatasetError.unreadable(path: path, reason: Self.reason(of: error))
    }
    guard content.count <= Self.sizeLimit else { throw DatasetError.tooLarge(path: path, limit: Self.sizeLimit) }
    try self.init(path: path, content: [UInt8](content))
  }

  /// The big-endian number in the four bytes at `offset`, or nil where the file ends before.
  func bigEndian(at offset: Int) -> UInt32? {
    guard offset + 4 <= bytes.count else { return nil }
    return bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func reason(of error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile?, .fileNoSuchFile?: "there is no such file"
    case .fileReadNoPermission?: "permission denied"
    default: "it is not a plain file, or the device failed"
    }
  }
}
