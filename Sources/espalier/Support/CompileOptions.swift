import ArgumentParser
import Diagnostics
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// A space file and the shape to compile it for: the arguments of every command that works on one space.
struct CompileOptions: ParsableArguments {
  @Argument(help: "The space or architecture, a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var file: String

  @OptionGroup var shape: InputOption

  /// Compiles the file; warnings and errors go to standard error.
  ///
  /// - Throws: `ExitCode` 1 where the space has errors; `CommandFailure` with exit code 2 where it cannot be read.
  func compiled() throws -> CompiledSpace { try compilation().result }

  /// As `compiled`, with the files that messages show.
  func compilation() throws -> (sources: SourceMap, result: CompiledSpace) {
    try compileWithSources(file, input: shape.input)
  }
}

/// Compiles a file; warnings and errors go to standard error.
///
/// - Throws: `ExitCode` 1 where the space has errors; `CommandFailure` with exit code 2 where it cannot be read.
func compileOrExplain(_ path: String, input: ImageShape?) throws -> CompiledSpace {
  try compileWithSources(path, input: input).result
}

/// As above, with the files that messages show.
///
/// - Parameter conditions: Further requirements, see `compileSpace`.
func compileWithSources(
  _ path: String, input: ImageShape?, where conditions: [String] = [], devices: [DeviceFile] = []
) throws -> (sources: SourceMap, result: CompiledSpace) {
  let compilation = try compileReadable(path, input: input, where: conditions, devices: devices)
  let stream = Terminal.standardError
  stream.write(compilation.text(colours: stream.showsColours))
  guard let result = compilation.result else { throw ExitStatus.invalid.code }
  return (compilation.sources, result)
}

/// Compiles a file that is there: one that cannot be read is no wrong space but a command that could not run.
///
/// - Throws: `CommandFailure` with exit code 2 and the reason.
func compileReadable(
  _ path: String, input: ImageShape?, where conditions: [String] = [], devices: [DeviceFile] = []
) throws -> Compilation {
  try requireNoWrittenFile(path)
  let compilation = compileSpace(at: path, input: input, where: conditions, devices: devices)
  compilation.noteFiles()
  if let reason = compilation.reasonItWasNotRead { throw CommandFailure(reason, status: .couldNotRun) }
  return compilation
}

extension Compilation {
  /// Everything that was found, as a person reads it.
  func text(colours: Bool) -> String {
    renderText(diagnostics, omitted: omitted, sources: sources, colours: colours)
  }

  /// What it was compiled from is read for the answer: the space, what it uses, its tables.
  fileprivate func noteFiles() {
    var number = 0
    while let file = sources.file(SourceID(index: number)) {
      FilesRead.note(file.path)
      number += 1
    }
  }

  /// The checker reports an unreadable space at no place in it; a file that the space uses is reported where it is named.
  fileprivate var reasonItWasNotRead: String? {
    diagnostics.first { $0.code == "ES1005" && $0.range == SourceRange(source: SourceID(index: 0), start: 0, end: 0) }?
      .message
  }
}
