import ArgumentParser
import Diagnostics
import SpaceCompiler

/// A space, and which of its networks a command speaks of.
struct QueryOptions: ParsableArguments {
  @OptionGroup var options: CompileOptions

  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Only networks that meet this too, written as a line of 'require' in the space; may be repeated.",
      valueName: "condition"))
  var conditions: [String] = []

  @OptionGroup var devices: DeviceOption

  @Flag(help: "Say on standard error how far the answer is. (default: on a terminal, after a second)")
  var progress = false

  var file: String { options.file }

  /// Runs a command with progress.
  func showingProgress(_ answer: () throws -> Void) throws {
    try ProgressLine.around(asked: progress, answer)
  }

  /// Compiles the file; warnings and errors go to standard error.
  ///
  /// - Throws: `ExitCode` 1 where the space or a condition has errors, or no network meets all; `CommandFailure` with exit
  ///   code 2 where the file cannot be read.
  func compiled() throws -> CompiledSpace { try compilation().result }

  /// As `compiled`, with the files that messages show.
  func compilation() throws -> (sources: SourceMap, result: CompiledSpace) {
    let (sources, result) = try compileWithSources(
      file, input: options.shape.input, where: conditions, devices: devices.files)
    guard conditions.isEmpty || result.architecture == nil else {
      throw CommandFailure("'--where' speaks of the networks of a space, '\(file)' is one architecture")
    }
    return (sources, result)
  }
}
