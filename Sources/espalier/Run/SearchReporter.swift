import Datasets
import Engine
import Reports
import Search
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import Supernet
import Synchronization

/// What people see of a search: facts and answers on standard output; on standard error a live line, or in a pipe
/// a line a minute.
final class SearchReporter: Sendable {
  private let space: Space
  private let method: SearchMethod
  private let recipe: SearchRecipe
  private let target: Int?
  private let measure: CostMeasure
  private let json: Bool
  private let path: String
  private let state = Mutex(State())

  private struct State {
    var rows: [Row] = []
    var current = Row()
    var lastShown = ContinuousClock.now
    var phaseStarted = ContinuousClock.now
    var searchSeconds = 0.0
    /// Steps and epochs of this process, which say how fast it is.
    var stepsHere = 0
    /// Of the steps, in forward passes; see `SearchRecipe.work`.
    var workHere = 0.0
    var epochsHere = 0
    /// The lowest loss on a validation batch of a draw within the target, with its cost.
    var best: (loss: Double, cost: Int)?
    /// Of the candidates of the present stage.
    var bestScore: Double?
    var scored = 0
    var stage = 0
  }

  /// One line of the table of a search: means over some steps.
  private struct Row {
    var steps = 0
    var firstStep = 0
    var entropy = 0.0
    var draws = 0
    var cost = 0.0
    var loss = 0.0
    var trained = 0
    var validation = 0.0
    var validated = 0
    var epoch = 0
    var isWarmUp = true
    var samples = 0
    var generation: Int?
    var scored = 0
    var bestScore: Double?
  }

  init(space: Space, method: SearchMethod, recipe: SearchRecipe, json: Bool, path: String) {
    self.method = method
    self.recipe = recipe
    target = recipe.target
    measure = recipe.measure
    self.space = space
    self.json = json
    self.path = path
  }

  private func say(_ text: String) {
    if !json { Terminal.standardOutput.write(text) }
  }

  func header(_ setup: SearchSetup, _ definition: RunDefinition) {
    let (compiled, splits) = (setup.space, setup.splits)
    let joint = compiled.jointLogits.map(\.grouped) ?? "too many"
    var table = AlignedTable([.left, .left])
    table.add(["space", "\(space.name), hash \(compiled.hash.prefix(12))"])
    table.add([
      "networks", "\(compiled.encodings.grouped) (\(compiled.encodings.short)), \(space.decisions.count) decisions",
    ])
    if definition.recipe.oneShot == nil {
      table.add(["logits", "\(compiled.factorisedLogits.grouped) factorised, \(joint) joint"])
    }
    let parts = definition.recipe.searchImages(of: splits).map(String.init).joined(separator: " + ")
    table.add(["data", "\(splits.train.name): \(parts) images to search, \(splits.test.count) to test"])
    table.add(["input", "\(space.input.words), \(space.classes) classes"])
    if let start = setup.start, let entropy = setup.startEntropy {
      let origin = start.origin.map { " learnt by \($0)" } ?? ""
      table.add(["start", "\(start.isJoint ? "joint" : "factorised") distribution\(origin): \(entropy.fixed(2)) nats"])
    }
    table.add(["method", "\(definition.method.rawValue), seed \(definition.seed), \(definition.recipe.words)"])
    if let target = definition.recipe.target {
      let band = definition.recipe.band.map { band in
        ", \(recipe.oneShot != nil ? "every candidate" : recipe.mixture == nil ? "every draw" : "the answer") within \((band.lowerBound * 100).fixed(0)) to \((band.upperBound * 100).fixed(0)) % of it"
      }
      table.add(["target", "\(target.grouped) \(measure.unit)\(band ?? "")"])
    }
    for condition in definition.conditions ?? [] { table.add(["where", condition]) }
    table.add(["engine", setup.library.words])
    table.add(["run", path])
    say(table.text() + "\n")
  }

