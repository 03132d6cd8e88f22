import ArgumentParser
import Datasets
import Recipes
import Search
import SpaceIR
import Supernet

/// `espalier benchmark results`: what the methods' papers claim, measured on full data sets with several seeds.
struct ResultsBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "results",
    abstract:
      "Search Mini-F on Fashion-MNIST and CIFAR-10 in several ways and with several seeds, and write what shows.",
    discussion: """
        espalier benchmark results --data-root ../shared/data --out docs/results.md
        espalier benchmark results --data-root ../shared/data --minutes 60 --out docs/results.md

      Every way has the same steps, target and seeds. Each seed searches and trains its answer from scratch with one \
      recipe. Runs are kept in --runs: a finished one with the same definition is used again, since the same definition \
      gives the same bytes, and one that was stopped goes on. So a study of hours can be done in parts: the page has \
      what is finished, and says what is missing.
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
  var seeds = 5

  @Option(help: "How many random networks are trained for each data set.", transform: parseCount)
  var random = 20

  @Option(help: "Steps of each search.", transform: parseCount)
  var steps = 400

  @Option(
    help: ArgumentHelp(
      "Images of each part: either half of a search, and test.", valueName: "images"),
    transform: parseCount)
  var images = 3000

  @Option(
    help: ArgumentHelp("Only these ways, by their names on the page: band,fp-nas. Default: all.", valueName: "names"))
  var arms: String?

  @Option(help: ArgumentHelp("Begin no run after so many minutes.", valueName: "minutes"))
  var minutes: Double?

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  func validate() throws {
    guard random >= seeds else {
      throw ValidationError("'--random' is at least '--seeds', so that every seed is compared")
    }
    guard minutes ?? 1 >= 0 else { throw ValidationError("'--minutes' is 0 or more, not \(minutes ?? 0)") }
    _ = try chosenArms()
  }

  private func chosenArms() throws -> [ResultsArm] {
    guard let arms else { return ResultsArm.all }
    return try arms.split(separator: ",").map { name in
      guard let arm = ResultsArm.all.first(where: { $0.id == name }) else {
        let known = ResultsArm.all.map(\.id).joined(separator: ", ")
        throw ValidationError("there is no way '\(name)': they are \(known)")
      }
      return arm
    }
  }

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let cases = ResultsCase.all(dataRoot: dataRoot, cifar: cifar)
    let arms = try chosenArms()
    let started = ContinuousClock.now
    var page = ResultsPage(study: self, cases: cases)
    // Seed by seed, so that a study that is not finished yet has about as many of each.
    for seed in 1...seeds {
      for arm in arms {
        for item in cases {
          let mayBegin = minutes.map { (ContinuousClock.now - started).inSeconds < $0 * 60 } ?? true
          if let run = try await self.run(arm, item, seed: seed, mayBegin: mayBegin && !StopRequest.wasMade, &page) {
            page.add(run, to: item)
          }
        }
      }
    }
    try page.measureMemory(setup(ResultsArm.all[0], cases[0], seed: 1))
    guard let out else { return Terminal.standardOutput.write(page.text) }
    try replaceFile(out, with: Array(page.text.utf8))
    Terminal.standardError.line("wrote \(out)")
  }

  /// Nil: the run is not there and may not begin.
  private func run(
    _ arm: ResultsArm, _ item: ResultsCase, seed: Int, mayBegin: Bool, _ page: inout ResultsPage
  ) async throws -> ResultsRun? {
    let setup = try setup(arm, item, seed: seed)
    page.describe(setup)
    let path = "\(runs)/\(item.name)/\(arm.id)-\(seed)"
    let run = try await StudyRun(
      setup, at: path, label: "\(item.title), \(arm.id), seed \(seed)", mayBegin: mayBegin)
    return try run.map { try finished(arm, $0.result, $0.definition, seed: seed, at: path) }
  }

  private func setup(_ arm: ResultsArm, _ item: ResultsCase, seed: Int) throws -> SearchSetup {
    // The random networks are dealt out to the seeds, so that each is compared with networks of its own cost.
    let share = random / seeds + (seed <= random % seeds ? 1 : 0)
    var recipe = Self.schedule(epochs: Double(steps) / Double(images / 64))
    recipe.target = item.target
    arm.adjust(&recipe)
    return try SearchSetup(
      SearchOrder(
        file: "spaces/mini-f.yaml", conditions: recipe.conditions, data: item.data, limit: images, method: arm.method,
        recipe: recipe, seed: UInt64(seed), retraining: item.training,
        baselines: arm.isComparedWithRandom ? share : 0, threads: threads))
  }

  /// What every way shares. In a few hundred steps a distribution has to move faster than by the defaults, which are for
  /// ten thousand: fp-nas.md, section 8, proposes Adam steps of 0.05 to 0.1 for joint logits, half of that for factorised
  /// ones. The theta of the paper is about half of its epochs.
  private static func schedule(epochs: Double) -> Recipe {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.warmUpEpochs = epochs * 0.4
    recipe.jointFrom = epochs * 0.7
    recipe.jointRate = 0.1
    recipe.factorisedRate = 0.05
    return recipe
  }

  private func finished(
    _ arm: ResultsArm, _ result: RunResult, _ definition: RunDefinition, seed: Int, at path: String
  ) throws -> ResultsRun {
    let progress = try translatingFailures {
      try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: path)
    }
    return ResultsRun(
      arm: arm.id, seed: seed, result: result, definition: definition, seconds: progress?.searchProcessorSeconds ?? 0)
  }
}

/// A data set with everything about it that was fixed before anything was run.
struct ResultsCase {
  /// Names its runs' folder.
  let name: String
  let title: String
  let data: String
  /// Multiply-adds.
  let target: Int
  let training: TrainingRecipe

  static func all(dataRoot: String, cifar: String?) -> [ResultsCase] {
    [
      ResultsCase(
        name: "fashion-mnist", title: "Fashion-MNIST", data: "fashion-mnist:\(dataRoot)/fashion-mnist",
        target: 1_500_000, training: TrainingRecipe(epochs: 6, shift: nil)),
      ResultsCase(
        name: "cifar10", title: "CIFAR-10 (JPEG q75)", data: "cifar10:\(cifar ?? dataRoot + "/cifar10")",
        target: 2_000_000, training: TrainingRecipe(epochs: 6, shift: 4)),
    ]
  }
}
