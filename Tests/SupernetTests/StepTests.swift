import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

/// One weight step of a search on the real spaces: memory and the combination of gradients.
@Suite struct StepTests {
  private static let digits = SizedSpace("digits", 1, 8)
  private static let miniF = SizedSpace("mini-f", 1, 28)
  private static let miniDARTS = SizedSpace("mini-darts", 1, 8)

  /// Different members, those with the largest arenas first.
  private func members(_ plan: SupernetPlan, _ count: Int, options: BindingOptions) throws -> [Architecture] {
    let sampler = UniformSampler(plan.space, measure: .decisions)
    var random = SplitRandom(seed: 41, stream: 1)
    var drawn: [(architecture: Architecture, arena: Int)] = []
    while drawn.count < count {
      let architecture = sampler.draw(using: &random)
      drawn.append((architecture, try plan.bind(architecture, options).arenaBytes))
    }
    return drawn.sorted { $0.arena > $1.arena }.map(\.architecture)
  }

  private func peak(_ draws: ArraySlice<Architecture>, of plan: SupernetPlan, lanes: Int) throws -> EngineMemory {
    let supernet = try Supernet(plan, library: TestEngine.library(), options: EngineOptions(lanes: lanes))
    try supernet.fill(from: NumberPool(seed: 42))
    try TestBatch(of: plan.space, images: 16, seed: 43).write(to: supernet)
    let jobs = try draws.map {
      EngineJob(program: try supernet.program(for: $0, batch: 16, pass: .forwardAndBackward), batch: 0)
    }
    _ = try supernet.context.memory(resettingPeak: true)
    _ = try supernet.context.accumulate(jobs, weighting: .importance(scale: 1))
    return try supernet.context.memory()
  }

  /// Test F9 of fp-nas.md, and P5 of parsec.md on its cells.
  @Test(
    .enabled(if: TestEngine.device == .cpu, "CUDA's allocator has one account for the process"),
    arguments: [digits, miniF, miniDARTS], [1, 2])
  func `the memory of a step does not grow with its draws`(sized: SizedSpace, lanes: Int) throws {
    let plan = try SupernetPlan(for: sized.compiled())
    let draws = try members(plan, 16, options: BindingOptions(batch: 16, pass: .forwardAndBackward))
    let peaks = try [1, 4, 16].map { try peak(draws.prefix($0), of: plan, lanes: lanes) }
    // One draw uses one lane; the second lane has an arena of its own.
    let most = lanes * peaks[0].parameters + (lanes - 1) * peaks[0].arenas
    for peak in peaks {
      #expect(peak.parameters == peaks[0].parameters)
      #expect(peak.gradients <= lanes * peak.parameters)
      #expect(peak.peak - peaks[0].peak <= most)
    }
    #expect(peaks[2].arenas <= lanes * peaks[0].arenas)
    print("\(sized.testDescription), \(lanes) lanes: peaks \(peaks.map(\.peak)), weights \(peaks[0].parameters) bytes")
  }

  /// The other half of P5 of parsec.md: what a step of a relaxation needs, which runs every operation of every edge.
  @Test(.enabled(if: TestEngine.device == .cpu, "CUDA's allocator has one account for the process"))
  func `a step of a cell search needs a fraction of what all operations together need`() throws {
    let plan = try SupernetPlan(for: SizedSpace("mini-darts", 3, 32).compiled())
    // The largest of so many.
    let draws = try members(plan, 16, options: BindingOptions(batch: 16, pass: .forwardAndBackward))
    let drawn = try peak(draws.prefix(2), of: plan, lanes: 1)
    let mixture = try SupernetPlan(for: SizedSpace("mini-darts-mixture", 3, 32).compiled())
    let all = try peak([Architecture(choices: [])], of: mixture, lanes: 1)
    print("mini-darts, 16 images: \(drawn.peak) bytes at the peak of a step, \(all.peak) with all operations")
    #expect(all.peak > 4 * drawn.peak)
    #expect(all.arenas > 5 * drawn.arenas)
  }

