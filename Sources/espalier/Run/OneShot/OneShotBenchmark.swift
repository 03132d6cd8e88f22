import ArgumentParser
import Datasets
import Engine
import Recipes
import Reports
import Search
import SpaceChecker
import SpaceIR
import Supernet

/// `espalier benchmark one-shot`: what the papers of one-shot methods claim, measured at a small scale.
struct OneShotBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "one-shot",
    abstract: "Compare SPOS, BN-NAS and HURRICANE, and what a supernet trained by batch norms alone takes.",
    discussion: """
        espalier benchmark one-shot --data-root ../shared/data --out docs/one-shot-results.md
        espalier benchmark one-shot --data-root ../shared/data --minutes 20 --seeds 2 --out docs/one-shot-results.md

      Runs are kept in --runs: a finished one with the same definition is used again, and one that was stopped goes on. The \
      page has what is finished, and says what is missing.
      """)

  @Option(
    name: .customLong("data-root"),
    help: ArgumentHelp("Folder with fashion-mnist/ (IDX files).", valueName: "folder"))
  var dataRoot: String

  @Option(help: ArgumentHelp("The page to write. Default: standard output.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Where runs are kept.", valueName: "folder"))
  var runs = "runs/one-shot"

  @Option(help: "How many seeds search.", transform: parseCount)
  var seeds = 3

  @Option(help: ArgumentHelp("Passes of SPOS's supernet; the others have their share of them.", valueName: "epochs"))
  var epochs = 40.0

  @Option(help: ArgumentHelp("Images of each part.", valueName: "images"), transform: parseCount)
  var images = 2000

  @Option(help: "Networks that are trained alone, for rank correlations.", transform: parseCount)
  var alone = 30

  @Option(help: ArgumentHelp("Begin no run after so many minutes.", valueName: "minutes"))
  var minutes: Double?

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  func validate() throws {
    guard epochs > 0, epochs < 1e6 else { throw ValidationError("'--epochs' is above 0, not \(epochs)") }
    guard seeds > 0 else { throw ValidationError("'--seeds' is at least 1, not 0") }
    guard alone > 2 else { throw ValidationError("'--alone' is at least 3, so that there is something to rank") }
    guard images >= 128 else { throw ValidationError("'--images' is at least 128, not \(images)") }
    guard minutes ?? 1 >= 0 else { throw ValidationError("'--minutes' is 0 or more, not \(minutes ?? 0)") }
  }

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let started = ContinuousClock.now
    var page = OneShotPage(study: self)
    let family = OneShotArm.norms(self)
    try page.measure(setup(family.arms[0], family, seed: 1), setup(family.arms[1], family, seed: 1))
    for seed in 1...seeds {
      for family in [family, OneShotArm.pools(self)] {
        for arm in family.arms {
          let mayBegin =
            !StopRequest.wasMade && minutes.map { (ContinuousClock.now - started).inSeconds < $0 * 60 } ?? true
          if let run = try await run(arm, family, seed: seed, mayBegin: mayBegin) { page.add(run, to: family.id) }
        }
      }
    }
    let mayBegin = !StopRequest.wasMade && minutes.map { (ContinuousClock.now - started).inSeconds < $0 * 60 } ?? true
    try await page.correlate(self, family, mayBegin: mayBegin)
    guard let out else { return Terminal.standardOutput.write(page.text) }
    try replaceFile(out, with: Array(page.text.utf8))
    Terminal.standardError.line("wrote \(out)")
  }

  /// Nil: the run is not there and may not begin.
  private func run(
    _ arm: OneShotArm, _ family: OneShotArm.Family, seed: Int, mayBegin: Bool
  ) async throws -> OneShotRun? {
    let path = "\(runs)/\(family.id)/\(arm.id)-\(seed)"
    let run = try await StudyRun(
      setup(arm, family, seed: seed), at: path, label: "\(family.id), \(arm.id), seed \(seed)", mayBegin: mayBegin)
    return try run.map { try OneShotRun(arm.id, seed, $0.result, at: path) }
  }

  func setup(_ arm: OneShotArm, _ family: OneShotArm.Family, seed: Int) throws -> SearchSetup {
    var recipe = Recipe()
    recipe.epochs = epochs
    recipe.target = family.target
    recipe.oneShot.recalibrationImages = images
    recipe.oneShot.validationImages = images
    arm.adjust(&recipe)
    return try SearchSetup(
      SearchOrder(
        file: family.space, tables: family.tables, data: family.data(dataRoot), limit: images, method: arm.method,
        recipe: recipe, seed: UInt64(seed), retraining: TrainingRecipe(epochs: family.trainingEpochs),
        baselines: arm.baselines, threads: threads))
  }
}