  func observe(_ event: SessionEvent) {
    state.withLock { state in
      switch event {
      case .ready(let facts): ready(facts, &state)
      case .resumed(let steps, let again): resumed(steps, again)
      case .warning(let text): warn(text)
      case .noted(let remarks):
        clearLine()
        say(Self.notes(remarks))
      case .earlier(let record, let samples, let total): add(record, samples, total, &state)
      case .step(let record, let samples, let total): step(record, samples, total, &state)
      case .chosen(let architecture, let cost, let rank, let networks):
        chosen(architecture, cost, rank, networks, &state)
      case .trained(let epochs, let total): trained(epochs, total, &state)
      case .network: break
      }
    }
  }

  private func ready(_ facts: SessionFacts, _ state: inout State) {
    say(
      "supernet: \(facts.tensors.grouped) tensors, \(facts.parameters.grouped) parameters; "
        + "\(facts.steps.grouped) steps, \(facts.stepsPerEpoch.grouped) an epoch\n" + Self.notes(facts.remarks) + "\n")
    state.phaseStarted = .now
  }

  private func resumed(_ steps: Int, _ again: Int) {
    guard steps > 0 else {
      return say("no checkpoint yet: begins again, \(counted(again, "step")) for the second time\n\n")
    }
    let redone = again > 0 ? ", \(counted(again, "step")) after the checkpoint again" : ""
    say("resumed after \(counted(steps, "step"))\(redone)\n\n")
  }

  private static func notes(_ remarks: [String]) -> String { remarks.map { "note: \($0)\n" }.joined() }

  private func warn(_ text: String) {
    clearLine()
    Terminal.standardError.line("warning: \(text)")
  }

  // MARK: Steps

  private func step(_ record: StepRecord, _ samples: Int, _ total: Int, _ state: inout State) {
    add(record, samples, total, &state)
    state.stepsHere += 1
    state.workHere += recipe.workOfStep(isWarmUp: record.isWarmUp, draws: record.draws.count)
    progress(
      "searching", done: record.step + 1, of: total, here: state.stepsHere, "steps", live(record, state),
      workLeft: recipe.work(of: record.step + 1..<total, total: total, entropy: record.entropy),
      workHere: state.workHere, &state)
  }

  /// Entropy, K, mean cost of the draws, and the best draw so far: what tells at a glance how a search is going.
  private func live(_ record: StepRecord, _ state: State) -> String {
    let cost = record.draws.reduce(0) { $0 + Double($1.cost) } / Double(max(1, record.draws.count))
    if let mixture = recipe.mixture {
      let losses = record.draws.compactMap { $0.trainingLoss ?? $0.validationLoss }
      let temperature = mixture.temperature(epoch: record.epoch).fixed(2)
      let loss = losses.first.map { "  loss \($0.fixed(3))" } ?? ""
      return "H \(record.entropy.fixed(2))  T \(temperature)  \(measure.short(Int(cost)))\(loss)"
    }
    if recipe.oneShot != nil { return liveCandidate(record, cost: cost, state) }
    let best = state.best.map { "  best \($0.loss.fixed(3)) at \(measure.shortNumber($0.cost))" } ?? ""
    return "H \(record.entropy.fixed(2))  K \(record.draws.count)  \(measure.short(Int(cost)))\(best)"
  }

  /// While weights are trained the loss, then the generation and the best score.
  private func liveCandidate(_ record: StepRecord, cost: Double, _ state: State) -> String {
    guard let candidate = record.candidate else {
      let losses = record.draws.compactMap(\.trainingLoss)
      return "weights  \(measure.short(Int(cost)))\(losses.first.map { "  loss \($0.fixed(3))" } ?? "")"
    }
    let best = state.bestScore.map { "  best \($0.fixed(4))" } ?? ""
    return
      "generation \(candidate.generation)  scored \(state.scored.grouped)\(best)  score \(candidate.score.fixed(4))"
  }

