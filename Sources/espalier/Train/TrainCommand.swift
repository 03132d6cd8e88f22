import ArgumentParser
import Datasets
import Recipes
import Search
import SpaceIR

/// `espalier train`: train one network from scratch.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train one network from scratch, and write its weights.",
    discussion: """
        espalier train best.yaml --data digits --out runs/best
        espalier train runs/first/architecture.yaml --data cifar10:FOLDER --recipe long.yaml --out runs/long
        espalier train best.yaml --data folder:/data/imagenet --workers 16 --out runs/imagenet
        espalier train best.yaml --data digits --teacher runs/large --out runs/taught

      The network is an architecture file, as 'derive', 'sample' and 'unrank' write them, or a space without decisions. \
      It is trained on the training and the validation images together and tested on the test images; a recipe says how, \
      in its section 'training' (docs/recipes.md). An image folder holds train/CLASS/*.jpg and val/CLASS/*.jpg.

      The run's folder gets the network, the recipe, every epoch, the curves and the weights. The same arguments and seed \
      give the same bytes, whatever the number of threads and workers. A training that is stopped, however abruptly, goes \
      on with 'espalier resume'.
      """)

  @OptionGroup var options: CompileOptions

  @Option(
    help: ArgumentHelp("A recipe, see docs/recipes.md; the options below go before it.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var recipe: String?

  @Option(
    help: ArgumentHelp(
      "The images: fashion-mini or digits (both built in), fashion-mnist:FOLDER, cifar10:FOLDER, folder:FOLDER. Default: fashion-mini.",
      valueName: "source"))
  var data: String?

  @Option(
    help: ArgumentHelp("At most so many images in each part.", valueName: "images"), transform: parseCount)
  var limit: Int?

  @Option(help: ArgumentHelp("Passes over the images. Default: 8.", valueName: "epochs"), transform: parseCount)
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "A run of 'train', or an architecture file, whose network this one learns from.", valueName: "run"))
  var teacher: String?

  @Option(
    name: .customLong("teacher-weights"),
    help: ArgumentHelp("The teacher's weights. Default: those of its run.", valueName: "file"), completion: .file())
  var teacherWeights: String?

  @Option(help: "Of an image folder, what is done about an image that cannot be read: refuse or skip. Default: refuse.")
  var broken: BrokenImagePolicy?

  @Option(help: "A number from 0 to 18446744073709551615; everything random follows from it. Default: 1.")
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "The run's folder, which must not exist. Default: runs/SPACE-train-SEED.", valueName: "folder"))
  var out: String?

  @OptionGroup var checkpoints: CheckpointOptions

  @OptionGroup var work: TrainingWorkOptions

  @Flag(help: "The answer as one JSON object.")
  var json = false

  func validate() throws {
    guard out?.isEmpty != true else { throw ValidationError("'--out' is the path of a folder, not an empty text") }
    guard teacherWeights == nil || teacher != nil || recipe != nil else {
      throw ValidationError(Self.noTeacher)
    }
  }

  private static let noTeacher = "'--teacher-weights' are those of a teacher, and there is none"

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let asked = try asked()
    let seed = asked.seeds?[0] ?? 1
    let setup = try TrainSetup(
      TrainOrder(
        file: options.file, input: options.shape.input, recipe: asked, seed: seed, threads: work.threads,
        workers: work.workers, device: work.engine.device))
    let path = out ?? "runs/\(setup.network.space.space.name)-train-\(seed)"
    let session = try setup.session()
    let run = try setup.makeRun(at: path)
    let reporter = TrainReporter(setup, json: json, path: path)
    reporter.header()
    let result = try setup.run(session, in: run, pace: checkpoints.pace) { reporter.observe($0) }
    try reporter.answer(result)
  }

  /// What the recipe and the options ask for, the options first.
  private func asked() throws -> Recipe {
    var asked = try recipe.map(readRecipeFile) ?? Recipe()
    let other = asked.searchKeys
    if let recipe, !other.isEmpty {
      Terminal.standardError.line(
        "note: \(other.map { "'\($0)'" }.joined(separator: ", ")) of '\(recipe)' "
          + "\(other.count == 1 ? "is" : "are") about searching; 'train' reads 'data', 'training' and 'seeds'")
    }
    // As a space's 'use:' they are seen from the file that holds them.
    let above = recipe.flatMap { path in path.lastIndex(of: "/").map { String(path[...$0]) } } ?? ""
    func seen(_ path: String?) -> String? { path.map { $0.hasPrefix("/") ? $0 : above + $0 } }
    asked.training.teacher = teacher ?? seen(asked.training.teacher)
    asked.training.teacherWeights =
      teacherWeights ?? (teacher == nil ? seen(asked.training.teacherWeights) : nil)
    guard teacherWeights == nil || asked.training.teacher != nil else {
      throw CommandFailure(Self.noTeacher, status: .couldNotRun)
    }
    asked.source = data ?? asked.source
    try TrainingImages.requireFolder(asked.source ?? TrainingImages.standardSource, for: broken)
    asked.limit = limit ?? asked.limit
    asked.training.epochs = epochs ?? asked.training.epochs
    asked.folder.broken = broken ?? asked.folder.broken
    asked.seeds = seed.map { [$0] } ?? asked.seeds
    if let seeds = asked.seeds, seeds.count > 1 {
      throw CommandFailure(
        "the recipe has \(seeds.count) seeds, and a training has one\nhelp: choose one of them with --seed")
    }
    return asked
  }
}

/// Who computes, and where: none of it changes a result but the device.
struct TrainingWorkOptions: ParsableArguments {
  @Option(help: "Threads; changes no result. More than one help where the recipe has 'lanes'.", transform: parseCount)
  var threads = availableProcessors()

  @Option(
    help: ArgumentHelp(
      "Threads that read and change images ahead of the step; changes no result. Default: as many as threads.",
      valueName: "threads"), transform: parseCount)
  var workers: Int?

  @OptionGroup var engine: DeviceOptions
}

extension BrokenImagePolicy: ExpressibleByArgument {}
