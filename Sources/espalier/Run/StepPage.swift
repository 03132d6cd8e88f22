import Engine
import SpacePlanner

/// The section of docs/benchmarks.md that `espalier benchmark step` writes.
struct StepPage {
  private let options: TorchOptions
  private let engine: EngineDescription
  /// The name of the device in PyTorch's words.
  var device = ""
  var networks: [MeasuredNetwork] = []
  var blocks: [MeasuredBlock.Result] = []

  init(_ options: TorchOptions, _ engine: EngineDescription) {
    self.options = options
    self.engine = engine
  }

  var section: BenchmarkSection {
    BenchmarkSection(command: isOnCPU ? "step" : options.graphs ? "step, graphs on CUDA" : "step on CUDA", body: body)
  }

  private var peer: String { "\(engine.torchVersion), \(options.graphs ? "CUDA graphs" : "eager"), channels last" }
  private var productSide: Int { isOnCPU ? 1024 : 8192 }
  private var peerMemory: String { isOnCPU ? "growth of its process's most resident memory" : "same of its own" }

  private var isOnCPU: Bool { options.engine.device == .cpu }

  private var title: String {
    isOnCPU
      ? "A training step beside PyTorch"
      : "A training step beside PyTorch on a CUDA device\(options.graphs ? ", PyTorch with CUDA graphs" : "")"
  }

  private var machine: String {
    let cores = "\(processorName()), \(availableProcessors()) cores"
    return isOnCPU ? "\(cores); kernels: \(engine.capability)" : "\(device), \(cores)"
  }

  private var body: String {
    """
    ## \(title)

    Written by `\(BenchmarkCall.current)`; do not edit.

    Forward, backward and SGD with momentum of one batch, float32, one step of ours and one of PyTorch's (\(peer), the same
    network in Tests/Benchmarks/step/peer.py) in turn. Milliseconds are medians, in parentheses the first and the third quartile; "gain" is the median of PyTorch's
    time divided by ours of each pair. Machine: \(machine).

    | network | threads | ours, ms | PyTorch, ms | gain |
    |---|---|---|---|---|
    \(networks.map(timeRow).joined(separator: "\n"))

    The bound of a step is the longer of its arithmetic at the speed of a matrix product of \(productSide) x \(productSide) and
    of the memory traffic of an ideally fused step at the speed of a copy, both measured in the same minute.

    | network | threads | GFLOP | GFLOP/s | GB | GB/s | bound, ms | ours above the bound | PyTorch above |
    |---|---|---|---|---|---|---|---|---|
    \(networks.map(boundRow).joined(separator: "\n"))

    Memory of a step: "plan" is the arena that the planner states, "ours" the peak of all tensors of the engine with
    weights, gradients and momentum, "PyTorch" the \(peerMemory).

    | network | threads | plan | ours, arena | ours, peak | PyTorch | ours / PyTorch |
    |---|---|---|---|---|---|---|
    \(networks.map(memoryRow).joined(separator: "\n"))

    Single blocks, behind a rectifier and with a classifier of 10 classes:

    | block | threads | ours, ms | PyTorch, ms | gain |
    |---|---|---|---|---|
    \(blocks.map(blockRow).joined(separator: "\n"))
    """
  }

  private func name(_ network: MeasuredNetwork) -> String {
    "\(network.side)x\(network.side), batch \(network.batch)"
  }

  private func spread(_ values: [Double], places: Int) -> String {
    let quartiles = [0.25, 0.75].map { quantile(values, $0).fixed(places) }
    return "\(quantile(values, 0.5).fixed(places)) (\(quartiles.joined(separator: "-")))"
  }

  private func cells(_ times: StepTimes) -> String {
    "\(spread(times.own, places: 1)) | \(spread(times.peer, places: 1)) | \(spread(times.ratios, places: 2))"
  }

  private func timeRow(_ network: MeasuredNetwork) -> String {
    "| \(name(network)) | \(network.threads) | \(cells(network.times)) |"
  }

  private func blockRow(_ result: MeasuredBlock.Result) -> String {
    "| \(result.block.title) | \(result.threads) | \(cells(result.times)) |"
  }

  private func boundRow(_ network: MeasuredNetwork) -> String {
    let bound = network.bound
    let least = bound.least(gigaflops: network.gigaflops, bandwidth: network.bandwidth)
    let above = [network.times.own, network.times.peer].map { (quantile($0, 0.5) / least).fixed(2) }
    let figures = [bound.operations / 1e9, network.gigaflops, bound.bytes / 1e9, network.bandwidth, least]
    let text = (figures.map { $0.fixed(1) } + above).joined(separator: " | ")
    return "| \(name(network)) | \(network.threads) | \(text) |"
  }

  private func memoryRow(_ network: MeasuredNetwork) -> String {
    let sizes = [network.plannedArena, network.memory.arenas, network.memory.peak, network.peerPeak]
    let share = (Double(network.memory.peak) / Double(max(network.peerPeak, 1))).fixed(2)
    return "| \(name(network)) | \(network.threads) | "
      + "\((sizes.map(\.byteText) + [share]).joined(separator: " | ")) |"
  }
}