  /// Counts a step in for the table and the best draw.
  private func add(_ record: StepRecord, _ samples: Int, _ total: Int, _ state: inout State) {
    for draw in record.draws where recipe.mixture == nil && draw.cost <= target ?? .max {
      guard let loss = draw.validationLoss, loss < state.best?.loss ?? .infinity else { continue }
      state.best = (loss, draw.cost)
    }
    if let candidate = record.candidate {
      if candidate.stage != state.stage { state.bestScore = nil }
      state.stage = candidate.stage
      state.scored += 1
      if candidate.score > state.bestScore ?? -.infinity { state.bestScore = candidate.score }
    }
    let count = Double(record.draws.count)
    // A row does not mix warm-up and search.
    if state.current.steps > 0, state.current.isWarmUp != record.isWarmUp { close(&state) }
    if state.current.steps == 0 {
      state.current.firstStep = record.step
      state.current.isWarmUp = record.isWarmUp
    }
    state.current.steps += 1
    state.current.entropy = record.entropy
    state.current.draws += record.draws.count
    state.current.cost += record.draws.reduce(0) { $0 + Double($1.cost) } / count
    let training = record.draws.compactMap(\.trainingLoss)
    if !training.isEmpty {
      state.current.loss += training.reduce(0, +) / Double(training.count)
      state.current.trained += 1
    }
    state.current.epoch = record.epoch
    let losses = record.draws.compactMap(\.validationLoss)
    if !losses.isEmpty {
      state.current.validation += losses.reduce(0, +) / Double(losses.count)
      state.current.validated += 1
    }
    state.current.samples = samples
    state.current.generation = record.candidate?.generation
    state.current.scored = state.scored
    state.current.bestScore = state.bestScore
    let rows = 12
    if (record.step + 1) * rows / total > record.step * rows / total { close(&state) }
  }

  private func close(_ state: inout State) {
    if state.current.steps > 0 { state.rows.append(state.current) }
    state.current = Row()
  }

  private func candidateTable(_ state: State) -> String {
    var table = AlignedTable([.right, .left, .right, .right, .right, .right, .right, .right])
    table.add([
      "step", "phase", "generation", "scored", "best score", "mean \(measure.heading)", "train loss", "val loss",
    ])
    for row in state.rows {
      table.add([
        String(row.firstStep + row.steps), row.isWarmUp ? "weights" : "search", row.generation.map(String.init) ?? "-",
        row.scored.grouped, row.bestScore.map { $0.fixed(4) } ?? "-",
        measure.shortNumber(Int(row.cost / Double(row.steps))),
        Self.mean(row.loss, row.trained), Self.mean(row.validation, row.validated),
      ])
    }
    return table.text()
  }

  private func searchTable(_ state: State) -> String {
    if recipe.oneShot != nil { return candidateTable(state) }
    // A mixture draws nothing; its weights have a temperature.
    let kinds = recipe.mixture == nil ? ["K", "samples"] : ["T"]
    var table = AlignedTable([.right, .left] + [AlignedTable.Alignment](repeating: .right, count: 4 + kinds.count))
    table.add(["step", "phase", "entropy"] + kinds + ["mean \(measure.heading)", "train loss", "val loss"])
    for row in state.rows {
      let steps = Double(row.steps)
      let kinds =
        recipe.mixture.map { [$0.temperature(epoch: row.epoch).fixed(2)] }
        ?? [(Double(row.draws) / steps).fixed(1), row.samples.grouped]
      table.add(
        [String(row.firstStep + row.steps), row.isWarmUp ? "warm-up" : "search", row.entropy.fixed(2)] + kinds + [
          measure.shortNumber(Int(row.cost / steps)), Self.mean(row.loss, row.trained),
          Self.mean(row.validation, row.validated),
        ])
    }
    return table.text()
  }

  /// Of a sum over so many; `-` of none.
  private static func mean(_ sum: Double, _ count: Int) -> String {
    count > 0 ? (sum / Double(count)).fixed(3) : "-"
  }

  private func chosen(
    _ architecture: Architecture, _ cost: NetworkCost, _ rank: Int, _ networks: Int, _ state: inout State
  ) {
    close(&state)
    clearLine()
    state.searchSeconds = (ContinuousClock.now - state.phaseStarted).inSeconds
    state.phaseStarted = .now
    say(searchTable(state))
    say("\n\(method.answer(rank: rank))\n")
    say("chosen: \(words(of: cost))\n")
    var table = AlignedTable([.left, .left])
    for (owner, text) in space.options(of: architecture) { table.add([owner, text]) }
    say(table.text(indent: "  ") + "\n")
    if networks > 0 { say(SearchWords.training(networks) + "\n") }
  }

