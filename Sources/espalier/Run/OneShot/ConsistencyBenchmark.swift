import ArgumentParser
import Datasets
import Distributions
import Engine
import Predictors
import Reports
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Supernet

/// `espalier benchmark pi-nas`: Pi-NAS beside SPOS and beside itself without its parts (pi-nas.md, section 10).
struct ConsistencyBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pi-nas",
    abstract: "Train shared weights as Pi-NAS and as SPOS do, and compare shifts and ranking.",
    discussion: """
        espalier benchmark pi-nas --data digits --networks 10 --epochs 2

      Some random networks are trained alone, twice each, and their mean accuracy is what scores are compared with, by \
      Kendall's tau-b and its 95 % bootstrap interval. Each arm has as many steps; Pi-NAS sees four views of an image in a \
      step and runs two paths, SPOS one of each. The standard settings take hours on two cores.
      """)

  @Argument(help: "The space.", completion: .file(extensions: ["yaml", "yml"]))
  var file = "spaces/mini-pi-nas.yaml"

  @Option(help: "The images.")
  var data = "fashion-mini"

  @Option(help: "At most so many images in each part.", transform: parseCount)
  var limit: Int?

  @Option(help: "Networks that are trained alone.", transform: parseCount)
  var networks = 40

  @Option(help: "Epochs of a network that is trained alone.", transform: parseCount)
  var trainEpochs = 8

  @Option(help: "Epochs of shared weights.", transform: parseCount)
  var epochs = 20

  @Option(help: "Pairs of paths whose features are compared.", transform: parseCount)
  var pairs = 20

  @Option(help: "The networks that are trained alone follow from it, and the first seed of shared weights.")
  var seed: UInt64 = 1

  @Option(help: "How many seeds of shared weights; ranks are means over them.", transform: parseCount)
  var seeds = 3

  func validate() throws {
    guard seeds > 0 else { throw ValidationError("'--seeds' is at least 1, not 0") }
  }

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @OptionGroup var output: BenchmarkOutput

  func run() async throws {
    let splits = try translatingFailures { try DatasetSource(parsing: data).load(SplitOptions(seed: 0, limit: limit)) }
    let shape = splits.train.shape
    let input = ImageShape(channels: shape.channels, height: shape.height, width: shape.width)
    let space = try compileOrExplain(file, input: input).space
    let library = try translatingFailures { try EngineLibrary.load(folders: engineFolders, device: .cpu) }
    let members = try MemberSet(space)
    var unseen = UnseenDraws(members)
    var random = SplitRandom(seed: seed, stream: 0x5049_4E41)
    let count = Int(exactly: members.count).map { min($0, networks) } ?? networks
    let drawn = (0..<count).map { _ in
      let network = unseen.draw(using: &random)
      unseen.take(network)
      return network
    }
    try await report(space, splits, drawn, library)
  }

  private func report(
    _ space: Space, _ splits: DatasetSplits, _ drawn: [Architecture], _ library: EngineLibrary
  ) async throws {
    let tasks = (0..<2).flatMap { round in
      drawn.enumerated().map { number, network in
        RetrainingTask(
          label: "network \(number)", architecture: network, seed: seed &+ UInt64(round * drawn.count + number))
      }
    }
    Terminal.standardError.line("training \(counted(tasks.count, "network")) alone")
    let alone = try await retrain(
      tasks, of: space, splits: splits, recipe: TrainingRecipe(epochs: trainEpochs), library: library,
      threads: threads, epochFinished: {}, finished: { _, _ in })
    let rounds = (0..<2).map { round in drawn.indices.map { alone[$0 + round * drawn.count].result.accuracy } }
    let accuracies = zip(rounds[0], rounds[1]).map { ($0 + $1) / 2 }
    var table = AlignedTable([.left, .right, .left, .left, .right, .right, .right, .right])
    table.add(["weights", "tau-b", "95 %", "of", "feature shift", "parameter shift", "cosine", "spread"])
    var ranks: [String: [Double]] = [:]
    let arms = arms(splits.train.name)
    for arm in arms {
      let outcomes = try (0..<seeds).map { number in
        Terminal.standardError.line("training \(arm.name), seed \(seed &+ UInt64(number))")
        return try translatingFailures(about: space) {
          try consistency(
            of: arm.recipe, space, splits, networks: drawn, pairs: pairs, seed: seed &+ UInt64(number),
            library: library, threads: threads)
        }
      }
      ranks[arm.name] = outcomes.map { kendallTau($0.scores, accuracies) ?? 0 }
      add(outcomes, arm.name, accuracies, to: &table)
    }
    let ranking = words([drawn.indices.map { Double(alone[$0].parameters) }], accuracies)
    table.add(["parameters", ranking.0, ranking.1, "", "", "", "", ""])
    let range = "\((accuracies.min() ?? 0).fixed(3)) to \((accuracies.max() ?? 0).fixed(3))"
    let head =
      "\(processorName()), \(availableProcessors()) cores; \(space.name) on \(splits.train.name), "
      + "\(splits.train.count) images; \(epochs) epochs of shared weights, \(counted(seeds, "seed")), \(drawn.count) networks trained alone twice "
      + "for \(trainEpochs) epochs: accuracy \(range), tau-b of one training with the other "
      + "\(kendallTau(rounds[0], rounds[1])?.fixed(3) ?? "none")\n"
    let gains = arms.dropLast().compactMap { arm -> String? in
      guard let own = ranks[arm.name], let spos = ranks["spos"] else { return nil }
      return "\n\(arm.name) less spos, tau-b, paired: \(MeanAndError(zip(own, spos).map { $0 - $1 }).text(3))"
    }
    try output.write(
      head + table.text() + gains.joined() + "\n", command: "pi-nas", title: "Pi-NAS beside SPOS")
  }

  private struct Arm {
    let name: String
    let recipe: SearchRecipe
  }

  private func arms(_ data: String) -> [Arm] {
    func pi(_ change: (inout ContrastRecipe) -> Void) -> SearchRecipe {
      var recipe = SearchMethod.piNAS.recipe(epochs: Double(epochs), target: nil, initialEntropy: 1)
      guard var contrast = recipe.oneShot?.contrast else { return recipe }
      // A mirrored digit is another one, or none.
      if data.hasPrefix("digits") { contrast.views.flips = false }
      change(&contrast)
      recipe.oneShot?.contrast = contrast
      return recipe
    }
    return [
      Arm(name: "pi-nas", recipe: pi { _ in }),
      Arm(name: "pi-nas, same path", recipe: pi { $0.isCrossed = false }),
      Arm(name: "pi-nas, no mean teacher", recipe: pi { $0.momentum = 0 }),
      Arm(name: "pi-nas, no negatives", recipe: pi { $0.queue = 0 }),
      Arm(
        name: "spos", recipe: SearchMethod.spos.recipe(epochs: Double(epochs), target: nil, initialEntropy: 1)),
    ]
  }

  private func add(
    _ outcomes: [ConsistencyOutcome], _ name: String, _ accuracies: [Double], to table: inout AlignedTable
  ) {
    func mean(_ values: [Double], _ digits: Int) -> String { MeanAndError(values).text(digits) }
    for (place, shift) in outcomes[0].shifts.enumerated() {
      let ranking = place == 0 ? words(outcomes.map(\.scores), accuracies) : ("", "")
      let shifts = outcomes.map { $0.shifts[place] }
      let spreads = outcomes.compactMap(\.spread)
      table.add([
        place == 0 ? name : "", ranking.0, ranking.1, shift.name, mean(shifts.map(\.features), 4),
        mean(shifts.map(\.parameters), 5), mean(shifts.map(\.cosine), 3),
        place == 0 && !spreads.isEmpty ? mean(spreads, 4) : "",
      ])
    }
  }

  /// The mean rank correlation over seeds with its standard error, and the mean of its bootstrap intervals over networks.
  private func words(_ scores: [[Double]], _ accuracies: [Double]) -> (String, String) {
    let ranks = scores.map { kendallTau($0, accuracies) ?? 0 }
    let intervals = scores.compactMap { own -> ClosedRange<Double>? in
      // The same draws for every seed.
      var random = SplitRandom(seed: seed, stream: 0x424F_4F54)
      return kendallInterval(own, accuracies, using: &random)
    }
    guard !intervals.isEmpty else { return (MeanAndError(ranks).text(3), "none") }
    let ends = [intervals.map(\.lowerBound), intervals.map(\.upperBound)].map { MeanAndError($0).mean.fixed(3) }
    return (MeanAndError(ranks).text(3), "\(ends[0]) to \(ends[1])")
  }
}
