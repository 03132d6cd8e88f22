import ArgumentParser
import Engine
import SpaceChecker
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet

/// `espalier benchmark step`: whole training steps of mobile networks, beside PyTorch's in the same minutes.
struct StepBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step",
    abstract: "Time training steps of inverted residuals beside PyTorch, and write them to a page.",
    discussion: """
        espalier benchmark step --python .venv/bin/python --out docs/benchmarks.md

      Forward, backward and SGD of the networks in Tests/Benchmarks/step at 32x32 and 224x224, and of single blocks, against the \
      same in PyTorch (eager, channels last). One step of ours, one of PyTorch's, and so on, so that a loaded machine \
      slows both. Times are medians; the spread is from the first to the third quartile.
      """)

  @OptionGroup var torch: TorchOptions

  @OptionGroup var output: BenchmarkOutput

  @Option(help: "Steps of each network that are timed.", transform: parseCount)
  var rounds = 9

  @Option(help: "Steps of each block that are timed.", transform: parseCount)
  var blockRounds = 9

  func run() throws {
    let page = try translatingFailures {
      let library = try torch.library()
      var page = StepPage(torch, library.description)
      page.device = try torch.peer("peer.py", ["1", "32", "1"]).ask("name")
      for count in torch.threadCounts {
        for (side, batch) in [(32, 64), (224, 16)] {
          page.networks.append(try network(side: side, batch: batch, threads: count, library))
        }
        for block in MeasuredBlock.all { page.blocks.append(try measure(block, threads: count, library)) }
      }
      return page
    }
    try output.write(page.section, printed: page.section.text)
  }

  private func network(side: Int, batch: Int, threads: Int, _ library: EngineLibrary) throws -> MeasuredNetwork {
    let compiled = try compileOrExplain("\(torch.folder)/network-\(side).yaml", input: nil)
    let trainer = try StepTrainer(compiled.space, batch: batch, threads: threads, library)
    let peer = try torch.peer("peer.py", [threads, side, batch].map(String.init))
    let times = try interleave(trainer, peer, rounds: rounds)
    let machine = try peer.ask("machine").split(separator: " ").compactMap { Double($0) }
    let bound = StepBound(trainer.program)
    let result = MeasuredNetwork(
      side: side, batch: batch, threads: threads, times: times, bound: bound, gigaflops: machine.first ?? 0,
      bandwidth: machine.last ?? 0, plannedArena: trainer.program.arenaBytes, memory: try trainer.memory(),
      peerPeak: Int(try peer.ask("peak")) ?? 0)
    Terminal.standardError.line("\(side)x\(side), \(counted(threads, "thread")): \(times.ratioText) times as fast")
    return result
  }

  private func measure(_ block: MeasuredBlock, threads: Int, _ library: EngineLibrary) throws -> MeasuredBlock.Result {
    let reader = BlockReader(path: "\(torch.folder)/one-block.yaml", text: block.text)
    let compilation = compileSpace(at: reader.path, reader: reader)
    guard let compiled = compilation.result else {
      throw CommandFailure(compilation.text(colours: false), status: .couldNotRun)
    }
    let trainer = try StepTrainer(compiled.space, batch: block.batch, threads: threads, library)
    let peer = try torch.peer("peer.py", [threads, block.side, block.batch].map(String.init) + block.peerArguments)
    let times = try interleave(trainer, peer, rounds: blockRounds)
    Terminal.standardError.line("\(block.title), \(counted(threads, "thread")): \(times.ratioText) times as fast")
    return MeasuredBlock.Result(block: block, threads: threads, times: times)
  }

  /// One step each in turn, after two each that are not counted.
  private func interleave(_ trainer: StepTrainer, _ peer: StepPeer, rounds: Int) throws -> StepTimes {
    var times = StepTimes()
    for round in 0..<(rounds + 2) {
      let clock = ContinuousClock()
      let start = clock.now
      try trainer.step()
      let own = (clock.now - start).inSeconds * 1000
      let answer = try peer.ask("step")
      guard let other = Double(answer) else {
        throw CommandFailure("the PyTorch side answered '\(answer)'", status: .couldNotRun)
      }
      if round >= 2 { times.add(own: own, peer: other) }
    }
    return times
  }
}

/// A network on an engine with its batch, ready to take steps.
struct StepTrainer {
  let program: KernelProgram
  private let supernet: Supernet
  private let job: EngineJob

  init(_ space: Space, batch: Int, threads: Int, _ library: EngineLibrary) throws {
    supernet = try Supernet(
      SupernetPlan(for: space), library: library,
      options: EngineOptions(parallelism: .operations(threads: threads)))
    let random = SmallNumbers()
    try supernet.initialise { _ in { random.next() } }
    program = try supernet.plan.bind(
      Architecture(choices: []), BindingOptions(batch: batch, pass: .forwardAndBackward))
    job = EngineJob(program: EngineProgram(program), batch: 0)
    let shape = EngineBuffer.Shape(n: batch, h: space.input.height, w: space.input.width, c: space.input.channels)
    let images = (0..<shape.count).map { _ in Float(random.next()) }
    try supernet.context.writeBatch(0, images: images, labels: (0..<batch).map { $0 % 10 }, shape: shape)
  }

  /// Forward, backward, and SGD with momentum and weight decay.
  func step() throws {
    _ = try supernet.context.accumulate([job], weighting: .uniform)
    _ = try supernet.context.update(EngineUpdate(.sgd(momentum: 0.9), rate: 0.01, weightDecay: 1e-4))
    try supernet.waitForDevice()
  }

  func memory() throws -> EngineMemory { try supernet.context.memory() }
}

extension Supernet {
  /// Returns when the device has done what it was asked for, so that a time holds all of it.
  func waitForDevice() throws {
    guard let last = plan.tensors.indices.last else { return }
    _ = try context.read(of: last, as: Float.self)
  }
}

/// Numbers of mean 0 and variance 1, the same in every run; uniform, which is enough for a step's time.
final class SmallNumbers {
  private var state: UInt64 = 1

  func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (Double(state >> 11) / Double(1 << 53) - 0.5) * 12.0.squareRoot()
  }
}

/// The space of one block, and the files on the disk that it uses.
private struct BlockReader: SourceReader {
  let path: String
  let text: String

  func bytes(of path: String) throws(SourceReadError) -> [UInt8] {
    path == self.path ? Array(text.utf8) : try DiskReader().bytes(of: path)
  }
}
