import ArgumentParser
import Diagnostics
import Recipes
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR
import Supernet

/// `espalier search`: find a network, train it, and compare it with random ones of the same cost.
struct SearchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search a space on images, train the network that was found, and compare it with random ones.",
    discussion: """
        espalier search spaces/digits.yaml --data digits --epochs 8 --out runs/digits
        espalier search spaces/mini-f.yaml --data fashion-mini --target 1.5M --out runs/fashion
        espalier search spaces/mini-f.yaml --data cifar10:FOLDER --method parsec --seed 3 --out runs/cifar
        espalier search spaces/mini-f.yaml --recipe mine.yaml --seeds 1..5 --out runs/mine
        espalier search spaces/mini-darts-deep.yaml --method parsec --from runs/mini --out runs/deep

      FP-NAS (Yan et al. 2021) learns a distribution over the networks of the space together with one set of shared \
      weights. It draws as many networks a step as the distribution's entropy asks for, starts with one categorical a \
      decision and goes on with one a layer. PARSEC (Casale et al. 2019) is the same with a fixed number of draws.

      FBNetV2 (Wan et al. 2020) runs all networks in every step: widths are masks, other choices weighted sums, and what \
      weighs them is learnt by its gradient.

      SPOS (Guo et al. 2019) trains one uniformly drawn path a step, then evolves networks within the target by their \
      accuracy with batch norms measured anew. BN-NAS (Chen et al. 2021) trains batch norms alone and scores by their \
      scales. HURRICANE (Zhang et al. 2020) keeps the operators that suit a device and searches the later layers before the \
      earlier ones, within a latency; it takes a table: --device phone=phone.yaml. FOX-NAS (Liu et al. 2021) trains as SPOS \
      does, fits predictors to scores of uniform draws, and anneals over predictions. Pi-NAS (Peng et al. 2021) trains two \
      different paths to agree without labels, then a classifier on their features. A recipe's 'oneshot' and 'pool' mix parts.

      These methods score \(OneShotRecipe().budget.grouped) candidates, HURRICANE in each of its rounds, Pi-NAS \
      \(OneShotRecipe.crossed.budget.grouped), FOX-NAS \(OneShotRecipe.predicted.budget.grouped), or every network where \
      fewer are legal. A recipe lowers that: 'oneshot: {population: 10, generations: 4}' scores 10 x (4 + 1), and of FOX-NAS \
      'oneshot: {samples: 40, winners: 5}' 40 + 5.

      The baselines train shared weights by uniform draws and then score networks within the target with them: random \
      takes uniform draws (Li and Talwalkar 2019), evolution mutates winners of tournaments (Real et al. 2019).

      The run's folder gets the space, every step, the distribution, the architecture and the results. The same \
      arguments and seed give the same bytes, whatever the number of threads. A search that is stopped, however abruptly, \
      goes on with 'espalier resume'.
      """)

  @OptionGroup var options: CompileOptions

  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Only networks that meet this too are drawn, written as a line of 'require' in the space; may be repeated.",
      valueName: "condition"))
  var conditions: [String] = []

  @Option(
    help: ArgumentHelp("A recipe, see docs/recipes.md; the options below go before it.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      "A run whose learnt distribution the search starts from; its space has the same decisions.", valueName: "run"),
    completion: .directory)
  var start: String?

  @Option(
    name: .customLong("keep"),
    help: ArgumentHelp(
      "A run or an architecture: what it has decided stays, where the space has a decision of the same name. Blocks first, "
        + "then channels.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var kept: String?

  @Option(
    help: ArgumentHelp(
      "The search method: fp-nas, parsec, fbnetv2, spos, bn-nas, hurricane, fox-nas, pi-nas, random or evolution. "
        + "Default: fp-nas."))
  var method: SearchMethod?

  @Option(
    help: ArgumentHelp(
      "The images: fashion-mini or digits (both built in), fashion-mnist:FOLDER, cifar10:FOLDER. Default: fashion-mini.",
      valueName: "source"))
  var data: String?

  @Option(
    help: ArgumentHelp("At most so many images in each of the three parts.", valueName: "images"), transform: parseCount
  )
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "What the target is of: macs, parameters or latency(DEVICE), by the table that the space or '--device' names. "
        + "Default: macs.", valueName: "measure"), transform: parseSearchMeasure)
  var measure: CostMeasure?

  @Option(
    help: ArgumentHelp(
      "Cost above which networks are pushed down; 1.5M, 300k, of a latency '5 ms'. Default: the median of the space.",
      valueName: "cost"), transform: SearchTarget.init(parsing:))
  var target: SearchTarget?

  @Option(
    help: ArgumentHelp(
      "Only networks with costs between these shares of the target are drawn: 0.9..1, or ..1 for a hard limit. "
        + "Default: every network is drawn.", valueName: "shares"), transform: parseShares)
  var band: ClosedRange<Double>?

  @Option(help: "Passes over the training half; a fraction is allowed. Default: 30; of bn-nas 3, of hurricane 21.")
  var epochs: Double?

  @Option(
    help: "How strongly cost above the target counts against accuracy, from 0 to below 1. Default: 0.6. Not of fbnetv2."
  )
  var beta: Double?

  @Option(help: "A number from 0 to 18446744073709551615; everything random follows from it. Default: 1.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Several seeds, as 1..5 or 1,2,7: a run each, and their mean.", valueName: "seeds"))
  var seeds: String?

  @Option(
    name: .customLong("train-epochs"),
    help: ArgumentHelp(
      "Epochs of training the network that was found; 0: do not train it. Default: 8.", valueName: "epochs"))
  var trainEpochs: Int?

  @Option(help: ArgumentHelp("Random networks of the same cost to train beside it. Default: 3.", valueName: "networks"))
  var random: Int?

  @Option(
    help: ArgumentHelp(
      "The run's folder, which must not exist. Default: runs/SPACE-METHOD-SEED. Of several seeds: their runs' parent.",
      valueName: "folder"))
  var out: String?

  @OptionGroup var checkpoints: CheckpointOptions

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @OptionGroup var engine: SearchDeviceOptions

  @Flag(help: "The answer as one JSON object.")
  var json = false

  func validate() throws {
    guard (0..<1).contains(beta ?? 0) else { throw ValidationError("'--beta' is from 0 to below 1, not \(beta ?? 0)") }
    guard epochs ?? 1 > 0, epochs ?? 1 < 1e6 else {
      throw ValidationError("'--epochs' is above 0, not \(epochs ?? 0)")
    }
    guard target?.amount != 0 else {
      let unit = target?.isTime == true ? "nanosecond" : "multiply-add"
      throw ValidationError("'--target' is at least 1 \(unit), not 0")
    }
    guard start?.isEmpty != true else { throw ValidationError("'--from' is the path of a run, not an empty text") }
    guard out?.isEmpty != true else { throw ValidationError("'--out' is the path of a folder, not an empty text") }
    guard (0...100_000).contains(trainEpochs ?? 0) else {
      throw ValidationError("'--train-epochs' is 0 or more, not \(trainEpochs ?? 0)")
    }
    guard (0...1000).contains(random ?? 0) else {
      throw ValidationError("'--random' is from 0 to 1000, not \(random ?? 0)")
    }
    guard seed == nil || seeds == nil else { throw ValidationError("'--seed' and '--seeds' say the same twice") }
    _ = try seedList()
  }

  /// The seeds of `--seeds`; nil: it is not there.
  private func seedList() throws -> [UInt64]? {
    guard let seeds else { return nil }
    let parts = seeds.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.count == 1 ? seedRange(seeds) : parts.compactMap { UInt64($0) }
    guard let numbers, parts.count == 1 || numbers.count == parts.count, Set(numbers).count == numbers.count else {
      throw ValidationError("'--seeds' is a range such as 1..5 or different numbers such as 1,2,7, not '\(seeds)'")
    }
    return numbers
  }

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let recipe = try asked()
    let seeds = recipe.seeds ?? [1]
    guard seeds.count > 1 else {
      _ = try await search(recipe, seed: seeds[0], at: out, among: nil)
      return
    }
    var results: [(UInt64, RunResult)] = []
    for seed in seeds {
      results.append((seed, try await search(recipe, seed: seed, at: out, among: seeds)))
    }
    let comparison = SeedComparison(results)
    Terminal.standardOutput.write(json ? comparison.json.document : comparison.text)
  }

  /// What the recipe and the options ask for, the options first.
  private func asked() throws -> Recipe {
    var asked = try recipe.map(readRecipeFile) ?? Recipe()
    asked.conditions += conditions
    if let kept { asked.conditions += try keptConditions(of: kept) }
    if let recipe, let from = asked.start, !from.hasPrefix("/") {
      // As a space's 'use:' it is seen from the file that holds it.
      asked.start = (recipe.lastIndex(of: "/").map { String(recipe[...$0]) } ?? "") + from
    }
    asked.start = start ?? asked.start
    if asked.softening != nil, asked.start == nil {
      throw CommandFailure("'distribution.softening' softens 'distribution.from', and there is none")
    }
    guard asked.training.teacher == nil else {
      throw CommandFailure("'training.teacher' is for 'espalier train'; a search trains its networks without one")
    }
    if let complaint = asked.trainingRecipe.complaint {
      throw CommandFailure(SearchError.badRecipe(complaint).description)
    }
    asked.method = method ?? asked.method
    asked.source = data ?? asked.source
    asked.limit = limit ?? asked.limit
    asked.measure = measure ?? asked.measure
    if let target { (asked.target, asked.targetIsTime) = (target.amount, target.isTime) }
    if asked.target != nil, let complaint = asked.targetComplaint {
      throw CommandFailure("the target does not go with the measure: \(complaint)")
    }
    asked.band = band ?? asked.band
    asked.epochs = epochs ?? asked.epochs
    asked.beta = beta ?? asked.beta
    asked.seeds = try seed.map { [$0] } ?? seedList() ?? asked.seeds
    asked.training.epochs = trainEpochs ?? asked.training.epochs
    asked.randomNetworks = random ?? asked.randomNetworks
    return asked
  }

  /// What an architecture has decided, as conditions on the decisions that the space has too.
  private func keptConditions(of path: String) throws -> [String] {
    let isRun = RunDirectory.has(.definition, in: path)
    let file = isRun ? "\(path)/\(RunDirectory.File.architecture.rawValue)" : path
    let found = try compileOrExplain(file, input: nil)
    guard let kept = found.architecture, let own = found.itsSpace else {
      throw CommandFailure("'\(file)' is a space and no architecture, so that nothing of it can be kept")
    }
    let space = try compileOrExplain(options.file, input: options.shape.input).space
    let names = Set(space.decisions.map(\.name))
    let conditions = own.decisionIDs.compactMap { id -> String? in
      guard let option = kept[id], names.contains(own[id].name) else { return nil }
      return "\(own[id].name) == \(own[id].options[option])"
    }
    guard !conditions.isEmpty else {
      throw CommandFailure("'\(file)' has decided nothing that '\(options.file)' has a decision of the same name for")
    }
    return conditions
  }

  /// - Parameter seeds: Those of which it is one: its folder is then below `at`, and a run that is there already is used
  ///   or goes on. Nil: it is the only one.
  private func search(
    _ asked: Recipe, seed: UInt64, at place: String?, among seeds: [UInt64]?
  ) async throws -> RunResult {
    let method = asked.method ?? .fpNAS
    let setup = try SearchSetup(
      SearchOrder(
        file: options.file, conditions: asked.conditions, tables: engine.files, input: options.shape.input,
        data: asked.source ?? "fashion-mini", limit: asked.limit,
        method: method, recipe: asked, seed: seed, retraining: asked.trainingRecipe,
        baselines: asked.randomNetworks ?? 3, threads: threads, device: engine.device))
    let name = "\(setup.space.space.name)-\(method.rawValue)"
    let folder = place ?? (seeds == nil ? "runs/\(name)-\(seed)" : "runs/\(name)")
    let path = seeds == nil ? folder : SeedFolder.run(of: seed, in: folder)
    let reporter = SearchReporter(
      space: setup.space.space, method: method, recipe: setup.recipe, json: json || seeds != nil, path: path)
    var session = try setup.session()
    let ready = { reporter.header(setup, $0) }
    guard let seeds else {
      let result = try await setup.run(&session, at: path, pace: checkpoints.pace, ready: ready) {
        reporter.observe($0)
      }
      try reporter.answer(result)
      return result
    }
    try translatingFailures { try SeedFolder.note(seeds, in: folder) }
    if let result = setup.finishedRun(session, at: path) {
      Terminal.standardError.line("seed \(seed): finished before, in \(path)")
      return result
    }
    Terminal.standardError.line("seed \(seed): searching in \(path)")
    let result = try await setup.beginOrContinue(&session, at: path, pace: checkpoints.pace, ready: ready) {
      reporter.observe($0)
    }
    reporter.clearLine()
    return result
  }
}

