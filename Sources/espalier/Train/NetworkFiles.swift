import Diagnostics
import SpaceCompiler
import SpaceIR

/// One network with the files that it is read from: an architecture file and its space, or a space without decisions.
struct NetworkFiles {
  /// As the user named it.
  let path: String
  let space: RunnableSpace
  let architecture: Architecture
  /// The hash of the network as a space without decisions.
  let hash: String

  /// - Parameter input: The shape to take a space without decisions for; nil: its first.
  /// - Throws: `ExitCode` 1 after errors were shown; `CommandFailure` for a space that is no single network.
  init(_ path: String, input: ImageShape? = nil) throws {
    let (sources, result) = try compileWithSources(path, input: input)
    guard let choices = result.architecture else {
      guard result.space.decisions.isEmpty else {
        throw CommandFailure(
          """
          '\(path)' is a space with \(counted(result.space.decisions.count, "decision")), and what is needed here is one network
          help: 'espalier derive RUN -o best.yaml' writes the one that a search found, 'espalier unrank' one by its number
          """)
      }
      try self.init(path, of: path, Architecture(choices: []), for: result.space.input)
      return
    }
    // The architecture is the first file that is read, and the space that it is of the second.
    guard let file = sources.file(SourceID(index: 1)) else { preconditionFailure("an architecture is of a space") }
    try self.init(path, of: file.path, choices, for: result.space.input)
  }

  private init(_ path: String, of spacePath: String, _ architecture: Architecture, for input: ImageShape) throws {
    self.path = path
    self.architecture = architecture
    space = try RunnableSpace(spacePath, input: input)
    hash = SpaceCompiler.hash(of: try space.space.bound(to: architecture))
  }
}
