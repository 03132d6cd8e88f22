import CEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The kernel library, loaded on demand and never unloaded (libtorch cannot be).
package final class EngineLibrary: Sendable {
  package let path: String
  package let description: EngineDescription
  /// Where contexts live whose options name no device.
  package let device: EngineDevice
  /// The library's table of functions.
  let api: es_api

  private init(path: String, description: EngineDescription, device: EngineDevice, api: es_api) {
    self.path = path
    self.description = description
    self.device = device
    self.api = api
  }

  /// The name of the library's file on this system.
  package static var fileName: String {
    #if canImport(Darwin)
      "libespalier-engine.dylib"
    #else
      "libespalier-engine.so"
    #endif
  }

  /// Loads the library from the first place that is named: `path`, the environment's ESPALIER_ENGINE, beside the
  /// executable, `folders` in order. A place that is named by the caller or the environment must hold it.
  ///
  /// - Parameter device: Where contexts live whose options name no device. Whether it is there is seen when a context is
  ///   made.
  /// - Throws: `EngineLibraryError`; `EngineError` when the library cannot describe itself.
  /// - Complexity: about 0.3 s the first time in a process, which is what loading libtorch takes.
  package static func load(
    path: String? = nil, folders: [String] = [], device: EngineDevice = .cpu
  ) throws -> EngineLibrary {
    try open(try locate(path: path, folders: folders), device: device)
  }

  static func locate(path: String?, folders: [String]) throws(EngineLibraryError) -> String {
    if let named = path ?? environmentPath() {
      guard isFile(named) else { throw .missing(path: named) }
      return named
    }
    let candidates = (executableFolder().map { [$0] } ?? []) + folders
    let paths = candidates.map { "\($0)/\(fileName)" }
    guard let found = paths.first(where: isFile) else { throw .notFound(searched: paths) }
    return found
  }

  private static func open(_ path: String, device: EngineDevice) throws -> EngineLibrary {
    // dlopen would look for a bare name in the system's folders instead.
    let file = path.contains("/") ? path : "./\(path)"
    guard let handle = dlopen(file, RTLD_NOW | RTLD_LOCAL) else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw EngineLibraryError.notLoadable(path: path, reason: reason)
    }
    guard let symbol = dlsym(handle, "es_engine") else { throw EngineLibraryError.notAnEngine(path: path) }
    let engine = unsafeBitCast(symbol, to: (@convention(c) (Int32) -> UnsafePointer<es_api>?).self)
    guard let table = engine(ES_ABI_VERSION) else {
      throw EngineLibraryError.otherVersion(path: path, wanted: Int(ES_ABI_VERSION))
    }
    let api = table.pointee
    var description = es_description()
    try callEngine { api.describe(&description, $0) }
    return EngineLibrary(path: path, description: EngineDescription(description), device: device, api: api)
  }

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func environmentPath() -> String? {
    guard let value = getenv("ESPALIER_ENGINE") else { return nil }
    let path = String(cString: value)
    return path.isEmpty ? nil : path
  }

  private static func executableFolder() -> String? {
    #if canImport(Darwin)
      let path = CommandLine.arguments.first
    #else
      var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let length = bytes.withUnsafeMutableBytes {
        readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
      let path = length > 0 ? String(decoding: bytes.prefix(length), as: UTF8.self) : nil
    #endif
    guard let path, let slash = path.lastIndex(of: "/") else { return nil }
    return String(path[..<slash])
  }
}

/// What the loaded library is.
package struct EngineDescription: Hashable, Sendable {
  package let torchVersion: String
  /// The CPU instruction set that its kernels use, in libtorch's words.
  package let capability: String
  package let hasCUDA: Bool

  init(_ description: es_description) {
    torchVersion = withUnsafeBytes(of: description.torch_version) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    capability = withUnsafeBytes(of: description.capability) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    hasCUDA = description.cuda != 0
  }
}