/// Reads a recipe; what is wrong with it goes to standard error.
///
/// - Throws: `ExitCode` 1 where it has errors; `CommandFailure` where it cannot be read.
func readRecipeFile(_ path: String) throws -> Recipe {
  let reading = readRecipe(try contents(ofFile: path), path: path)
  let stream = Terminal.standardError
  stream.write(
    renderText(
      reading.diagnostics, omitted: reading.omitted, sources: reading.sources, colours: stream.showsColours))
  guard let recipe = reading.recipe else { throw ExitStatus.invalid.code }
  return recipe
}

/// - Throws: `ValidationError` unless the text is a range of shares.
private func parseShares(_ text: String) throws -> ClosedRange<Double> {
  guard let shares = shareRange(text), shares.upperBound > 0 else {
    throw ValidationError("'\(text)' is not a range of shares such as 0.9..1, or ..1")
  }
  return shares
}

/// - Throws: `ValidationError` for a measure that no search can be held to.
private func parseSearchMeasure(_ text: String) throws -> CostMeasure {
  guard let measure = CostMeasure(searched: text) else {
    throw ValidationError("'\(text)' is not one of macs, parameters, latency(DEVICE)")
  }
  return measure
}

/// A target as it is written: an amount, or a time in nanoseconds.
struct SearchTarget {
  let amount: Int
  let isTime: Bool

  /// - Throws: `ValidationError` for anything else.
  init(parsing text: String) throws {
    if let found = costTarget(text), found.isTime {
      (amount, isTime) = found
    } else {
      (amount, isTime) = (try parseAmount(text), false)
    }
  }
}

extension SearchMethod: ExpressibleByArgument {}
