/// Why the kernel library is not there. Every text names a path and a remedy.
package enum EngineLibraryError: Error, Hashable, CustomStringConvertible {
  /// The path that the caller or the environment names is no file.
  case missing(path: String)
  /// None of the usual places holds it.
  case notFound(searched: [String])
  /// The file is there, but the system cannot load it.
  case notLoadable(path: String, reason: String)
  /// The file is a shared library, but not this engine.
  case notAnEngine(path: String)
  /// The engine was built from another version of the sources.
  case otherVersion(path: String, wanted: Int)

  package var description: String {
    switch self {
    case .missing(let path):
      "there is no engine library at '\(path)'; build it with `make engine`, or correct the path (the option or "
        + "ESPALIER_ENGINE)"
    case .notFound(let searched):
      "there is no engine library at \(searched.map { "'\($0)'" }.joined(separator: " or ")); build it with "
        + "`make engine`, or name it in ESPALIER_ENGINE"
    case .notLoadable(let path, let reason):
      "the engine library '\(path)' cannot be loaded (\(reason)); the torch it was built with may have moved: build it "
        + "again with `make engine`"
    case .notAnEngine(let path):
      "'\(path)' is not an engine library; build one with `make engine`"
    case .otherVersion(let path, let wanted):
      "the engine library '\(path)' does not serve interface version \(wanted); build it again with `make engine`"
    }
  }
}
