import ArgumentParser

/// `espalier benchmark`: measurements whose pages are in docs/.
struct BenchmarkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "benchmark",
    abstract: "Measure, and write the page that reports it.",
    discussion: "Figures depend on the machine, which each page names; compare within a page only.",
    subcommands: [
      ResultsBenchmark.self, StartupBenchmark.self, ValidateBenchmark.self, AnalysisBenchmark.self, StepBenchmark.self,
      PathsBenchmark.self, BindBenchmark.self, KillsBenchmark.self, TransferBenchmark.self, OneShotBenchmark.self,
      ConsistencyBenchmark.self, LoadingBenchmark.self, TrainingBenchmark.self, ExportBenchmark.self,
      DevicesBenchmark.self, FoxBenchmark.self, SupernetStepBenchmark.self,
    ])
}
