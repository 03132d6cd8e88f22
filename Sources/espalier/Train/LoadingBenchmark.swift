import ArgumentParser
import Datasets
import Distributions
import Engine
import Foundation
import SpaceIR
import SpacePlanner
import Supernet

/// `espalier benchmark loading`: images a second from a folder of JPEGs, beside torchvision's loader.
struct LoadingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loading",
    abstract: "Read batches from a folder of JPEGs, beside torchvision's loader, and tell how long a step waits.",
    discussion: """
        PYTHONPATH=FOLDER espalier benchmark loading --out docs/benchmarks.md

      Makes a folder of JPEGs as large as ImageNet's are on average (500 x 375 pixels, about 110 kB), and reads batches of \
      random parts of 224 x 224 pixels, flipped by chance and normalised, in both programs in turns, round after round. \
      --python names a Python with torch, torchvision and Pillow; --packages a folder with the last two. Then trains a few \
      steps of a network on the folder and tells in which share of their time steps waited.
      """)

  @Option(help: "Images of the folder.", transform: parseCount)
  var images = 512

  @Option(help: "Rounds.", transform: parseCount)
  var rounds = 5

  @Option(help: "Batches that a round reads.", transform: parseCount)
  var batches = 8

  @Option(help: "Images of a batch.", transform: parseCount)
  var batch = 32

  @Option(help: "Most workers; 1 and this many are measured.", transform: parseCount)
  var workers = availableProcessors()

  @Option(help: ArgumentHelp("A Python with torch and torchvision.", valueName: "program"))
  var python = ".venv/bin/python"

  @Option(help: ArgumentHelp("A folder with torchvision and Pillow, where Python has none.", valueName: "folder"))
  var packages: String?

  @Option(help: "The network whose steps are shown.", completion: .file(extensions: ["yaml", "yml"]))
  var network = "docs/examples/spos-323m.yaml"

  @Option(help: "Steps of the network.", transform: parseCount)
  var steps = 8

  @Option(help: ArgumentHelp("Where the images are made; used again when they are there.", valueName: "folder"))
  var folder = "runs/loading"

  @OptionGroup var output: BenchmarkOutput

  private static let (width, height) = (500, 375)
  private static let side = 224

  func validate() throws {
    guard batch >= 2 else { throw ValidationError("a '--batch' has at least 2 images, not \(batch)") }
    guard images >= batch else {
      throw ValidationError("'--images' are at least those of one '--batch', which has \(batch), and not \(images)")
    }
  }

  /// One, and as many as were asked for, which may be one too.
  private var workerCounts: [Int] { Array(Set([1, workers])).sorted() }

  func run() throws {
    let bytes = try makeImages()
    let shape = PixelShape(channels: 3, height: Self.side, width: Self.side)
    let found = try translatingFailures { try ImageFolder(path: folder, shape: shape) }.train
    let peer = try StepPeer(
      python,
      arguments: ["Tests/Benchmarks/loading/loader.py"] + (packages.map { ["--packages=\($0)"] } ?? []) + [
        folder, String(Self.side), String(batch),
      ])
    let versions = try peer.ask("versions")
    let counts = workerCounts
    var (ours, theirs): ([Int: [Double]], [Int: [Double]]) = ([:], [:])
    for round in 0..<rounds {
      for count in counts {
        ours[count, default: []].append(try rate(found, workers: count, seed: UInt64(round)))
        let answer = try peer.ask("\(count) \(batches)")
        guard let rate = Double(answer) else { throw CommandFailure("torchvision's side said: \(answer)") }
        theirs[count, default: []].append(rate)
      }
    }
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["", "espalier", "torchvision", "ratio"])
    for count in counts {
      let (a, b) = (ours[count] ?? [], theirs[count] ?? [])
      table.add([
        counted(count, "worker"), Spread(a).text(digits: 0), Spread(b).text(digits: 0),
        Spread(zip(a, b).map { $0 / $1 }).text,
      ])
    }
    let head =
      "\(processorName()), \(availableProcessors()) cores; \(versions)\n"
      + "\(images) JPEGs of \(Self.width) x \(Self.height) pixels, \((bytes / images).byteText) on average, in memory; random "
      + "parts to \(Self.side) x \(Self.side),\nflipped and normalised; batches of \(batch), \(rounds) rounds of \(batches) "
      + "batches in turns\n\nimages a second, median (least to greatest)\n"
    let note =
      "ratio: of the same round. Both keep their own threads or processes; the step that takes the batches does nothing.\n"
    try output.write(
      head + table.text() + note + "\n" + waiting(found), command: "loading", title: "Reading image folders")
  }

  /// Pictures of waves with grain, which JPEG makes about as large as photographs.
  ///
  /// - Returns: Bytes of all training images.
  private func makeImages() throws -> Int {
    let files = FileManager.default
    var total = 0
    for number in 0..<images {
      let place = "\(folder)/train/class-\(number % 8)"
      let path = "\(place)/\(number).jpg"
      if let size = try? files.attributesOfItem(atPath: path)[.size] as? Int {
        total += size
        continue
      }
      try files.createDirectory(atPath: place, withIntermediateDirectories: true)
      let bytes = encodedJPEG(picture(number), width: Self.width, height: Self.height, quality: 90)
      try Data(bytes).write(to: URL(filePath: path))
      total += bytes.count
      guard number < 8 else { continue }
      let test = "\(folder)/val/class-\(number)"
      try files.createDirectory(atPath: test, withIntermediateDirectories: true)
      try Data(bytes).write(to: URL(filePath: "\(test)/\(number).jpg"))
    }
    return total
  }

  private func picture(_ number: Int) -> [UInt8] {
    var random = SplitRandom(seed: 1, stream: UInt64(number))
    let waves = (0..<3).map { _ in (0..<3).map { _ in 0.01 + 0.05 * random.uniform() } }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(Self.width * Self.height * 3)
    for y in 0..<Self.height {
      for x in 0..<Self.width {
        let grain = 36 * (random.uniform() - 0.5)
        for wave in waves {
          let value = 128 + 70 * sin(wave[0] * Double(x) + wave[1] * Double(y)) * cos(wave[2] * Double(x)) + grain
          pixels.append(UInt8(min(255, max(0, value))))
        }
      }
    }
    return pixels
  }

  private static let augmentation = Augmentation(flipsHorizontally: true, resizedCrop: ResizedCrop(shares: 0.08...1))

  /// Images a second, after two batches to warm up.
  private func rate(_ images: FolderImages, workers: Int, seed: UInt64) throws -> Double {
    let sequence = BatchSequence(images, batch: batch, augmentation: Self.augmentation, order: .shuffled(seed: seed))
    let pipeline = BatchPipeline(sequence, steps: 0..<batches + 2, workers: workers)
    return try translatingFailures {
      for _ in 0..<2 { try pipeline.withNext { _ in } }
      let began = ContinuousClock.now
      for _ in 0..<batches { try pipeline.withNext { _ in } }
      return Double(batches * batch) / (ContinuousClock.now - began).inSeconds
    }
  }

  /// Steps of a network on the folder, and how long they wait.
  private func waiting(_ images: FolderImages) throws -> String {
    let network = try NetworkFiles(network)
    let library = try translatingFailures { try EngineLibrary.load(folders: engineFolders, device: .cpu) }
    var table = AlignedTable([.left, .right, .right])
    table.add(["workers beside the step", "images/s", "waiting"])
    // One step more than are timed.
    let stepsPerEpoch = images.count / batch
    var recipe = TrainingRecipe(epochs: (steps + stepsPerEpoch) / stepsPerEpoch, batch: batch)
    recipe.flips = true
    recipe.cropShares = [0.08, 1]
    for count in [0] + workerCounts {
      let plan = try SupernetPlan(
        for: try network.space.space.bound(to: network.architecture), statistics: .recorded)
      try translatingFailures {
        let supernet = try Supernet(plan, library: library, options: EngineOptions())
        try supernet.initialise { name in
          var random = SplitRandom(seed: 3, stream: name.utf8.map(UInt64.init))
          return { random.normal() }
        }
        let course = try NetworkTraining(
          supernet, on: images, recipe: recipe, seed: 1, loading: ImageLoading(workers: count))
        try course.advance()
        let (began, before) = (ContinuousClock.now, course.waitedSeconds)
        for _ in 0..<steps { try course.advance() }
        let time = (ContinuousClock.now - began).inSeconds
        let share = (course.waitedSeconds - before) / time
        table.add([
          count == 0 ? "none" : String(count), (Double(steps * batch) / time).fixed(0), "\((share * 100).fixed(1)) %",
        ])
      }
    }
    return
      "\(self.network) on one thread, \(steps) steps after the first: share of their time that they wait for images\n"
      + table.text()
  }
}
