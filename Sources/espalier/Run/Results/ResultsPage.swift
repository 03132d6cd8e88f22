import Engine
import Reports
import Search
import SpaceCompiler
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
  private let images: Int
  private let threads: Int
  private let cases: [ResultsCase]
  private var runs: [String: [ResultsRun]] = [:]
  private var machine = ""
  private var memory: [ResultsMemory] = []
  private var warmUp = ""

  init(study: ResultsBenchmark, cases: [ResultsCase]) {
    (seeds, random, steps, threads) = (study.seeds, study.random, study.steps, study.threads)
    images = study.images
    self.cases = cases
  }

  mutating func describe(_ setup: SearchSetup) {
    let description = setup.library.description
    machine =
      "\(processorName()), \(availableProcessors()) cores, \(threads) threads, torch \(description.torchVersion), "
      + "kernels: \(description.capability)"
    let recipe = setup.recipe
    warmUp =
      "batch \(recipe.batch); the first \(Int((recipe.warmUpEpochs / recipe.epochs * 100).rounded())) % of the steps are a "
      + "warm-up of \(recipe.warmUpSamples) draws each, in which the distribution stays uniform; Adam steps of "
      + "\(recipe.jointRate) for joint and \(recipe.factorisedRate) for factorised logits"
  }

  /// - Throws: `CommandFailure`.
  mutating func measureMemory(_ setup: SearchSetup) throws { memory = try ResultsMemory.measured(setup) }

  mutating func add(_ run: ResultsRun, to item: ResultsCase) { runs[item.name, default: []].append(run) }

  var text: String {
    ([head] + cases.map(section) + [memoryTable, logits]).joined(separator: "\n\n") + "\n"
  }

  // MARK: Parts

  private var head: String {
    """
    # Results

    Written by `\(BenchmarkCall.current)`, which `make results` calls; do not edit.

    What the papers claim, on `spaces/mini-f.yaml` (104,485,552,128 networks) with two small data sets. Fixed before
    anything was run: \(images.grouped) images in either half of a search and as many to test, \(seeds) seeds, \(steps) steps of every search
    (\(warmUp)),
    \(random) random networks a data set, targets and training as given below. Figures are means ± standard errors over
    seeds. A claim *shows* where its difference has the right sign and is more than two standard errors from nothing.
    "MACs" are multiply-adds. Times are processor times of the search alone, all threads together, on a machine with
    other work: believe the counts of draws more.

    Machine: \(machine).
    """
  }

  private func section(_ item: ResultsCase) -> String {
    let found = runs[item.name] ?? []
    let recipe = item.training
    let augmentation = recipe.shift.map { "flips and shifts by up to \($0) pixels" } ?? "no augmentation"
    var lines = [
      "## \(item.title)", "",
      "Target \(item.target.grouped) MACs. Networks are trained from scratch for \(recipe.epochs) epochs of train + validation, batch "
        + "\(recipe.batch), SGD \(recipe.rate) with cosine, label smoothing \(recipe.labelSmoothing), \(augmentation).",
      "", "| | way | seeds | draws | after warm-up | search, processor s | MACs | test accuracy, % | test loss, nats |",
      "|---|---|---|---|---|---|---|---|---|",
    ]
    for arm in ResultsArm.all {
      let own = found.filter { $0.arm == arm.id }
      if !own.isEmpty { lines.append(row(arm.id, arm.title, own)) }
    }
    let baselines = found.flatMap { $0.result.networks.dropFirst() }
    if !baselines.isEmpty { lines.append(randomRow(baselines)) }
    lines += ["", "| claim | paper | here | |", "|---|---|---|---|"]
    lines += claims(found).map(\.row)
    return lines.joined(separator: "\n")
  }

  private func row(_ id: String, _ title: String, _ runs: [ResultsRun]) -> String {
    let networks = runs.compactMap(\.network)
    let cells = [
      "`\(id)`", title, String(runs.count), whole(runs.map { Double($0.result.samples) }),
      whole(runs.map { Double($0.samplesAfterWarmUp) }), whole(runs.map(\.seconds)),
      whole(runs.map { Double($0.result.macs) }), MeanAndError(networks.map { $0.result.accuracy * 100 }).text(2),
      MeanAndError(networks.map(\.result.testLoss)).text(4),
    ]
    return "| \(cells.joined(separator: " | ")) |"
  }

  private func randomRow(_ networks: [RetrainedNetwork]) -> String {
    let cells = [
      "", "\(networks.count) random networks within 5 % of the MACs of `band`", "", "", "", "",
      whole(networks.map { Double($0.macs) }), MeanAndError(networks.map { $0.result.accuracy * 100 }).text(2),
      MeanAndError(networks.map(\.result.testLoss)).text(4),
    ]
    return "| \(cells.joined(separator: " | ")) |"
  }

  private func whole(_ values: [Double]) -> String {
    let found = MeanAndError(values)
    return "\(Int(found.mean.rounded()).grouped) ± \(Int((found.error ?? 0).rounded()).grouped)"
  }

  private var memoryTable: String {
    ([
      "## Memory", "",
      "Of a search step on Fashion-MNIST's images, batch 64, measured: weights and gradients of the supernet, arenas of "
        + "the \(threads) lanes, and the most that was alive at once. PARSEC's claim is that a step needs the memory of one "
        + "network, whatever the number of draws; FBNetV2's supernet holds every block type. An arena is as large as the largest network that its lane has run: "
        + "more draws meet larger ones.", "",
      "| method | draws a step | weights, MiB | gradients, MiB | arenas, MiB | peak, MiB |",
      "|---|---|---|---|---|---|",
    ] + memory.map(\.row)).joined(separator: "\n")
  }

  /// Table 2 of fp-nas.md, section 5.3: what the two forms of a distribution need.
  private var logits: String {
    var lines = [
      "## Logits", "",
      "FP-NAS, section 3.3: the factorised form has more than an order of magnitude fewer. L0 to L2 are stand-ins of the "
        + "published size.", "", "| space | networks | joint | factorised | ratio |", "|---|---|---|---|---|",
    ]
    for name in ["fbnetv2-f", "fbnetv2-f-fine", "fp-nas-f++", "fp-nas-l0", "fp-nas-l1", "fp-nas-l2", "mini-f"] {
      guard let space = try? RunnableSpace("spaces/\(name).yaml", input: nil), let joint = space.jointLogits else {
        continue
      }
      let ratio = Double(joint) / Double(space.factorisedLogits)
      let cells = [
        "`\(name)`", space.encodings.short, joint.grouped, space.factorisedLogits.grouped, ratio.fixed(1),
      ]
      lines.append("| \(cells.joined(separator: " | ")) |")
    }
    return lines.joined(separator: "\n")
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
