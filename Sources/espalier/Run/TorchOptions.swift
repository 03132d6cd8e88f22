import ArgumentParser

/// Where PyTorch and what it runs are, and how many threads both sides get.
struct TorchOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A Python that has torch.", valueName: "program"))
  var python = ".venv/bin/python"

  @Option(help: ArgumentHelp("Where the networks and PyTorch's side of them are.", valueName: "folder"))
  var folder = "Tests/Benchmarks/step"

  @Option(help: "Most threads; every number from 1 is measured.", transform: parseCount)
  var threads = 2

  /// A PyTorch process that answers.
  ///
  /// - Parameter script: In the folder.
  func peer(_ script: String, _ arguments: [String]) throws -> StepPeer {
    try StepPeer(python, arguments: ["\(folder)/\(script)"] + arguments)
  }
}
