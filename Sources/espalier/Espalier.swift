import ArgumentParser

/// The command line.
@main
struct Espalier: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract: "Compiles and searches spaces of neural networks written in YAML.",
    discussion: """
      A space is a network with holes. Check one, count its networks, look at some, then search it:

        espalier validate spaces/mini-f.yaml
        espalier count spaces/mini-f.yaml
        espalier sample spaces/mini-f.yaml -n 2

      Answers go to standard output, progress and errors to standard error. Exit codes: 0 yes; 1 the space is wrong, or \
      what was asked of it cannot be had; 2 the command could not run.
      """,
    version: version,
    groupedSubcommands: [
      CommandGroup(name: "Spaces", subcommands: compilerCommands),
      CommandGroup(name: "Runs", subcommands: runCommands),
    ].filter { !$0.subcommands.isEmpty })

  static let version = "0.1.0"

  /// What needs the compiler alone, in Commands/.
  private static let compilerCommands: [any ParsableCommand.Type] = [
    ValidateCommand.self, ExplainCommand.self, CountCommand.self, CostsCommand.self, SampleCommand.self,
    RankCommand.self,
    UnrankCommand.self, CompileCommand.self,
    PlanCommand.self, NewCommand.self, ImportCommand.self, FormatCommand.self, DiffCommand.self, SchemaCommand.self,
    DeviceCommand.self, FitCommand.self, OptimiseCommand.self,
  ]

  /// What runs networks, in Run/.
  private static let runCommands: [any ParsableCommand.Type] = [
    SearchCommand.self, TrainCommand.self, EvaluateCommand.self, ResumeCommand.self, StatusCommand.self,
    ReportCommand.self, DeriveCommand.self, ExportCommand.self, BenchmarkCommand.self,
  ]

  /// Runs the command named by the arguments and ends the process with its exit code.
  static func main() async {
    Terminal.endWithPipe()
    do {
      let given = try GivenWords(Array(CommandLine.arguments.dropFirst()), of: Self.self)
      var command = try parseAsRoot(given.words)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Says what happened: help and versions on standard output, failures on standard error.
  private static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { Self.exit(withError: code) }
    if let failure = error as? CommandFailure {
      Terminal.standardError.line("error: \(failure.message)")
      Self.exit(withError: failure.status.code)
    }
    let asked = exitCode(for: error).isSuccess
    let text = fullMessage(for: error)
    if !text.isEmpty { (asked ? Terminal.standardOutput : .standardError).line(text) }
    Self.exit(withError: (asked ? ExitStatus.success : .couldNotRun).code)
  }
}
