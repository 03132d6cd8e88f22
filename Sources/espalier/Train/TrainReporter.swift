import Datasets
import Search
import SpaceIR
import Supernet
import Synchronization

/// What people see of a training: facts, a row for each epoch that is tested, and the answer on standard output; on
/// standard error a live line, or in a pipe a line a minute.
final class TrainReporter: Sendable {
  private struct State {
    var lastShown = ContinuousClock.now
    var began = ContinuousClock.now
    var firstStep: Int?
  }

  private let setup: TrainSetup
  private let json: Bool
  private let path: String
  private let state = Mutex(State())

  init(_ setup: TrainSetup, json: Bool, path: String) {
    self.setup = setup
    self.json = json
    self.path = path
  }

  private var hasAverage: Bool { setup.definition.recipe.averageDecay != nil }

  private func say(_ text: String) {
    if !json { Terminal.standardOutput.write(text) }
  }

  func header() {
    let (definition, space) = (setup.definition, setup.network.space.space)
    var table = AlignedTable([.left, .left])
    table.add(["network", "\(space.name), hash \(definition.architectureHash.prefix(12))"])
    table.add([
      "data",
      "\(setup.images.name): \(setup.images.train.count.grouped) images to train, "
        + "\(setup.images.test.count.grouped) to test",
    ])
    table.add(["input", "\(space.input.words), \(space.classes) classes"])
    table.add(["training", "\(definition.recipe.words), seed \(definition.seed)"])
    if let changes = definition.recipe.imageWords { table.add(["images", changes]) }
    if let teacher = definition.teacher, let teaching = definition.recipe.teaching {
      table.add(["teacher", "\(teacher.source), share \(teaching.share), temperature \(teaching.temperature)"])
    }
    table.add(["engine", setup.library.words])
    table.add(["run", path])
    say(table.text() + "\n")
  }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .ready(let facts): ready(facts)
    case .resumed(let step): say("goes on after step \(step.grouped)\n\n")
    case .warning(let text):
      clearLine()
      Terminal.standardError.line("warning: \(text)")
    case .earlier(let record), .epoch(let record): row(record)
    case .step(let step, let total): live(step, total)
    }
  }

  private func ready(_ facts: TrainingFacts) {
    let branches =
      setup.definition.recipe.branchDrop == nil || facts.branches == 0
      ? "" : "; \(facts.branches.grouped) residual \(facts.branches == 1 ? "branch" : "branches")"
    say(
      "\(facts.macs.grouped) MACs, \(facts.parameters.grouped) parameters; \(facts.steps.grouped) steps, "
        + "\(facts.stepsPerEpoch.grouped) an epoch\(branches)\n\n")
    if setup.definition.recipe.branchDrop != nil, facts.branches == 0 {
      Terminal.standardError.line(
        "warning: stochastic depth leaves nothing out here: no sum of the network has a term that is computed from the other"
      )
    }
    say(
      Self.line(
        ["epoch", "rate", "train loss", "train acc", "test acc", "test loss"], ["ema acc", "ema loss"], hasAverage))
    state.withLock { $0.began = .now }
  }

  private func row(_ record: EpochRecord) {
    guard let test = record.test else { return }
    clearLine()
    let average = record.average.map { [percent($0.accuracy), $0.loss.fixed(4)] } ?? ["", ""]
    say(
      Self.line(
        [
          (record.epoch + 1).grouped, record.rate.significant, record.trainingLoss.fixed(4),
          percent(record.trainingAccuracy), percent(test.accuracy), test.loss.fixed(4),
        ], average, hasAverage))
  }

  /// Columns of fixed widths, since rows are shown as they come.
  private static func line(_ cells: [String], _ average: [String], _ hasAverage: Bool) -> String {
    (cells + (hasAverage ? average : [])).enumerated().map { place, cell in
      String(repeating: " ", count: max(0, (place == 0 ? 5 : 10) - cell.count)) + cell
    }.joined(separator: "  ") + "\n"
  }

  private func live(_ step: Int, _ total: Int) {
    let stream = Terminal.standardError
    let pause = stream.isTerminal ? Duration.milliseconds(200) : .seconds(60)
    state.withLock { state in
      let first = state.firstStep ?? step - 1
      state.firstStep = first
      guard ContinuousClock.now - state.lastShown > pause else { return }
      state.lastShown = .now
      let rate = Double(step - first) / max((ContinuousClock.now - state.began).inSeconds, 1e-9)
      let images = (rate * Double(setup.definition.recipe.batch)).fixed(0)
      let line = LiveLine(
        phase: "training", done: step, total: total, unit: "steps", detail: "\(images) images/s", rate: rate,
        left: Double(total - step) / rate)
      guard stream.isTerminal else { return stream.line(line.plain) }
      stream.write("\r\u{1B}[K" + line.text(columns: (stream.columns ?? 80) - 1))
    }
  }

  func clearLine() {
    if Terminal.standardError.isTerminal { Terminal.standardError.write("\r\u{1B}[K") }
  }

  func answer(_ result: TrainingRunResult) throws {
    clearLine()
    if json {
      let bytes = try RunDirectory.encode(result, pretty: true)
      return Terminal.standardOutput.line(String(decoding: bytes, as: UTF8.self))
    }
    say("\n" + Self.tests(result).text())
    let progress = try translatingFailures {
      try RunDirectory.decodeIfThere(TrainingProgress.self, from: .progress, of: path)
    }
    if let progress {
      let waiting =
        progress.waitedShare.map { ", \(($0 * 100).fixed(1)) % of the steps' time waiting for images" } ?? ""
      say("\ntrained in \(progress.seconds.durationText)\(waiting)\n")
      if !progress.broken.isEmpty { say("\(counted(progress.broken.count, "broken image")) skipped\n") }
    }
    say("the weights are in \(path)/weights.safetensors; see also: espalier status \(path)\n")
  }

  /// The last weights, and the averaged ones where there are some.
  static func tests(_ result: TrainingRunResult) -> AlignedTable {
    var table = AlignedTable([.left, .left])
    for (name, test) in [("last weights", Optional(result.test)), ("averaged", result.average)] {
      guard let test else { continue }
      table.add([name, test.words])
    }
    return table
  }
}