  /// What a path needs besides weights and gradients is what its network needs alone.
  @Test(
    .enabled(if: TestEngine.device == .cpu, "CUDA's allocator has one account for the process"),
    arguments: [digits, miniF])
  func `the memory of a path does not grow with the alternatives`(sized: SizedSpace) throws {
    let plan = try SupernetPlan(for: sized.compiled())
    let options = BindingOptions(batch: 16, pass: .forwardAndBackward)
    for architecture in try members(plan, 3, options: options) {
      let path = try peak([architecture], of: plan, lanes: 1)
      let alone = try peak(
        [Architecture(choices: [])], of: SupernetPlan(for: plan.space.bound(to: architecture)), lanes: 1)
      #expect(path.arenas == alone.arenas)
      // A slice that is no block of its tensor may be copied for a matrix product: at most the path's own weights.
      let surplus = (path.peak - path.parameters - path.gradients) - (alone.peak - alone.parameters - alone.gradients)
      #expect(surplus <= alone.parameters)
    }
  }

  /// Equation (5) of fp-nas.md on the engine: softmax weights of the summed log-likelihoods, and their combination of the
  /// single gradients, however the draws are spread over lanes.
  @Test(arguments: [1, 2])
  func `a step's gradient is the likelihood-weighted sum of its draws' gradients`(lanes: Int) throws {
    let plan = try SupernetPlan(for: Self.digits.compiled())
    var options = EngineOptions(lanes: lanes)
    options.elementType = .float64
    let supernet = try Supernet(plan, library: TestEngine.library(), options: options)
    try supernet.fill(from: NumberPool(seed: 44))
    try TestBatch(of: plan.space, images: 4, seed: 45).write(to: supernet)
    let jobs = try members(plan, 5, options: BindingOptions(batch: 4, pass: .forward)).map {
      EngineJob(program: try supernet.program(for: $0, batch: 4, pass: .forwardAndBackward), batch: 0)
    }
    let outcomes = try supernet.context.accumulate(jobs, weighting: .importance(scale: 1))
    let together = try supernet.gradient()
    let logLikelihoods = outcomes.map { logLikelihood(meanCrossEntropy: $0.loss, images: 4) }
    let shares = likelihoodShares(logLikelihoods)
    for (outcome, share) in zip(outcomes, shares) { #expect(abs(outcome.weight - share) < 1e-12) }
    var expected = OnlineSoftmax(count: together.count)
    for (job, logLikelihood) in zip(jobs, logLikelihoods) {
      _ = try supernet.context.accumulate([job], weighting: .uniform)
      expected.add(logLikelihood: logLikelihood, gradient: try supernet.gradient())
    }
    let mean = try #require(expected.mean)
    let most = zip(together, mean).map { abs($0 - $1) }.max() ?? .infinity
    // Float64, five terms, gradients of size 1 to 10.
    #expect(most < 1e-12)
    #expect(shares.filter { $0 > 0.01 }.count > 1, "one draw alone would show nothing")
  }

  /// Without noise a supernet that never leaves one path is a network in training.
  @Test func `a network learns the digits, the same on every run`() throws {
    let space = try Self.digits.compiled()
    let splits = try DatasetSource.digits.load(SplitOptions(seed: 1, limit: 200))
    let architecture = try members(SupernetPlan(for: space), 1, options: BindingOptions(batch: 1, pass: .forward))[0]
    let plan = try SupernetPlan(for: space.bound(to: architecture), statistics: .recorded)
    let results = try (0..<2).map { _ in
      let network = try Supernet(plan, library: TestEngine.library(), options: EngineOptions())
      try network.initialise { name in
        var random = SplitRandom(seed: 46, stream: name.utf8.map(UInt64.init))
        return { random.normal() }
      }
      return try network.train(
        on: splits.train, test: splits.test, recipe: TrainingRecipe(epochs: 25, batch: 40, labelSmoothing: 0), seed: 47
      ) { _ in }
    }
    #expect(results[0] == results[1])
    #expect(results[0].accuracy > 0.8)
    #expect(results[0].trainingLoss < 0.5)
    print("25 epochs of 200 digits: \(results[0])")
  }
}

extension Supernet {
  fileprivate func gradient() throws -> [Double] {
    try plan.tensors.indices.flatMap { try context.read(.gradient, of: $0, as: Double.self) }
  }
}
