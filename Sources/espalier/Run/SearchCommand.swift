import ArgumentParser
import Search
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

      FP-NAS (Yan et al. 2021) learns a distribution over the networks of the space together with one set of shared \
      weights. It draws as many networks a step as the distribution's entropy asks for, starts with one categorical a \
      decision and goes on with one a layer. PARSEC (Casale et al. 2019) is the same with a fixed number of draws.

      The run's folder gets the space, every step, the distribution, the architecture and the results. The same \
      arguments and seed give the same bytes, whatever the number of threads. A search that is stopped, however abruptly, \
      goes on with 'espalier resume'.
      """)

  @OptionGroup var options: CompileOptions

  @Option(help: "The search method.")
  var method = SearchMethod.fpNAS

  @Option(
    help: ArgumentHelp(
      "The images: fashion-mini or digits (both built in), fashion-mnist:FOLDER, cifar10:FOLDER.", valueName: "source"))
  var data = "fashion-mini"

  @Option(
    help: ArgumentHelp("At most so many images in each of the three parts.", valueName: "images"), transform: parseCount
  )
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Multiply-adds above which networks are pushed down; 1.5M, 300k. Default: the median of the space.",
      valueName: "macs"), transform: parseAmount)
  var target: Int?

  @Option(help: "Passes over the training half; a fraction is allowed.")
  var epochs = 30.0

  @Option(help: "How strongly cost above the target counts against accuracy, from 0 to below 1.")
  var beta = 0.6

  @Option(help: "A number from 0 to 18446744073709551615; everything random follows from it.")
  var seed: UInt64 = 1

  @Option(
    name: .customLong("train-epochs"),
    help: ArgumentHelp("Epochs of training the network that was found; 0: do not train it.", valueName: "epochs"))
  var trainEpochs = 8

  @Option(help: ArgumentHelp("Random networks of the same cost to train beside it.", valueName: "networks"))
  var random = 3

  @Option(
    help: ArgumentHelp("The run's folder, which must not exist. Default: runs/SPACE-METHOD-SEED.", valueName: "folder"))
  var out: String?

  @OptionGroup var checkpoints: CheckpointOptions

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @Flag(help: "The answer as one JSON object.")
  var json = false

  func validate() throws {
    guard (0..<1).contains(beta) else { throw ValidationError("'--beta' is from 0 to below 1, not \(beta)") }
    guard epochs > 0, epochs < 1e6 else { throw ValidationError("'--epochs' is above 0, not \(epochs)") }
    guard target != 0 else { throw ValidationError("'--target' is at least 1 multiply-add, not 0") }
    guard out?.isEmpty != true else { throw ValidationError("'--out' is the path of a folder, not an empty text") }
    guard (0...100_000).contains(trainEpochs) else {
      throw ValidationError("'--train-epochs' is 0 or more, not \(trainEpochs)")
    }
    guard (0...1000).contains(random) else { throw ValidationError("'--random' is from 0 to 1000, not \(random)") }
  }

  func run() async throws {
    ignoreSizeSignal()
    let setup = try SearchSetup(
      SearchOrder(
        file: options.file, input: options.shape.input, data: data, limit: limit, method: method, epochs: epochs,
        target: target, beta: beta, seed: seed, retraining: TrainingRecipe(epochs: trainEpochs), baselines: random,
        threads: threads))
    let path = out ?? "runs/\(setup.space.space.name)-\(method.rawValue)-\(seed)"
    let reporter = SearchReporter(space: setup.space.space, target: setup.recipe.targetMACs, json: json, path: path)
    var session = try setup.session()
    let result = try await setup.run(&session, at: path, pace: checkpoints.pace) {
      reporter.header(setup.space, splits: setup.splits, definition: $0, library: setup.library)
    } observe: {
      reporter.observe($0)
    }
    try reporter.answer(result)
  }
}

extension SearchMethod: ExpressibleByArgument {}
