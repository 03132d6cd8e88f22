import ArgumentParser
import Datasets
import Recipes
import Search
import SpaceIR
import Supernet

/// `espalier benchmark results`: searched networks against random ones of the same cost, on full data sets.
struct ResultsBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract: "Search Mini-F on Fashion-MNIST and CIFAR-10 with several seeds, against random networks of equal MACs.",
    discussion: """
        espalier benchmark results --data-root ../shared/data --out docs/results.md

      Each seed searches, takes the most probable network, and trains it from scratch beside random networks within 5 % \
      of its MACs, all with one recipe. Runs are kept in --runs; a finished run with the same definition is used again, \
      since the same definition gives the same bytes.
      """)

  @Option(
    name: .customLong("data-root"),
    help: ArgumentHelp("Folder with fashion-mnist/ (IDX files) and cifar10/ (binary batches).", valueName: "folder"))
  var dataRoot: String

  @Option(help: ArgumentHelp("CIFAR-10's folder. Default: cifar10 in the data root.", valueName: "folder"))
  var cifar: String?

  @Option(help: ArgumentHelp("The page to write. Default: standard output.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Where runs are kept.", valueName: "folder"))
  var runs = "runs/results"

  @Option(help: "How many seeds search.", transform: parseCount)
  var seeds = 3

  @Option(help: "How many random networks are trained for each data set.", transform: parseCount)
  var random = 10

  @Option(help: "Steps of each search.", transform: parseCount)
  var steps = 900

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  func validate() throws {
    guard random >= seeds else {
      throw ValidationError("'--random' is at least '--seeds', so that every seed is compared")
    }
  }

  private struct Case {
    let title: String
    let data: String
    /// Epochs of training from scratch, as many as the figure of half an hour for the whole page allows.
    let trainEpochs: Int
    let shift: Int?
    /// Images of the training half, which say what a step is in epochs.
    let half: Int
  }

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let cases = [
      Case(
        title: "Fashion-MNIST", data: "fashion-mnist:\(dataRoot)/fashion-mnist", trainEpochs: 2, shift: nil,
        half: 30_000),
      Case(
        title: "CIFAR-10 (JPEG q75)", data: "cifar10:\(cifar ?? dataRoot + "/cifar10")", trainEpochs: 4, shift: 4,
        half: 10_000),
    ]
    var page = ResultsPage(seeds: seeds, random: random, steps: steps, threads: threads)
    for item in cases {
      var results: [RunResult] = []
      for seed in 1...seeds { results.append(try await result(item, seed: seed, page: &page)) }
      page.add(item.title, results, recipe: recipe(item))
    }
    let text = page.text
    if let out {
      try replaceFile(out, with: Array(text.utf8))
      Terminal.standardError.line("wrote \(out)")
    } else {
      Terminal.standardOutput.write(text)
    }
  }

  private func recipe(_ item: Case) -> TrainingRecipe { TrainingRecipe(epochs: item.trainEpochs, shift: item.shift) }

  private func result(_ item: Case, seed: Int, page: inout ResultsPage) async throws -> RunResult {
    // The random networks are dealt out to the seeds, so that each is compared with networks of its own cost.
    let baselines = random / seeds + (seed <= random % seeds ? 1 : 0)
    let batches = Double(item.half / 64)
    var settings = Recipe()
    settings.epochs = Double(steps) / batches
    let setup = try SearchSetup(
      SearchOrder(
        file: "spaces/mini-f.yaml", data: item.data, recipe: settings, seed: UInt64(seed), retraining: recipe(item),
        baselines: baselines, threads: threads))
    page.describe(setup)
    var session = try setup.session()
    let name = item.data.prefix { $0 != ":" }
    let path = "\(runs)/\(name)-\(seed)"
    if let result = setup.finishedRun(session, at: path) {
      Terminal.standardError.line("\(item.title), seed \(seed): finished before, in \(path)")
      return result
    }
    Terminal.standardError.line("\(item.title), seed \(seed): searching in \(path)")
    let reporter = SearchReporter(
      space: setup.space.space, method: setup.order.method, recipe: setup.recipe, json: true, path: path)
    let result = try await setup.beginOrContinue(&session, at: path, pace: CheckpointPace()) { _ in
    } observe: {
      reporter.observe($0)
      if case .network(let network) = $0 {
        Terminal.standardError.line(
          "  \(network.label): \(network.macs.grouped) MACs, test accuracy \((network.result.accuracy * 100).fixed(2)) %"
        )
      }
    }
    return result
  }
}
