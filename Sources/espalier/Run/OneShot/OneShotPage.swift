import Datasets
import Distributions
import Engine
import Predictors
import Reports
import Search
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet

/// The text of docs/one-shot-results.md.
struct OneShotPage {
  private let study: OneShotBenchmark
  private var runs: [String: [OneShotRun]] = [:]
  private var machine = ""
  private var steps: OneShotStepTable?
  private var scoring: OneShotScoring?
  private var ranking: OneShotRanking?

  init(study: OneShotBenchmark) { self.study = study }

  mutating func add(_ run: OneShotRun, to family: String) { runs[family, default: []].append(run) }

  /// Steps and scores, on the machine as it is.
  mutating func measure(_ norms: SearchSetup, _ spos: SearchSetup) throws {
    let description = norms.library.description
    machine =
      "\(processorName()), \(availableProcessors()) cores, torch \(description.torchVersion), kernels: "
      + description.capability
    Terminal.standardError.line("measuring steps and scores")
    try translatingFailures(about: norms.space.space) {
      steps = try OneShotStepTable(norms)
      scoring = try OneShotScoring(spos)
    }
  }

  mutating func correlate(_ study: OneShotBenchmark, _ family: OneShotArm.Family, mayBegin: Bool) async throws {
    let setup = try study.setup(family.arms[1], family, seed: 1)
    ranking = try await OneShotRanking(
      study, setup, norms: study.setup(family.arms[0], family, seed: 1), mayBegin: mayBegin)
  }

  var text: String {
    let families = [OneShotArm.norms(study), OneShotArm.pools(study)].map(section)
    return ([head] + families + [steps?.text, scoring?.text, ranking?.text].compactMap(\.self)).joined(
      separator: "\n\n")
      + "\n"
  }

  private var head: String {
    """
    # One-shot methods, measured

    Written by `\(BenchmarkCall.current)`; do not edit. Measured on \(machine).

    The scale was set before anything was run: SPOS's supernet trains \(study.epochs.fixed(0)) epochs of \
    \(study.images.grouped) images in batches of 64, every search scores 1,050 candidates, answers are trained from scratch \
    with one recipe and tested on images that neither training nor search saw, \(counted(study.seeds, "seed")). It is far \
    below that of the papers; what does not show here may show there. Errors are standard errors over seeds.
    """
  }

  private func section(_ family: OneShotArm.Family) -> String {
    let own = runs[family.id] ?? []
    var lines = [
      "## \(family.title)", "",
      "| way | seeds | training steps | path multiply-adds | processor time of the search | answer's MACs | test accuracy | test loss |",
      "|---|---|---|---|---|---|---|---|",
    ]
    for arm in family.arms {
      let found = own.filter { $0.arm == arm.id }
      guard !found.isEmpty else {
        lines.append("| \(arm.title) | 0 | - | - | - | - | not run yet | - |")
        continue
      }
      func mean(_ values: [Double], _ digits: Int) -> String { MeanAndError(values).text(digits) }
      lines.append(
        "| \(arm.title) | \(found.count) | \(found[0].steps.grouped) | \((found[0].pathMACs / 1e9).fixed(2)) G "
          + "| \(mean(found.map(\.seconds), 1)) s | \(mean(found.map { Double($0.result.macs) / 1e6 }, 2)) M "
          + "| \(mean(found.compactMap(\.accuracy), 2)) % | \(mean(found.compactMap(\.loss), 4)) |")
    }
    let random = own.flatMap { $0.result.networks.dropFirst() }.map { $0.result.accuracy * 100 }
    if !random.isEmpty {
      lines.append(
        "| \(random.count) random networks of the first way's cost | - | - | - | - | - | \(MeanAndError(random).text(2)) % | - |"
      )
    }
    return (lines + [""] + claims(family, own)).joined(separator: "\n")
  }

