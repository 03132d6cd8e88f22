import ArgumentParser
import Exporters
import Foundation
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Supernet

/// `espalier benchmark training`: what an average of the weights and a teacher bring.
struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Train a network with and without a teacher, and test its last and its averaged weights, seed by seed.",
    discussion: """
        espalier benchmark training --data cifar10:FOLDER --out docs/benchmarks.md

      A random network of mini-f is trained from each seed, once on labels and once taught by a larger network, which was \
      trained before. Runs are kept in a folder; what is there already is used, and what was stopped goes on.
      """)

  @Option(help: "The images.")
  var data = "cifar10:.build/cifar10"

  @Option(help: "At most so many images in each part.", transform: parseCount)
  var limit = 2000

  @Option(help: "Seeds.", transform: parseCount)
  var seeds = 5

  @Option(help: "Epochs of every training.", transform: parseCount)
  var epochs = 20

  @Option(help: "Multiply-adds of the network, about.", transform: parseAmount)
  var macs = 1_200_000

  @Option(name: .customLong("teacher-macs"), help: "Multiply-adds of the teacher, about.", transform: parseAmount)
  var teacherMACs = 6_000_000

  @Option(name: .customLong("teacher-epochs"), help: "Epochs of the teacher's training.", transform: parseCount)
  var teacherEpochs = 30

  @Option(help: "Decay of the average.")
  var average = 0.99

  @Option(help: ArgumentHelp("Where runs are kept.", valueName: "folder"))
  var runs = "runs/training"

  @OptionGroup var output: BenchmarkOutput

  func run() throws {
    try FileManager.default.createDirectory(atPath: runs, withIntermediateDirectories: true)
    let shape = ImageShape(channels: 3, height: 32, width: 32)
    let space = try RunnableSpace("spaces/mini-f.yaml", input: shape)
    let (student, teacher) = (try network(macs, "student", of: space), try network(teacherMACs, "teacher", of: space))
    try write("recipe: 1\ntraining: {average: \(average), shift: 4, test-every: 100}\n", to: "recipe.yaml")
    let taught = try result("teacher", teacher.path, seed: 1, epochs: teacherEpochs)
    var plain: [TrainingRunResult] = []
    var distilled: [TrainingRunResult] = []
    for seed in 1...UInt64(seeds) {
      plain.append(try result("plain-\(seed)", student.path, seed: seed, epochs: epochs))
      distilled.append(
        try result("taught-\(seed)", student.path, seed: seed, epochs: epochs, ["--teacher", "\(runs)/teacher"]))
    }
    try output.write(
      report(student.macs, teacher.macs, taught, plain, distilled), command: "training",
      title: "An average of the weights, and a teacher")
  }

  private func write(_ text: String, to name: String) throws {
    try replaceFile("\(runs)/\(name)", with: Array(text.utf8))
  }

  /// A network of about so many multiply-adds, always the same.
  private func network(_ macs: Int, _ name: String, of space: RunnableSpace) throws -> (path: String, macs: Int) {
    try translatingFailures(about: space.space) {
      let network = try randomNetworks(like: macs, within: 0.05, count: 1, of: space.space, seed: 1)[0]
      let path = "\(runs)/\(name).yaml"
      try write(
        architectureFile(
          network, of: space.space, spaceFile: relativePath(to: "spaces/mini-f.yaml", from: path),
          spaceHash: space.hash, comment: ["The \(name) of 'espalier benchmark training'."]), to: "\(name).yaml")
      return (path, try cost(of: network, in: space.space).macs)
    }
  }

  /// Of a run that is there, goes on, or begins.
  private func result(
    _ name: String, _ network: String, seed: UInt64, epochs: Int, _ extra: [String] = []
  ) throws -> TrainingRunResult {
    let run = "\(runs)/\(name)"
    if !RunDirectory.has(.result, in: run) {
      let begins = [
        "train", network, "--data", data, "--limit", String(limit), "--recipe", "\(runs)/recipe.yaml", "--epochs",
        String(epochs), "--seed", String(seed), "--out", run,
      ]
      let isBegun = RunDirectory.has(.definition, in: run)
      guard try ChildProcess(isBegun ? ["resume", run] : begins + extra).wait() == 0 else {
        throw CommandFailure("the training '\(run)' failed; its message is above")
      }
    }
    let definition = try translatingFailures { try RunDirectory.training(of: run) }
    guard definition.data == data, definition.limit == limit, definition.recipe.epochs == epochs else {
      throw CommandFailure("'\(run)' is of other settings\nhelp: name another folder with --runs", status: .couldNotRun)
    }
    return try translatingFailures { try RunDirectory.decode(TrainingRunResult.self, from: .result, of: run) }
  }

  private func report(
    _ macs: Int, _ teacherMACs: Int, _ teacher: TrainingRunResult, _ plain: [TrainingRunResult],
    _ taught: [TrainingRunResult]
  ) -> String {
    func last(_ results: [TrainingRunResult]) -> [Double] { results.map { $0.test.accuracy * 100 } }
    func averaged(_ results: [TrainingRunResult]) -> [Double] { results.map { ($0.average?.accuracy ?? 0) * 100 } }
    func words(_ values: [Double]) -> String {
      let found = spread(values)
      return "\(found.mean.fixed(2)) ± \(found.error.fixed(2))"
    }
    let base = last(plain)
    var table = AlignedTable([.left, .right, .right, .right])
    table.add(["", "accuracy, %", "gain, points", "seeds ahead"])
    table.add(["labels, last weights", words(base), "", ""])
    for (name, values) in [
      ("labels, averaged", averaged(plain)), ("taught, last weights", last(taught)),
      ("taught, averaged", averaged(taught)),
    ] {
      let gains = zip(values, base).map { $0 - $1 }
      table.add([name, words(values), words(gains), "\(gains.count { $0 > 0 }) of \(gains.count)"])
    }
    let average = averaged([teacher])[0]
    return "\(processorName()), \(availableProcessors()) cores\n"
      + "mini-f at 3x32x32, a network of \(macs.grouped) multiply-adds; \(data), \(2 * limit) images to train, "
      + "\(plain.first?.test.images ?? 0) to test;\n\(epochs) epochs, average \(self.average), flips and shifts of 4; "
      + "\(counted(plain.count, "seed")), mean and standard error\n"
      + "teacher: \(teacherMACs.grouped) multiply-adds, \(teacherEpochs) epochs, \(average.fixed(2)) % by its averaged "
      + "weights; share 0.5, temperature 1\n\n" + table.text()
      + "gain: over the last weights on labels of the same seed\n"
  }
}