/// A way to search, of those that the page compares.
struct OneShotArm: Sendable {
  let id: String
  let title: String
  let method: SearchMethod
  /// Random networks of the same multiply-adds that are trained beside its answer.
  var baselines = 0
  let adjust: @Sendable (inout Recipe) -> Void

  /// Ways in one space under one limit.
  struct Family: Sendable {
    let id: String
    let title: String
    let space: String
    let tables: [DeviceFile]
    let target: Int?
    let trainingEpochs: Int
    let isDigits: Bool
    let arms: [OneShotArm]

    func data(_ root: String) -> String { isDigits ? "digits" : "fashion-mnist:\(root)/fashion-mnist" }
  }

  static func norms(_ study: OneShotBenchmark) -> Family {
    let epochs = study.epochs
    return Family(
      id: "norms", title: "Batch norms alone: mini-bn-nas on Fashion-MNIST, at most 3,500,000 multiply-adds",
      space: "spaces/mini-bn-nas.yaml", tables: [], target: 3_500_000, trainingEpochs: 8, isDigits: false,
      arms: [
        OneShotArm(id: "bn-nas", title: "BN-NAS, a tenth of the epochs", method: .bnNAS, baselines: 3) {
          $0.epochs = epochs / 10
        },
        OneShotArm(id: "spos", title: "SPOS", method: .spos) { _ in },
        OneShotArm(id: "random", title: "SPOS's weights and score, uniform draws", method: .spos) {
          $0.oneShot.moves = .random
        },
        OneShotArm(id: "ageing", title: "SPOS's weights and score, regularised evolution", method: .spos) {
          $0.oneShot.moves = .ageing
        },
        OneShotArm(id: "indicator", title: "SPOS's weights with scales, BN-NAS's score", method: .spos) {
          $0.oneShot.score = .indicator
        },
      ])
  }

  static func pools(_ study: OneShotBenchmark) -> Family {
    let epochs = study.epochs
    let pool: @Sendable (inout Recipe, [Int]?) -> Void = { recipe, splits in
      recipe.pool.device = "invented"
      recipe.pool.limit = 180_000
      recipe.pool.splits = splits
    }
    return Family(
      id: "pools",
      title: "Rounds over groups of layers: mini-hurricane on digits, at most 180,000 ns on an invented device",
      space: "spaces/mini-hurricane.yaml",
      tables: [DeviceFile(device: "invented", path: "docs/examples/mini-hurricane-invented.yaml")], target: nil,
      trainingEpochs: 20, isDigits: true,
      arms: [
        OneShotArm(id: "hurricane", title: "HURRICANE, seven tenths of the epochs", method: .hurricane) {
          $0.epochs = epochs * 0.7
          pool(&$0, nil)
        },
        OneShotArm(id: "spos", title: "SPOS over the same pool", method: .spos) { pool(&$0, []) },
        OneShotArm(id: "spos-short", title: "SPOS over the same pool, seven tenths of the epochs", method: .spos) {
          $0.epochs = epochs * 0.7
          pool(&$0, [])
        },
        OneShotArm(id: "random", title: "SPOS over the same pool, uniform draws", method: .spos) {
          pool(&$0, [])
          $0.oneShot.moves = .random
        },
      ])
  }
}

/// A finished run of an arm.
struct OneShotRun {
  let arm: String
  let seed: Int
  let result: RunResult
  /// What the search's threads computed, training of weights and scoring together.
  let seconds: Double
  /// Multiply-adds of the paths that trained weights, an image each, forward.
  let pathMACs: Double
  let steps: Int

  init(_ arm: String, _ seed: Int, _ result: RunResult, at path: String) throws {
    self.arm = arm
    self.seed = seed
    self.result = result
    let (progress, reader) = try translatingFailures {
      (try RunDirectory.decodeIfThere(RunProgress.self, from: .progress, of: path), try RunReader(of: path))
    }
    seconds = progress?.searchProcessorSeconds ?? 0
    var (macs, steps) = (0.0, 0)
    try translatingFailures {
      try reader?.forEachStep { record in
        guard record.candidate == nil else { return }
        steps += 1
        macs += record.draws.reduce(0) { $0 + Double($1.macs) }
      }
    }
    (pathMACs, self.steps) = (macs, steps)
  }

  var accuracy: Double? { result.networks.first.map { $0.result.accuracy * 100 } }
  var loss: Double? { result.networks.first?.result.testLoss }
}
