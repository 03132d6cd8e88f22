import ArgumentParser
import Engine

/// Where PyTorch and what it runs are, and how many threads both sides get.
struct TorchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A Python that has torch.", valueName: "program"))
  var python = ".venv/bin/python"

  @Option(help: ArgumentHelp("Where the networks and PyTorch's side of them are.", valueName: "folder"))
  var folder = "Tests/Benchmarks/step"

  @Option(help: "Most threads; every number from 1 is measured.", transform: parseCount)
  var threads = 2

  @OptionGroup var engine: DeviceOptions

  @Flag(help: "Let PyTorch capture its passes as CUDA graphs.")
  var graphs = false

  /// Numbers of threads to measure: on a CUDA device one does.
  var threadCounts: ClosedRange<Int> { 1...(engine.device == .cpu ? threads : 1) }

  /// On the device that is asked for.
  func library() throws -> EngineLibrary { try .load(folders: engineFolders, device: engine.device) }

  /// A PyTorch process that answers.
  ///
  /// - Parameter script: In the folder.
  func peer(_ script: String, _ arguments: [String]) throws -> StepPeer {
    try StepPeer(
      python,
      arguments: ["\(folder)/\(script)", "--device=\(engine.device)"] + (graphs ? ["--graphs"] : []) + arguments)
  }
}