private func percent(_ share: Double) -> String { (share * 100).fixed(2) + " %" }

extension EpochRecord.Test {
  /// `test accuracy 97.15 %, top five 99.83 %, loss 0.0912`.
  var words: String {
    "test accuracy \(percent(accuracy))"
      + (accuracyInFive.map { ", among the first five \(percent($0))" } ?? "") + ", loss \(loss.fixed(4))"
  }
}

extension Double {
  /// Three significant digits, for rates of any size.
  var significant: String {
    guard self != 0, isFinite else { return "0" }
    var (value, power) = (magnitude, 0)
    if value >= 0.01 { return fixed(self < 1 ? 4 : 2) }
    while value < 0.9995 { (value, power) = (value * 10, power + 1) }
    return "\(value.fixed(2))e-\(power)"
  }
}

extension TrainingRecipe {
  /// `30 epochs, batch 64, sgd 0.1 cosine, ...`.
  var words: String {
    let rule =
      switch schedule ?? .cosine {
      case .cosine: "cosine"
      case .linear: "linear"
      case .step(let epochs, let factor): "times \(factor) every \(epochs) epochs"
      case .constant: "constant"
      }
    var parts = [
      "\(counted(epochs, "epoch")) of batch \(batch)", "\(rmsProp == nil ? "sgd" : "rmsprop") \(rate) \(rule)",
      "smoothing \(labelSmoothing)",
    ]
    if laneCount > 1 { parts.append("\(laneCount) lanes") }
    if let averageDecay { parts.append("average \(averageDecay)") }
    if let branchDrop { parts.append("stochastic depth \(branchDrop)") }
    return parts.joined(separator: ", ")
  }

  /// How images are changed; nil: they are not.
  var imageWords: String? {
    var parts: [String] = []
    if flips ?? (shift != nil) { parts.append("flips") }
    if let shift, cropShares == nil { parts.append("shifts of \(shift)") }
    if let cropShares { parts.append("crops of \(cropShares[0]) to \(cropShares[1])") }
    if let randAugment { parts.append("RandAugment \(randAugment.count) x \(randAugment.strength)") }
    if let cutout { parts.append("cutout \(cutout)") }
    if let mixup { parts.append("mixup \(mixup)") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