  /// Multiply-adds, parameters and what the search was held to, how far it is from the target behind it.
  private func words(of cost: NetworkCost) -> String {
    let measures = [.macs, .parameters] + ([.macs, .parameters].contains(measure) ? [] : [measure])
    return measures.map { "\(cost[$0].grouped) \($0.unit)\($0 == measure ? besideTarget(cost[$0]) : "")" }
      .joined(separator: ", ")
  }

  /// How far a cost is from the target, in words; empty without a target.
  private func besideTarget(_ cost: Int) -> String {
    guard let target else { return "" }
    let share = Double(cost) / Double(target) - 1
    return " (\((abs(share) * 100).fixed(0)) % \(share > 0 ? "above" : "below") the target)"
  }

  // MARK: The answer

  func answer(_ result: RunResult) throws {
    clearLine()
    if json {
      let bytes = try RunDirectory.encode(result, pretty: true)
      Terminal.standardOutput.line(String(decoding: bytes, as: UTF8.self))
      return
    }
    let search = state.withLock { $0.searchSeconds }
    let training = state.withLock { (ContinuousClock.now - $0.phaseStarted).inSeconds }
    if !result.networks.isEmpty { say(networkTable(result.networks)) }
    let what =
      recipe.oneShot != nil
      ? "\(result.samples.grouped) networks, \(state.withLock { $0.scored }.grouped) of them scored,"
      : "\(result.samples.grouped) \(recipe.mixture == nil ? "samples" : "steps")"
    say("\nsearched \(what) in \(search.fixed(0)) s, trained in \(training.fixed(0)) s\n")
    say("the architecture is in \(path)/architecture.yaml; see also: espalier status \(path)\n")
  }

  private func networkTable(_ networks: [RetrainedNetwork]) -> String {
    let isTimed = measure.device != nil
    let columns = isTimed ? 6 : 5
    var table = AlignedTable([.left] + [AlignedTable.Alignment](repeating: .right, count: columns - 1))
    table.add(["network", "MACs", "parameters"] + (isTimed ? [measure.heading] : []) + ["test accuracy", "test loss"])
    for network in networks {
      table.add(
        [network.label, network.macs.grouped, network.parameters.grouped] + (isTimed ? [latency(of: network)] : [])
          + [(network.result.accuracy * 100).fixed(2) + " %", network.result.testLoss.fixed(4)])
    }
    let random = networks.dropFirst()
    if random.count > 1 {
      let accuracy = spread(random.map { $0.result.accuracy * 100 })
      let loss = spread(random.map(\.result.testLoss))
      table.add(
        ["random mean", "", ""] + (isTimed ? [""] : []) + [
          "\(accuracy.mean.fixed(2)) ± \(accuracy.error.fixed(2)) %",
          "\(loss.mean.fixed(4)) ± \(loss.error.fixed(4))",
        ])
    }
    return table.text()
  }

  private func latency(of network: RetrainedNetwork) -> String {
    let cost = try? space.cost(of: Architecture(choices: network.choices), by: measure)
    return cost.map(measure.shortNumber) ?? "-"
  }

  // MARK: The live line

  private func trained(_ epochs: Int, _ total: Int, _ state: inout State) {
    state.epochsHere += 1
    progress(
      "training", done: epochs, of: total, here: state.epochsHere, "epochs", "", workLeft: Double(total - epochs),
      workHere: Double(state.epochsHere), &state)
  }

