import ArgumentParser
import Datasets
import Distributions
import Engine
import Search
import SpaceIR
import Supernet

/// `espalier benchmark transfer`: what a learnt distribution brings to a second search (P8 of `parsec.md`).
struct TransferBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer",
    abstract: "Search with PARSEC from the uniform distribution and from one that was learnt before, side by side.",
    discussion: """
        espalier benchmark transfer --seeds 3 --out docs/benchmarks.md

      Each seed searches mini-darts on the first images. What it has learnt starts searches of a deeper network on the \
      same images, and of the same network on the second images, with a half and a quarter of the steps; each has a \
      schedule of its own. They are compared with a search of all steps from the uniform distribution, by entropy and by \
      the validation loss of the draws of the last tenth. The loss of the most probable network is that with the shared \
      weights. The standard settings take more than half an hour a seed on two cores.
      """)

  @Option(help: "How many seeds search.", transform: parseCount)
  var seeds = 2

  @Option(help: "Steps of a search from the uniform distribution.", transform: parseCount)
  var steps = 200

  @Option(help: "Draws of a step.", transform: parseCount)
  var draws = 8

  @Option(help: "The images of the first search, and of the deeper network.")
  var data = "digits"

  @Option(help: "The images that the distribution is carried over to.")
  var other = "fashion-mini"

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @OptionGroup var output: BenchmarkOutput

  /// One search, in the figures that are compared.
  private struct Outcome {
    /// Before the first step, and after the last; nats.
    let first: Double
    let last: Double
    /// Mean validation loss of the draws of the last tenth of the steps, nats.
    let draws: Double
    /// Validation loss of the most probable network, nats.
    let mode: Double
  }

  private struct Case {
    let title: String
    let space: String
    let data: String
  }

  func run() throws {
    let library = try translatingFailures { try EngineLibrary.load(folders: engineFolders, device: .cpu) }
    let cases = [
      Case(title: "deeper network", space: "spaces/mini-darts-deep.yaml", data: data),
      Case(title: "other images", space: "spaces/mini-darts.yaml", data: other),
    ]
    let parts = [1, 2, 4]
    var cold: [[Outcome]] = cases.map { _ in [] }
    var warm: [[[Outcome]]] = cases.map { _ in parts.map { _ in [] } }
    for seed in 1...UInt64(seeds) {
      let first = Case(title: "", space: "spaces/mini-darts.yaml", data: data)
      let learnt = try search(first, steps: steps, seed: seed, from: nil, library).learnt
      for (place, item) in cases.enumerated() {
        cold[place].append(try search(item, steps: steps, seed: seed, from: nil, library).outcome)
        for (number, part) in parts.enumerated() {
          warm[place][number].append(
            try search(item, steps: steps / part, seed: seed, from: learnt, library).outcome)
        }
      }
    }
    var table = AlignedTable([.left, .left, .right, .right, .right, .right, .right])
    table.add(["carried over to", "start", "steps", "entropy", "loss of draws", "of the mode", "no worse"])
    for (place, item) in cases.enumerated() {
      table.add(row([item.title, "uniform"], steps, cold[place], against: nil))
      for (number, part) in parts.enumerated() {
        table.add(row(["", "learnt"], steps / part, warm[place][number], against: cold[place]))
      }
    }
    let head =
      "\(processorName()), \(availableProcessors()) cores; \(library.words)\n"
      + "mini-darts on \(data), then mini-darts-deep on \(data) and mini-darts on \(other); \(draws) draws a step, batch "
      + "32; \(counted(seeds, "seed")), mean and standard error, nats\n"
    try output.write(
      head + table.text()
        + "no worse: seeds whose entropy and loss of draws are both at most those of the uniform start\n",
      command: "transfer", title: "Starting from what another search has learnt")
  }

  private func row(_ names: [String], _ steps: Int, _ outcomes: [Outcome], against cold: [Outcome]?) -> [String] {
    func words(_ values: [Double], _ digits: Int) -> String {
      let found = spread(values)
      return "\(found.mean.fixed(digits)) ± \(found.error.fixed(digits))"
    }
    let entropy = "\(spread(outcomes.map(\.first)).mean.fixed(1)) to \(words(outcomes.map(\.last), 1))"
    let wins = cold.map { cold in zip(outcomes, cold).count { $0.last <= $1.last && $0.draws <= $1.draws } }
    return names + [
      steps.grouped, entropy, words(outcomes.map(\.draws), 3), words(outcomes.map(\.mode), 3),
      wins.map { "\($0) of \(outcomes.count)" } ?? "",
    ]
  }

  private func search(
    _ item: Case, steps: Int, seed: UInt64, from start: DistributionStart?, _ library: EngineLibrary
  ) throws -> (outcome: Outcome, learnt: DistributionStart) {
    let splits = try translatingFailures {
      try DatasetSource(parsing: item.data).load(SplitOptions(seed: 0, limit: nil))
    }
    let shape = splits.train.shape
    let space = try RunnableSpace(
      item.space, input: ImageShape(channels: shape.channels, height: shape.height, width: shape.width)
    ).space
    var recipe = SearchMethod.parsec.recipe(epochs: 1, target: nil, initialEntropy: 0)
    recipe.samples = .fixed(draws)
    recipe.form = .factorised
    recipe.factorisedRate = 0.1
    recipe.batch = 32
    recipe.epochs = Double(steps) / Double(splits.train.count / recipe.batch)
    // A tenth, so that the first likelihoods are not those of weights that have learnt nothing.
    recipe.warmUpEpochs = recipe.epochs / 10
    return try translatingFailures(about: space) {
      var search = try ProbabilisticSearch(
        space, splits: splits, recipe: recipe, seed: seed, library: library, threads: threads,
        start: start.map { ($0, 1) })
      let first = search.entropy
      var losses: [Double] = []
      while !search.isFinished {
        let record = try search.advance()
        if record.step >= steps * 9 / 10 { losses += record.draws.compactMap(\.validationLoss) }
      }
      let outcome = Outcome(
        first: first, last: search.entropy, draws: spread(losses).mean,
        mode: try search.validationLoss(of: search.mode))
      Terminal.standardError.line(
        "seed \(seed), \(space.name) on \(item.data), \(start == nil ? "uniform" : "learnt"), \(steps) steps: "
          + "entropy \(first.fixed(2)) to \(outcome.last.fixed(2)), loss of draws \(outcome.draws.fixed(4)), "
          + "of the mode \(outcome.mode.fixed(4))")
      return (
        outcome,
        DistributionStart(
          origin: nil, distribution: DistributionSnapshot(search.distribution, of: space))
      )
    }
  }
}
