import ArgumentParser
import Devices
import Foundation
import Predictors
import SpaceCompiler
import SpaceIR

/// `espalier benchmark fox-nas`: what FOX-NAS says of its predictors and of its annealing (fox-nas.md, section 9).
struct FoxBenchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fox-nas",
    abstract: "How good FOX-NAS's predictors are by rows, its annealing beside the exact optimum, and two devices.",
    discussion: """
        espalier benchmark fox-nas --rows ../shared/data/fox-nas/model_data_CPU_256.csv --out docs/benchmarks.md
        espalier benchmark fox-nas --on ort-fp32 --on ncnn-fp32 --networks 100 --seeds 2

      Without '--rows' nothing is said of the published measurements, which are not part of this project; with fewer than \
      two devices nothing is measured. Searches are kept in --runs: a finished one with the same definition is used again.
      """)

  @Option(help: ArgumentHelp("FOX-NAS's 300 measured networks.", valueName: "file"))
  var rows: String?

  @Option(help: "Random halves of the rows, or as far as they go, that a curve is the mean of.", transform: parseCount)
  var splits = 20

  @Option(help: "Walks for each limit.", transform: parseCount)
  var walks = 20

  @Option(
    name: .customLong("on"),
    help: ArgumentHelp("A device, two of them or none: a name or a file; may be repeated.", valueName: "device"))
  var devices: [String] = []

  @Option(help: "The space that is measured and searched.", completion: .file(extensions: ["yaml", "yml"]))
  var space = "spaces/mini-fox.yaml"

  @Option(help: "The images that it is searched on.")
  var data = "fashion-mini"

  @Option(help: "At most so many images in each part.", transform: parseCount)
  var limit: Int?

  @Option(help: "Networks that are measured on each device.", transform: parseCount)
  var networks = 200

  @Option(help: "How many seeds search.", transform: parseCount)
  var seeds = 3

  @Option(help: ArgumentHelp("Passes of the shared weights.", valueName: "epochs"))
  var epochs = 20.0

  @Option(help: "Epochs of an answer that is trained from scratch.", transform: parseCount)
  var trainEpochs = 8

  @Option(help: ArgumentHelp("Where searches are kept.", valueName: "folder"))
  var runs = "runs/fox-nas"

  @Option(help: "Threads; changes no result.", transform: parseCount)
  var threads = availableProcessors()

  @OptionGroup var output: BenchmarkOutput

  func validate() throws {
    guard devices.isEmpty || Set(devices).count == 2 && devices.count == 2 else {
      throw ValidationError("two devices are compared: name two different ones with '--on', or none")
    }
    for (name, count) in [("--splits", splits), ("--walks", walks), ("--seeds", seeds)] where count < 1 {
      throw ValidationError("'\(name)' is at least 1, not \(count)")
    }
    guard epochs > 0, epochs < 1e6 else { throw ValidationError("'--epochs' is above 0, not \(epochs)") }
    guard networks >= 60 else {
      throw ValidationError("'--networks' is at least 60: two thirds of them are for 22 coefficients")
    }
  }

  func run() async throws {
    ignoreSizeSignal()
    StopRequest.listen()
    let published = try compileOrExplain("spaces/fox-nas.yaml", input: nil).space
    var sections = ["\(processorName()), \(availableProcessors()) cores"]
    if let rows {
      sections.append(try PredictionCurves(of: SearchedParts(published), rowsAt: rows, splits: splits).text)
    }
    Terminal.standardError.line("annealing")
    sections.append(try AnnealingComparison(of: published, walks: walks).text)
    if devices.count == 2 {
      let found = try devices.map { try Device.found($0) }
      sections.append(try await DeviceComparison(self, found).text)
    }
    try output.write(
      sections.map { String($0.reversed().drop { $0.isNewline }.reversed()) }.joined(separator: "\n\n") + "\n",
      command: "fox-nas", title: "FOX-NAS's predictors and optima")
  }
}
