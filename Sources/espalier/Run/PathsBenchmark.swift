import ArgumentParser
import Distributions
import Engine
import Search
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet

/// `espalier benchmark paths`: search steps over several drawn paths, beside PyTorch's over the same draws.
struct PathsBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "paths",
    abstract: "Time search steps over drawn paths of a supernet beside PyTorch.",
    discussion: """
        espalier benchmark paths --python .venv/bin/python --out docs/benchmarks.md

      A step trains on every drawn path of Tests/Benchmarks/step/paths-32.yaml, updates the weights, and validates every \
      path without gradients. Both sides run the same draws, in turn. Draws are uniform, or take each block's first \
      candidate with a probability of 0.95, as a search does that has nearly ended; equal paths run once here.
      """)

  @OptionGroup var torch: TorchOptions

  @OptionGroup var output: BenchmarkOutput

  @Option(help: "Steps that are timed at each distribution.", transform: parseCount)
  var rounds = 5

  @Option(help: "Paths drawn for a step.", transform: parseCount)
  var draws = 8

  @Option(help: "Images of a batch.", transform: parseCount)
  var batch = 64

  func run() throws {
    let text = try translatingFailures {
      let library = try torch.library()
      let space = try compileOrExplain("\(torch.folder)/paths-32.yaml", input: nil).space
      var table = AlignedTable([.left, .right, .right, .right, .right, .right])
      table.add(["draws", "threads", "distinct", "ours, ms", "PyTorch, ms", "gain"])
      for count in torch.threadCounts {
        let stepper = try PathStepper(space, batch: batch, threads: count, library)
        let peer = try torch.peer("paths.py", [count, batch].map(String.init))
        for (name, top) in [("uniform", nil), ("first candidate 0.95", 0.95)] as [(String, Double?)] {
          let measured = try interleave(stepper, peer, space, top: top)
          let ratio = Spread(measured.times.ratios)
          Terminal.standardError.line("\(name), \(counted(count, "thread")): \(ratio.median.fixed(2)) times as fast")
          table.add([
            name, "\(count)", measured.distinct.fixed(1), Spread(measured.times.own).text(digits: 0),
            Spread(measured.times.peer).text(digits: 0), ratio.text,
          ])
        }
      }
      let head = "\(processorName()), \(availableProcessors()) cores; \(library.description.capability); "
      return head + "\(draws) draws a step, batch \(batch), \(rounds) steps each\n" + table.text()
    }
    try output.write(text, command: "paths", title: "A search step over drawn paths beside PyTorch")
  }

  /// One step each in turn on the same draws, after one of each that is not counted.
  private func interleave(
    _ stepper: PathStepper, _ peer: StepPeer, _ space: Space, top: Double?
  ) throws -> (times: StepTimes, distinct: Double) {
    var times = StepTimes()
    var distinct = 0
    var random = SplitRandom(seed: 1, stream: 2, 3)
    for round in 0...rounds {
      let paths = (0..<draws).map { _ in draw(space, top: top, &random) }
      let clock = ContinuousClock()
      let start = clock.now
      let count = try stepper.step(paths)
      let own = (clock.now - start).inSeconds * 1000
      let answer = try peer.ask("step " + paths.map { words(of: $0, in: space) }.joined(separator: "|"))
      guard let other = Double(answer) else {
        throw CommandFailure("the PyTorch side answered '\(answer)'", status: .couldNotRun)
      }
      guard round > 0 else { continue }
      times.add(own: own, peer: other)
      distinct += count
    }
    return (times, Double(distinct) / Double(rounds))
  }

  /// - Parameter top: The probability of each block's first candidate, which takes the first option of each of its
  ///   decisions; nil: all candidates are equally likely.
  private func draw(_ space: Space, top: Double?, _ random: inout SplitRandom) -> Architecture {
    var choices: [Int?] = []
    while choices.count < space.decisions.count {
      let owner = space.decisions[choices.count].owner
      let options = space.decisions[choices.count...].prefix { $0.owner == owner }.map(\.options.count)
      let isFirst = top.map { Double.random(in: 0..<1, using: &random) < $0 } ?? false
      let candidates = options.reduce(1, *)
      var candidate = isFirst ? 0 : Int.random(in: (top == nil ? 0 : 1)..<candidates, using: &random)
      for count in options {
        choices.append(candidate % count)
        candidate /= count
      }
    }
    return Architecture(choices: choices)
  }
}

/// What a path is to PyTorch's side: `block.option=value`, decision by decision.
func words(of path: Architecture, in space: Space) -> String {
  zip(space.decisions, path.choices).map { decision, choice in
    "\(decision.name)=\(choice.map { decision.options[$0].description } ?? "")"
  }.joined(separator: " ")
}

/// A supernet on an engine with a batch for training and one for validation.
private struct PathStepper {
  let supernet: Supernet
  let batch: Int

  init(_ space: Space, batch: Int, threads: Int, _ library: EngineLibrary) throws {
    self.batch = batch
    supernet = try Supernet(
      SupernetPlan(for: space), library: library,
      options: EngineOptions(lanes: threads, parallelism: .lanes(threads: threads)))
    let random = SmallNumbers()
    try supernet.initialise { _ in { random.next() } }
    let shape = EngineBuffer.Shape(n: batch, h: space.input.height, w: space.input.width, c: space.input.channels)
    for slot in 0...1 {
      let images = (0..<shape.count).map { _ in Float(random.next()) }
      try supernet.context.writeBatch(slot, images: images, labels: (0..<batch).map { $0 % 10 }, shape: shape)
    }
  }

  /// Trains on the paths, updates the weights, and validates the paths; returns how many were distinct.
  func step(_ paths: [Architecture]) throws -> Int {
    let training = try DistinctPaths(paths, on: supernet, batch: batch, slot: 0, pass: .forwardAndBackward)
    _ = try supernet.context.accumulate(training.jobs, weighting: .uniform)
    _ = try supernet.context.update(EngineUpdate(.sgd(momentum: 0.9), rate: 0.01, weightDecay: 1e-4))
    let validation = try DistinctPaths(paths, on: supernet, batch: batch, slot: 1, pass: .forward)
    _ = try supernet.context.evaluate(validation.jobs, statistics: .batch)
    return training.jobs.count
  }
}
