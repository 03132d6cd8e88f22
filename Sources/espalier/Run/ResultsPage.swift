import Engine
import Search
import Supernet

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The text of docs/results.md.
struct ResultsPage {
  private let seeds: Int
  private let random: Int
  private let steps: Int
  private let threads: Int
  private var sections: [String] = []
  private var machine = ""
  private var search = ""

  init(seeds: Int, random: Int, steps: Int, threads: Int) {
    self.seeds = seeds
    self.random = random
    self.steps = steps
    self.threads = threads
  }

  mutating func describe(_ setup: SearchSetup) {
    machine =
      "\(processorName()), \(availableProcessors()) cores, \(threads) threads, torch "
      + "\(setup.library.description.torchVersion), kernels: \(setup.library.description.capability)"
    let recipe = setup.recipe
    search =
      "batch \(recipe.batch), the first \(Int((recipe.warmUpEpochs / recipe.epochs * 100).rounded())) % of the steps warm-up "
      + "(\(recipe.warmUpSamples) uniform draws, distribution fixed), then K = entropy / 4; factorised until "
      + "five sixths of the steps, then joint; beta \(recipe.beta)"
  }

  mutating func add(_ title: String, _ results: [RunResult], recipe: TrainingRecipe) {
    let searched = results.compactMap(\.networks.first)
    let baselines = results.flatMap { $0.networks.dropFirst() }
    let accuracy = (
      spread(searched.map { $0.result.accuracy * 100 }), spread(baselines.map { $0.result.accuracy * 100 })
    )
    let loss = (spread(searched.map(\.result.testLoss)), spread(baselines.map(\.result.testLoss)))
    let macs = (spread(searched.map { Double($0.macs) }), spread(baselines.map { Double($0.macs) }))
    // Seeds found networks of different cost, so each is held against its own random networks.
    let gain = spread(results.map { self.gain($0) { $0.result.accuracy * 100 } })
    let lossGain = spread(results.map { -self.gain($0, \.result.testLoss) })
    let verdict =
      gain.mean > 0
      ? "The searched networks are ahead of the mean of their random networks by \(gain.mean.fixed(2)) ± \(gain.error.fixed(2)) points"
      : "The searched networks are **behind** the mean of their random networks by \((-gain.mean).fixed(2)) ± \(gain.error.fixed(2)) points"
    let augmentation = recipe.shift.map { ", flips and shifts by up to \($0) pixels" } ?? ", no augmentation"
    var lines = ["## \(title)", ""]
    lines += [
      "\(verdict) of test accuracy (mean and standard error over seeds); test loss "
        + "\(lossGain.mean >= 0 ? "lower" : "higher") by \(abs(lossGain.mean).fixed(4)) ± \(lossGain.error.fixed(4))."
        + (abs(gain.mean) < 2 * gain.error ? " That is within two standard errors of no difference." : ""),
      "",
      "Training from scratch: \(recipe.epochs) epochs of train + validation, batch \(recipe.batch), SGD \(recipe.rate) with cosine, label smoothing \(recipe.labelSmoothing)\(augmentation).",
      "", "| | networks | MACs | test accuracy, % | test loss, nats |", "|---|---|---|---|---|",
      "| FP-NAS | \(searched.count) | \(Int(macs.0.mean).grouped) | \(accuracy.0.mean.fixed(2)) ± \(accuracy.0.error.fixed(2)) | \(loss.0.mean.fixed(4)) ± \(loss.0.error.fixed(4)) |",
      "| random, same MACs | \(baselines.count) | \(Int(macs.1.mean).grouped) | \(accuracy.1.mean.fixed(2)) ± \(accuracy.1.error.fixed(2)) | \(loss.1.mean.fixed(4)) ± \(loss.1.error.fixed(4)) |",
      "", "| seed | network | MACs | parameters | test accuracy, % | test loss, nats | samples of the search |",
      "|---|---|---|---|---|---|---|",
    ]
    for (index, result) in results.enumerated() {
      for network in result.networks {
        let samples = network.label == "searched" ? result.samples.grouped : ""
        lines.append(
          "| \(index + 1) | \(network.label) | \(network.macs.grouped) | \(network.parameters.grouped) | "
            + "\((network.result.accuracy * 100).fixed(2)) | \(network.result.testLoss.fixed(4)) | \(samples) |")
      }
    }
    sections.append(lines.joined(separator: "\n"))
  }

  /// A searched network less the mean of the random ones it is compared with.
  private func gain(_ result: RunResult, _ figure: (RetrainedNetwork) -> Double) -> Double {
    guard let searched = result.networks.first else { return 0 }
    return figure(searched) - spread(result.networks.dropFirst().map(figure)).mean
  }

  var text: String {
    """
    # Results

    Written by `espalier benchmark results` (`make results`); do not edit.

    FP-NAS on `spaces/mini-f.yaml`, \(seeds) seeds, against \(random) random networks within 5 % of the MACs of the network
    they are compared with (exact draws, uniform over the band's encodings). Mean ± standard error over networks. Budgets
    were fixed before: \(steps) search steps for every seed and data set. The target is the median of the space.

    Search: \(search).

    Machine: \(machine).

    \(sections.joined(separator: "\n\n"))

    """
  }
}

/// The model name that Linux gives the first core; `unknown processor` elsewhere.
func processorName() -> String {
  guard let file = fopen("/proc/cpuinfo", "r") else { return "unknown processor" }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 512)
  while fgets(&line, Int32(line.count), file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard text.hasPrefix("model name"), let colon = text.firstIndex(of: ":") else { continue }
    return text[text.index(after: colon)...].split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
  return "unknown processor"
}
