import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

@testable import Supernet

/// Training of one network beyond SGD on labels: schedules, dropped branches, teachers, what is saved.
@Suite struct TrainingTests {
  /// A member of mini-f with residual sums, as a space without decisions, for small images.
  private static func residual() throws -> Space {
    let space = try #require(
      Repository.compilation(of: "mini-f", input: .init(channels: 1, height: 28, width: 28)).result
    )
    .space
    var random = SplitRandom(seed: 3, stream: 9)
    let sampler = UniformSampler(space, measure: .decisions)
    for _ in 0..<200 {
      let bound = try space.bound(to: sampler.draw(using: &random))
      let options = BindingOptions(batch: 2, pass: .forward, dropsBranches: true)
      if try SupernetPlan(for: bound).bind(Architecture(choices: []), options).branches.count >= 2 { return bound }
    }
    throw NoNetwork()
  }
  private struct NoNetwork: Error {}

  private static func network(_ space: Space, _ type: EngineElementType = .float32, lanes: Int = 1) throws -> Supernet {
    let plan = try SupernetPlan(for: space, statistics: .recorded)
    let network = try Supernet(
      plan, library: TestEngine.library(), options: EngineOptions(elementType: type, lanes: lanes))
    try network.fill(from: NumberPool(seed: 31))
    return network
  }

  @Test func `branches that all take part leave the network as it is`() throws {
    let space = try Self.residual()
    let network = try Self.network(space, .float64)
    let batch = TestBatch(of: space, images: 3, seed: 5)
    func answer(_ factors: ((Int) -> [Float])?) throws -> [Double] {
      let options = BindingOptions(batch: 3, pass: .forward, elementBytes: 8, dropsBranches: factors != nil)
      let program = try network.plan.bind(Architecture(choices: []), options)
      try batch.write(to: network)
      for (number, branch) in program.branches.enumerated() {
        let values = (factors?(number) ?? []).flatMap { [Float](repeating: $0, count: branch.channels) }
        try network.context.writeInput(branch.input, of: 0, values: values, shape: .init(n: 3, c: branch.channels))
      }
      return try network.context.answers(
        of: [EngineJob(program: EngineProgram(program), batch: 0)], statistics: .fixed)[0].logits
    }
    let plain = try answer(nil)
    #expect(try answer { _ in [1, 1, 1] } == plain)
    let dropped = try answer { _ in [1, 0, 1] }
    let classes = space.classes
    #expect(Array(dropped[..<classes]) == Array(plain[..<classes]), "images that keep their branches stay")
    #expect(Array(dropped[classes..<2 * classes]) != Array(plain[classes..<2 * classes]))
  }

  /// Gradients with branches scaled: finite differences of the loss.
  @Test func `the gradient is that of the network with its branches scaled`() throws {
    let space = try Self.residual()
    let network = try Self.network(space, .float64)
    let batch = TestBatch(of: space, images: 3, seed: 6)
    let options = BindingOptions(batch: 3, pass: .forwardAndBackward, elementBytes: 8, dropsBranches: true)
    let bound = try network.plan.bind(Architecture(choices: []), options)
    let job = EngineJob(program: EngineProgram(bound), batch: 0)
    try batch.write(to: network)
    for (number, branch) in bound.branches.enumerated() {
      let factors: [Float] = number % 2 == 0 ? [0, 1.5, 1.5] : [1.25, 0, 1.25]
      let values = factors.flatMap { [Float](repeating: $0, count: branch.channels) }
      try network.context.writeInput(branch.input, of: 0, values: values, shape: .init(n: 3, c: branch.channels))
    }
    _ = try network.context.accumulate([job], weighting: .uniform)
    let scales = network.plan.tensors.indices.filter { network.plan.tensors[$0].role == .scale }
    let step = 1e-6
    for index in scales {
      let gradient = try network.context.read(.gradient, of: index, as: Double.self)[0]
      let values = try network.context.read(.value, of: index, as: Double.self)
      func loss(_ by: Double) throws -> Double {
        var moved = values
        moved[0] += by
        try network.context.write(moved, of: index)
        return try network.context.evaluate([job], statistics: .batch)[0].loss
      }
      let slope = try (loss(step) - loss(-step)) / (2 * step)
      try network.context.write(values, of: index)
      // Central differences in float64: step² times a third derivative, and 1e-15 / step of rounding.
      #expect(abs(gradient - slope) < 1e-6 * max(1, abs(slope)), "\(network.plan.tensors[index].name)")
    }
  }

  @Test func `rates rise, and fall as the schedule says`() {
    func rates(_ schedule: RateSchedule, _ steps: [Int]) -> [Double] {
      steps.map { schedule.rate(0.8, step: $0, of: 100, perEpoch: 10, warmUp: 20) }
    }
    for schedule in [.cosine, .linear, .step(epochs: 3, factor: 0.5), .constant] as [RateSchedule] {
      #expect(rates(schedule, [0, 9, 19]) == [0.8 / 20, 0.4, 0.8])
    }
    #expect(rates(.cosine, [20, 60, 100]).map { abs($0) < 1e-16 ? 0 : ($0 * 1e9).rounded() / 1e9 } == [0.8, 0.4, 0])
    #expect(rates(.linear, [20, 60, 100]) == [0.8, 0.4, 0])
    #expect(rates(.step(epochs: 3, factor: 0.5), [20, 29, 30, 59, 60]) == [0.8, 0.8, 0.4, 0.4, 0.2])
    #expect(rates(.constant, [20, 99]) == [0.8, 0.8])
  }

  private static func everything() -> TrainingRecipe {
    var recipe = TrainingRecipe(epochs: 2, batch: 20, rate: 0.01, averageDecay: 0.9, shift: 1)
    recipe.rmsProp = TrainingRecipe.RMSProp()
    recipe.schedule = .step(epochs: 0.5, factor: 0.7)
    recipe.randAugment = TrainingRecipe.RandAugmentRecipe(count: 1, strength: 5)
    recipe.cutout = 2
    recipe.mixup = 0.3
    recipe.branchDrop = 0.3
    recipe.lanes = 2
    recipe.teaching = TrainingRecipe.Teaching(share: 0.4, temperature: 2)
    return recipe
  }

  /// With everything on: the state after each step leads to the same end, on any number of workers.
  @Test func `a training goes on from any step to the same end`() throws {
    let space = try Self.residual()
    let images = try DatasetSource.fashionMini.load(SplitOptions(seed: 1, limit: 60)).train
    let recipe = Self.everything()
    let teacher = Teacher(try Self.network(space), for: images.shape)
    func course(_ workers: Int, from start: TensorFile? = nil) throws -> NetworkTraining {
      try NetworkTraining(
        Self.network(space, lanes: 2), on: images, recipe: recipe, seed: 4, teacher: teacher,
        loading: ImageLoading(workers: workers), from: start)
    }
    let whole = try course(0)
    #expect(whole.totalSteps == 6 && whole.branchCount >= 2)
    var states: [TensorFile] = []
    while !whole.isFinished {
      states.append(try whole.state())
      try whole.advance()
    }
    let end = try whole.state()
    for (step, state) in states.enumerated() where step % 2 == 1 {
      let again = try course(step, from: state)
      #expect(again.step == step)
      while !again.isFinished { try again.advance() }
      #expect(try again.state() == end)
    }
    #expect(states[1] != end)
  }

  @Test func `an evaluation counts what it shows`() throws {
    let space = try Self.residual()
    let network = try Self.network(space)
    let images = try DatasetSource.fashionMini.load(SplitOptions(seed: 1, limit: 100)).test
    let found = try network.evaluate(on: images, batch: 30, loading: ImageLoading(workers: 2))
    #expect(found.images == 100)
    #expect(found.confusion.map { $0.reduce(0, +) } == images.classCounts)
    #expect(found.correct == (0..<10).reduce(0) { $0 + found.confusion[$1][$1] })
    #expect(found.correctInFive >= found.correct && found.correctInFive < 100)
    let other = try network.evaluate(on: images, batch: 100)
    #expect(other.confusion == found.confusion && abs(other.loss - found.loss) < 1e-5)
  }

  /// A network that is taught by itself alone stays: the gradient of the teacher's part is zero.
  @Test func `a network has nothing to learn from itself`() throws {
    let space = try Self.residual()
    let network = try Self.network(space, .float64)
    let batch = TestBatch(of: space, images: 4, seed: 8)
    try batch.write(to: network)
    let bound = try network.plan.bind(
      Architecture(choices: []), BindingOptions(batch: 4, pass: .forwardAndBackward, elementBytes: 8))
    let job = EngineJob(program: EngineProgram(bound), batch: 0)
    let logits = try network.context.answers(of: [job], statistics: .batch)[0].logits.map { Float($0) }
    try network.context.writeTargets(
      EngineTargets(rows: 4, classes: space.classes, teacher: .init(logits: logits, share: 1, temperature: 3)), to: 0)
    _ = try network.context.accumulate([job], weighting: .uniform)
    let most =
      try network.plan.tensors.indices.flatMap {
        try network.context.read(.gradient, of: $0, as: Double.self)
      }.map { abs($0) }.max() ?? 1
    // The teacher's logits are rounded to float32.
    #expect(most < 1e-5)
  }
}