  private func claims(_ family: OneShotArm.Family, _ runs: [OneShotRun]) -> [String] {
    func pairs(_ first: String, _ second: String) -> [(OneShotRun, OneShotRun)] {
      runs.filter { $0.arm == first }.compactMap { run in
        runs.first { $0.arm == second && $0.seed == run.seed }.map { (run, $0) }
      }
    }
    func difference(_ first: String, _ second: String, _ claim: String) -> String? {
      let gains = pairs(first, second).compactMap { a, b in a.accuracy.flatMap { x in b.accuracy.map { x - $0 } } }
      guard !gains.isEmpty else { return nil }
      let found = MeanAndError(gains)
      let verdict: String
      if let error = found.error {
        verdict = abs(found.mean) < 2 * error ? "within two standard errors" : found.mean > 0 ? "better" : "worse"
      } else {
        verdict = "one seed says nothing about the spread"
      }
      return
        "- \(claim): \((found.mean < 0 ? "" : "+") + found.text(2)) points over \(counted(gains.count, "seed")), paired: \(verdict)."
    }
    func saving(_ first: String, _ second: String, _ claim: String) -> String? {
      let shares = pairs(first, second).map { (1 - $0.pathMACs / $1.pathMACs) * 100 }
      guard !shares.isEmpty else { return nil }
      return "- \(claim): \(MeanAndError(shares).text(1)) % less, in multiply-adds of the paths that trained."
    }
    return family.id == "norms"
      ? [
        saving(
          "bn-nas", "spos", "BN-NAS's training of the supernet against SPOS's (paper: more than 10 times shorter)"),
        difference("bn-nas", "spos", "BN-NAS's answer against SPOS's (paper: +0.08 points)"),
        difference("spos", "random", "SPOS's evolution against uniform draws at equal cost"),
        difference("spos", "ageing", "SPOS's evolution against regularised evolution at equal cost"),
        difference("indicator", "spos", "the indicator read from fully trained weights against SPOS's score"),
      ].compactMap(\.self)
      : [
        saving("hurricane", "spos", "HURRICANE's training against SPOS's (paper: -30.4 %)"),
        difference("hurricane", "spos", "HURRICANE's answer against SPOS's"),
        difference(
          "hurricane", "spos-short", "against SPOS trained for the same shortened time, which decides the claim"),
        difference("hurricane", "random", "against uniform draws"),
      ].compactMap(\.self)
  }
}

/// What a training step takes when all weights are trained, all batch norms, or the last ones.
struct OneShotStepTable {
  private struct Row {
    let weights: OneShotRecipe.Weights
    var times: [Double] = []
    /// Multiply-adds of gradients in a step, the mean over the paths.
    let work: (weights: Int, inputs: Int)
    let forward: Int
    let arena: Int
    let memory: EngineMemory
  }

  private var rows: [Row] = []
  private let batch: Int
  private let rounds = 30

  init(_ setup: SearchSetup) throws {
    let space = setup.space.space
    batch = setup.recipe.batch
    let operators = try LayerOperators(space, MemberSet(space))
    let source = BatchSource(setup.splits.train, batch: batch, seed: 1)
    var made: [(OneShotRecipe.Weights, Supernet, [EngineProgram])] = []
    var generator = SplitRandom(seed: 1, stream: 0x6f6e65)
    let members = try MemberSet(space)
    let paths = (0..<rounds).map { _ in members.draw(using: &generator) }
    for weights in [OneShotRecipe.Weights.all, .norms, .lastNorms] {
      let supernet = try Supernet(
        SupernetPlan(for: space), library: setup.library, options: EngineOptions(lanes: 1))
      var generator = SplitRandom(seed: 3, stream: 0x6f6e65)
      try supernet.initialise { _ in { generator.normal() } }
      let table = try OperatorTable(operators, supernet: supernet.plan)
      let trained = try supernet.plan.tensorsTrained(by: weights, table)
      try supernet.context.train(trained.map(\.index))
      var frozen = [Bool](repeating: true, count: supernet.plan.tensors.count)
      for tensor in trained { frozen[tensor.index] = false }
      let options = BindingOptions(batch: batch, pass: .forwardAndBackward, frozen: frozen)
      let programs = try paths.map { try supernet.plan.bind($0, options) }
      try source.write(step: 0, to: 0, of: supernet)
      // The first step allocates.
      _ = try Self.step(EngineProgram(programs[0]), supernet)
      _ = try supernet.context.memory(resettingPeak: true)
      let works = programs.map { $0.gradientWork { !frozen[$0.index] } }
      let work = (
        weights: works.reduce(0) { $0 + $1.weights } / rounds, inputs: works.reduce(0) { $0 + $1.inputs } / rounds
      )
      let macs = try paths.reduce(0) { try $0 + cost(of: $1, in: space).macs } / rounds * batch
      made.append((weights, supernet, programs.map { EngineProgram($0) }))
      rows.append(
        Row(
          weights: weights, work: work, forward: macs, arena: programs.map(\.arenaBytes).max() ?? 0,
          memory: try supernet.context.memory()))
    }
    // Interleaved, so that what else the machine does counts for all alike.
    for round in 0..<rounds {
      for (place, item) in made.enumerated() { rows[place].times.append(try Self.step(item.2[round], item.1)) }
    }
    for (place, item) in made.enumerated() {
      rows[place] = Row(
        weights: rows[place].weights, times: rows[place].times, work: rows[place].work, forward: rows[place].forward,
        arena: rows[place].arena, memory: try item.1.context.memory())
    }
  }