  /// - Parameters:
  ///   - here: How many of those that are done this process did.
  ///   - workLeft, workHere: The same in what takes equal times.
  private func progress(
    _ phase: String, done: Int, of total: Int, here: Int, _ unit: String, _ detail: String, workLeft: Double,
    workHere: Double, _ state: inout State
  ) {
    let stream = Terminal.standardError
    // What is kept in a file, for a search that takes days, gets a line a minute.
    let pause = stream.isTerminal ? Duration.milliseconds(200) : .seconds(60)
    guard ContinuousClock.now - state.lastShown > pause else { return }
    state.lastShown = .now
    let elapsed = max((ContinuousClock.now - state.phaseStarted).inSeconds, 1e-9)
    let line = LiveLine(
      phase: phase, done: done, total: total, unit: unit, detail: detail, rate: Double(here) / elapsed,
      left: workLeft * elapsed / max(workHere, 1e-9))
    guard stream.isTerminal else { return stream.line(line.plain) }
    stream.write("\r\u{1B}[K" + line.text(columns: (stream.columns ?? 80) - 1))
  }

  /// Takes the live line away.
  func clearLine() {
    if Terminal.standardError.isTerminal { Terminal.standardError.write("\r\u{1B}[K") }
  }
}

/// Mean and standard error; the error of one value is 0, and of none both are.
func spread(_ values: [Double]) -> (mean: Double, error: Double) {
  guard !values.isEmpty else { return (0, 0) }
  let found = MeanAndError(values)
  return (found.mean, found.error ?? 0)
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// Sentences with a number of networks in them.
enum SearchWords {
  static func training(_ networks: Int) -> String { "training \(counted(networks, "network")) from scratch" }

  /// - Parameter rank: How many are more probable, and cost more than the target.
  static func mostProbable(rank: Int) -> String {
    guard rank > 0 else { return "the most probable network" }
    let others = "\(counted(rank, "more probable one")) \(rank == 1 ? "is" : "are") above it"
    return "the most probable network within the target; \(others)"
  }
}

extension SearchMethod {
  /// What a network is that was chosen.
  func answer(rank: Int) -> String {
    switch self {
    case .random, .evolution, .spos, .bnNAS, .hurricane, .foxNAS, .piNAS: "the network with the best score"
    case .fpNAS, .parsec, .fbnetV2:
      SearchWords.mostProbable(rank: rank)
    }
  }
}

extension SearchRecipe {
  /// How many images the weights are trained on, and how many move the distribution.
  fileprivate func searchImages(of splits: DatasetSplits) -> [Int] {
    guard let mixture else { return [splits.train.count, splits.validation.count] }
    let dealt = splits.dealt(share: mixture.share)
    return [dealt.weights.count, dealt.architectures.count]
  }

  /// How draws are made, in a few words.
  fileprivate var words: String {
    if let oneShot { return oneShot.words(epochs: epochs) }
    let length = "\(epochs.fixed(1)) epochs of which \(warmUpEpochs.fixed(1)) warm-up"
    if let mixture {
      let (first, last) = (mixture.temperature, mixture.temperature(epoch: max(0, Int(epochs.rounded(.up)) - 1)))
      return "T from \(first.fixed(1)) to \(last.fixed(2)), \(mixture.lossWords), \(length)"
    }
    let count =
      switch samples {
      case .adaptive(let lambda): "K = \(lambda) x entropy"
      case .fixed(let number): "K = \(number)"
      }
    let shape =
      switch form {
      case .joint: "joint"
      case .factorised: "factorised"
      case .mixed(let theta): "factorised, joint from epoch \(theta.fixed(1))"
      }
    return "\(count), \(shape), beta \(beta), \(length)"
  }
}

extension OneShotRecipe {
  /// What the parts of the method are, in a few words.
  fileprivate func words(epochs: Double) -> String {
    let trained = weights == .all ? (trainsAffine ? "all weights" : "all weights but batch norms'") : weights.rawValue
    let drawn =
      "\(paths == 1 ? "" : "\(paths) ")\(draws == .bins ? "binned" : draws.rawValue) \(paths == 1 ? "path" : "paths")"
    return
      "\(drawn) a step train \(trained) for \(epochs.fixed(1)) epochs, \(score.rawValue) score, \(moves.rawValue) over "
      + "\(budget.grouped) candidates"
  }
}

extension MixtureRecipe {
  /// How cost counts, in a few words.
  fileprivate var lossWords: String {
    switch loss {
    case .additive: "cost times \(costWeight) added"
    case .hinge: "hinge times \(costWeight) added"
    case .fbnet: "cost as FBNet's factor"
    }
  }
}
