import ArgumentParser
import Engine
import Recipes
import Search
import SpaceIR
import Supernet

/// `espalier benchmark supernet-step`: training steps of the shared weights of one-shot methods, beside plain PyTorch.
struct SupernetStepBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "supernet-step",
    abstract: "Time training steps of one-shot methods' shared weights beside plain PyTorch.",
    discussion: """
        espalier benchmark supernet-step --python .venv/bin/python --out docs/benchmarks.md

      Ours are steps of a search as it runs them: drawing a path, reading and changing its images, forward, backward, SGD, \
      the record. PyTorch's are the same path forward, backward and SGD on images that stay as they are, in eager mode, \
      channels last. One step of ours, one of PyTorch's, and so on. Times are medians; the spread is from the first to the \
      third quartile.
      """)

  @OptionGroup var torch: TorchOptions

  @OptionGroup var output: BenchmarkOutput

  @Option(help: "Steps of each method that are timed.", transform: parseCount)
  var rounds = 30

  private struct Way {
    let title: String
    let method: SearchMethod
    let space: String
    /// What supernet.py calls it.
    let peer: Int
    var weights: OneShotRecipe.Weights?
  }

  private static let ways = [
    Way(title: "SPOS, HURRICANE, FOX-NAS: all weights", method: .spos, space: "mini-bn-nas", peer: 0),
    Way(title: "BN-NAS: last batch norms", method: .bnNAS, space: "mini-bn-nas", peer: 1),
    Way(title: "every batch norm", method: .bnNAS, space: "mini-bn-nas", peer: 2, weights: .norms),
    Way(title: "Pi-NAS: two crossed paths, teacher, queue", method: .piNAS, space: "mini-pi-nas", peer: 3),
  ]

  func run() async throws {
    var table = AlignedTable([.left, .right, .right, .right, .right, .right, .right])
    table.add(["weights", "threads", "ours, ms", "PyTorch, ms", "gain", "ours, MiB", "PyTorch, MiB"])
    var head = ""
    for threads in torch.threadCounts {
      for way in Self.ways {
        let setup = try setup(way, threads: threads)
        head = "\(processorName()), \(availableProcessors()) cores; \(setup.library.description.capability); "
        let row = try measure(way, setup, threads: threads)
        Terminal.standardError.line(
          "\(way.title), \(counted(threads, "thread")): \(row.times.ratioText) times as fast")
        table.add([
          way.title, "\(threads)", Spread(row.times.own).text(digits: 1), Spread(row.times.peer).text(digits: 1),
          Spread(row.times.ratios).text, mebibytes(row.memory), mebibytes(row.peerMemory),
        ])
      }
    }
    head += """
      batch 64, 28x28, \(counted(rounds, "step")) each. Ours draws, reads and changes images too; Pi-NAS makes four views
      of each. Memory: ours is that of all tensors at the peak, of Pi-NAS with the classifier's supernet, which PyTorch's side
      has not; PyTorch's is by how much its process grew.

      """
    try output.write(
      head + table.text(), command: "supernet-step", title: "Steps of one-shot methods beside plain PyTorch")
  }

  private func mebibytes(_ bytes: Int) -> String { (Double(bytes) / 1_048_576).fixed(1) }

  private func setup(_ way: Way, threads: Int) throws -> SearchSetup {
    var recipe = Recipe()
    recipe.epochs = 1000
    recipe.oneShot.weights = way.weights
    return try SearchSetup(
      SearchOrder(
        file: "spaces/\(way.space).yaml", data: "fashion-mini", method: way.method, recipe: recipe, seed: 1,
        retraining: TrainingRecipe(epochs: 0), baselines: 0, threads: threads))
  }

  private struct Row {
    var times = StepTimes()
    var memory = 0
    var peerMemory = 0
  }

  private func measure(_ way: Way, _ setup: SearchSetup, threads: Int) throws -> Row {
    let space = setup.space.space
    let peer = try torch.peer("supernet.py", [threads, setup.recipe.batch, way.peer].map(String.init))
    var row = Row()
    try translatingFailures(about: space) {
      var search = try OneShotSearch(
        space, splits: setup.splits, recipe: setup.recipe, seed: 1, library: setup.library, threads: threads)
      // The first steps allocate.
      for round in 0..<(rounds + 3) {
        let start = ContinuousClock.now
        let record = try search.advance()
        let own = (ContinuousClock.now - start).inSeconds * 1000
        let paths = record.draws.map { words(of: Architecture(choices: $0.choices), in: space) }
        let answer = try peer.ask("step " + paths.joined(separator: "|"))
        guard let other = Double(answer) else {
          throw CommandFailure("the PyTorch side answered '\(answer)'", status: .couldNotRun)
        }
        if round == 2 { _ = try search.peakMemory(resetting: true) }
        if round >= 3 { row.times.add(own: own, peer: other) }
      }
      row.memory = try search.peakMemory()
    }
    row.peerMemory = Int(try peer.ask("peak")) ?? 0
    return row
  }
}