  /// Milliseconds of a forward pass, a backward pass and an update.
  private static func step(_ program: EngineProgram, _ supernet: Supernet) throws -> Double {
    let start = ContinuousClock.now
    _ = try supernet.context.accumulate([EngineJob(program: program, batch: 0)], weighting: .uniform)
    _ = try supernet.context.update(EngineUpdate(.sgd(momentum: 0.9), rate: 0.01, weightDecay: 4e-5, clipNorm: 5))
    return (ContinuousClock.now - start).inSeconds * 1000
  }

  var text: String {
    let all = rows[0]
    let forward = (Double(all.forward) / 1e6).fixed(0)
    let note =
      "Mini-bn-nas, batch \(batch), one thread, \(rounds) uniform paths, the ways in turn. Multiply-adds of gradients are "
      + "those that the kernel program has, beside \(forward) M of the forward pass."
    let head =
      "| trained | ms a step, median (least to greatest) | of `all` | gradients of weights | gradients of inputs "
      + "| largest arena | peak memory of tensors |"
    var lines = ["## A training step", "", note, "", head, "|---|---|---|---|---|---|---|"]
    for row in rows {
      let ratio = quantile(zip(row.times, all.times).map { $0 / $1 }, 0.5)
      let work = [row.work.weights, row.work.inputs].map { "\((Double($0) / 1e6).fixed(1)) M" }
      let bytes = [row.arena, row.memory.peak].map { "\((Double($0) / 1_048_576).fixed(2)) MiB" }
      let times = ["`\(row.weights.rawValue)`", Spread(row.times).text, "\((ratio * 100).fixed(0)) %"]
      lines.append("| \((times + work + bytes).joined(separator: " | ")) |")
    }
    return lines.joined(separator: "\n")
  }
}

/// What a score takes: a table look-up, or measuring batch norms anew and testing.
struct OneShotScoring {
  private let lookups: [Double]
  private let recalibrations: [Double]
  private let images: Int

  init(_ setup: SearchSetup) throws {
    let space = setup.space.space
    var recipe = setup.recipe
    recipe.lanes = 1
    guard let oneShot = recipe.oneShot else { preconditionFailure("SPOS is a one-shot method") }
    let supernet = try Supernet(
      SupernetPlan(for: space, statistics: .recorded), library: setup.library, options: EngineOptions(lanes: 1))
    var generator = SplitRandom(seed: 3, stream: 0x6f6e65)
    try supernet.initialise { _ in { generator.normal() } }
    let table = try OperatorTable(LayerOperators(space, MemberSet(space)), supernet: supernet.plan)
    var indicator = try NormIndicator(supernet, table, bareScore: nil)
    var accuracy = RecalibratedAccuracy(
      supernet, splits: setup.splits, recipe: recipe, oneShot: oneShot, firstSlot: 0, seed: 1)
    images = accuracy.imageCount
    let members = try MemberSet(space)
    let paths = (0..<1000).map { _ in members.draw(using: &generator) }
    _ = try indicator.value(of: paths[0])
    _ = try accuracy.value(of: paths[0])
    var (lookups, recalibrations) = ([Double](), [Double]())
    for round in 0..<5 {
      var start = ContinuousClock.now
      for path in paths { _ = try indicator.value(of: path) }
      lookups.append((ContinuousClock.now - start).inSeconds)
      start = .now
      _ = try accuracy.value(of: paths[round])
      recalibrations.append((ContinuousClock.now - start).inSeconds)
    }
    (self.lookups, self.recalibrations) = (lookups, recalibrations)
  }

