import ArgumentParser
import Datasets
import Engine
import Recipes
import Search
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet

/// `espalier evaluate`: what one network costs and how well it does, in one table.
struct EvaluateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Accuracy, confusion, MACs, parameters, memory and latency of one network.",
    discussion: """
        espalier evaluate runs/best
        espalier evaluate runs/first
        espalier evaluate best.yaml --weights runs/best/weights.safetensors --data digits
        espalier evaluate best.yaml --device engine --device ort-fp32

      Of a run of 'train' it takes the network, the images and the weights: the averaged ones where there are some; of a \
      search the network that it found, with the weights that it was trained to. Of an architecture file it takes the weights \
      that are named; without weights it tells what the network costs. The images are the test part of a data set.
      """)

  @Argument(help: "A run, or an architecture file.", completion: .file())
  var network: String

  @OptionGroup var shape: InputOption

  @Option(help: ArgumentHelp("The images, as in 'train --data'. Default: those of the run.", valueName: "source"))
  var data: String?

  @Option(help: ArgumentHelp("At most so many test images.", valueName: "images"), transform: parseCount)
  var limit: Int?

  @Option(
    help: ArgumentHelp("The weights. Default: those of the run.", valueName: "file"),
    completion: .file(extensions: ["safetensors"]))
  var weights: String?

  @Option(
    name: .customLong("device"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "Where latency is measured; may be repeated: engine, which is this program's own on one thread, or a device of 'espalier device list' or its file. Default: engine.",
      valueName: "name"))
  var devices: [String] = []

  @Option(help: "Of an image folder, what is done about an image that cannot be read: refuse or skip. Default: refuse.")
  var broken: BrokenImagePolicy?

  @Option(
    help: ArgumentHelp("Threads that read images. Default: one for each core.", valueName: "threads"),
    transform: parseCount)
  var workers = availableProcessors()

  @Flag(help: "Show the whole table of classes by what was seen in them, also with many classes.")
  var confusion = false

  @Flag(help: "One JSON object.")
  var json = false

  func run() async throws {
    let sources = try latencySources(named: devices.isEmpty ? ["engine"] : devices)
    let order = try order()
    if let data = order.data { try TrainingImages.requireFolder(data, for: broken) }
    let library = try translatingFailures { try EngineLibrary.load(folders: engineFolders, device: .cpu) }
    var answer = try EvaluationAnswer(of: order.network)
    if let path = order.weights {
      let file = try translatingFailures { try TrainedWeights(reading: path) }
      let trained = try translatingFailures { try order.network.trained(file, path: path, library: library) }
      answer.weights = path
      try test(trained, file, order, &answer)
      answer.latencies = try sources.map { try $0.measure(order.network, trained) }
      answer.memory = try singleImageMemory(of: trained, order.network)
    } else {
      let plan = try SupernetPlan(
        for: try order.network.space.space.bound(to: order.network.architecture), statistics: .recorded)
      let untrained = try translatingFailures { try Supernet(plan, library: library, options: EngineOptions()) }
      answer.latencies = try sources.map { try $0.measure(order.network, untrained) }
      answer.memory = try singleImageMemory(of: untrained, order.network)
    }
    Terminal.standardOutput.write(json ? answer.json.document : answer.text(showsConfusion: confusion))
  }

  private struct Order {
    var network: NetworkFiles
    var weights: String?
    var data: String?
    var limit: Int?
    var folder = ImageFolderOptions()
    var broken = BrokenImagePolicy.refuse
  }

  private func order() throws -> Order {
    try requireRun(inFolder: network)
    guard RunDirectory.has(.lock, in: network) else {
      let files = try NetworkFiles(network, input: shape.input)
      guard data == nil || weights != nil else {
        throw CommandFailure(
          "accuracy needs weights\nhelp: name the file with --weights, or evaluate a run of 'espalier train'",
          status: .couldNotRun)
      }
      guard weights == nil || data != nil else {
        throw CommandFailure(
          "weights are tested on images\nhelp: name them with --data, as in 'espalier train --data'",
          status: .couldNotRun)
      }
      return Order(network: files, weights: weights, data: data, limit: limit, broken: broken ?? .refuse)
    }
    guard try translatingFailures({ try RunDirectory.isTraining(network) }) else { return try searchOrder() }
    let definition = try translatingFailures { try RunDirectory.training(of: network) }
    var order = Order(
      network: try NetworkFiles("\(network)/\(RunDirectory.File.architecture.rawValue)"),
      weights: try weights ?? trainedWeights(of: network), data: data ?? definition.data,
      limit: limit ?? (data == nil ? definition.limit : nil), broken: broken ?? definition.folder?.policy ?? .refuse)
    if let note = definition.folder { order.folder = note.options }
    return order
  }

  /// Of a search: the network that was found, with the weights of its training from scratch.
  private func searchOrder() throws -> Order {
    let definition = try translatingFailures {
      try SeedFolder.requireOneRun(network)
      return try RunDirectory.definition(of: network)
    }
    guard RunDirectory.has(.architecture, in: network) else {
      throw CommandFailure("the search '\(network)' has not chosen a network yet")
    }
    let own = RunDirectory.has(.weights, in: network) ? "\(network)/\(RunDirectory.File.weights.rawValue)" : nil
    guard let path = weights ?? own else {
      throw CommandFailure(
        "the search '\(network)' has not trained its network\nhelp: 'espalier train' does, or name weights with --weights"
      )
    }
    return Order(
      network: try NetworkFiles("\(network)/\(RunDirectory.File.architecture.rawValue)"), weights: path,
      data: data ?? definition.data, limit: limit ?? (data == nil ? definition.limit : nil), broken: broken ?? .refuse)
  }

  private func test(
    _ trained: Supernet, _ file: TrainedWeights, _ order: Order, _ answer: inout EvaluationAnswer
  ) throws {
    guard let data = order.data else { return }
    let space = order.network.space.space
    let images = try TrainingImages(data, limit: order.limit, folder: order.folder, shape: space.input)
    let classes = images.test.identity.classNames
    if let known = file.classes, known != classes {
      throw CommandFailure(
        "the network knows \(known.count) classes (\(known.prefix(3).joined(separator: ", ")), ...), "
          + "and the data has \(classes.count) (\(classes.prefix(3).joined(separator: ", ")), ...)")
    }
    try translatingFailures(about: space) { try requireImages(of: images.test, fit: space) }
    let skipped = SkippedImages()
    let loading = ImageLoading(workers: workers, broken: order.broken) { skipped.note($0) }
    let line = ProgressCount("testing", of: images.test.count, "images")
    let found = try translatingFailures {
      try trained.evaluate(on: images.test, loading: loading) { line.show($0) }
    }
    line.clear()
    for path in skipped.paths { Terminal.standardError.line("warning: '\(path)' cannot be read; it is left out") }
    answer.data = images.name
    answer.classes = classes
    answer.evaluation = found
    answer.skipped = skipped.paths.count
  }
}