  var text: String {
    let (table, walk) = (Spread(lookups).median / 1000, Spread(recalibrations).median)
    return """
      ## A score

      Mini-bn-nas, one thread, medians of 5. A look-up of the indicator takes \((table * 1e6).fixed(2)) us, \
      \((table * 1e6).fixed(2)) ms for 1,000 networks. Measuring batch norms anew and testing, \(images.grouped) images in \
      all, takes \((walk * 1000).fixed(0)) ms, \((walk * 1000).fixed(0)) s for 1,000 networks. That is \
      \(Int(walk / table).grouped) times as long (paper: more than 600,000 times, with 33,600 images of 224 x 224).
      """
  }
}

/// Which score ranks networks as training them alone does.
struct OneShotRanking {
  private var rows: [String] = []
  private var stability: [String] = []
  private var count = 0

  init(_ study: OneShotBenchmark, _ setup: SearchSetup, norms: SearchSetup, mayBegin: Bool) async throws {
    guard mayBegin else { return }
    let space = setup.space.space
    var generator = SplitRandom(seed: 9, stream: 0x7261_6e6b)
    let members = try MemberSet(space)
    let networks = (0..<study.alone).map { _ in members.draw(using: &generator) }
    count = networks.count
    Terminal.standardError.line("training \(count) networks alone")
    let tasks = networks.enumerated().map { number, network in
      RetrainingTask(label: "alone \(number)", architecture: network, seed: UInt64(number))
    }
    let trained = try await translatingFailuresAsync(about: space) {
      try await retrain(
        tasks, of: space, splits: setup.splits, recipe: TrainingRecipe(epochs: 8), library: setup.library,
        threads: study.threads, epochFinished: {}, finished: { _, _ in })
    }
    let accuracy = trained.map(\.result.accuracy)
    func row(_ name: String, _ values: [Double]) {
      guard let tau = kendallTau(values, accuracy) else {
        rows.append("| \(name) | all tie | - |")
        return
      }
      var generator = SplitRandom(seed: 1, stream: 0x7461_75)
      let interval = kendallInterval(values, accuracy, using: &generator).map {
        "\($0.lowerBound.fixed(2)) to \($0.upperBound.fixed(2))"
      }
      rows.append("| \(name) | \(tau.fixed(2)) | \(interval ?? "-") |")
    }
    row("multiply-adds", trained.map { Double($0.macs) })
    row("parameters", trained.map { Double($0.parameters) })
    for (name, setup, isIndicator) in [
      ("indicator, last batch norms trained", norms, true), ("SPOS's accuracy", setup, false),
    ] {
      Terminal.standardError.line("training a supernet: \(name)")
      var search = try OneShotSearch(
        space, splits: setup.splits, recipe: setup.recipe, seed: 1, library: setup.library, threads: study.threads)
      var epochs: [[Double]] = []
      while search.isWarmingUp {
        _ = try search.advance()
        if isIndicator, search.step % search.stepsPerEpoch == 0 || !search.isWarmingUp {
          epochs.append(try networks.map { try search.scored($0) })
        }
      }
      row(name, try networks.map { try search.scored($0) })
      if isIndicator, let last = epochs.last {
        stability = epochs.enumerated().map { number, scores in
          "epoch \(number + 1): \(RankCorrelation.spearman(scores, last)?.fixed(3) ?? "all tie")"
        }
      }
    }
  }

  var text: String {
    guard count > 0 else { return "## Which score ranks networks\n\nNot run yet." }
    return """
      ## Which score ranks networks

      \(count) uniform networks of mini-bn-nas, each trained alone for 8 epochs with one seed, against what a score says: \
      Kendall's tau-b with the test accuracy, and the middle 95 % over 1,000 draws of the networks with replacement.

      | score | tau-b | interval |
      |---|---|---|
      \(rows.joined(separator: "\n"))

      Spearman's correlation of the indicator after an epoch with that of the last: \(stability.joined(separator: ", ")).
      """
  }
}
