import Datasets
import Distributions
import Engine
import SpaceAnalysis
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

@testable import Search

/// Which tensors a step moves, and what it costs to move fewer.
@Suite struct OneShotTrainingTests {
  private struct Setup {
    let space: Space
    let supernet: Supernet
    var training: SharedWeightTraining
  }

  private static func setup(_ recipe: SearchRecipe, space name: String = "mini-spos") throws -> Setup {
    let space = try TestOneShot.space(name)
    let oneShot = try #require(recipe.oneShot)
    let supernet = try Supernet(
      SupernetPlan(for: space, statistics: .recorded), library: TestSearch.library(), options: EngineOptions(lanes: 2))
    try supernet.initialise(normals(seed: 1))
    let table = try OperatorTable(LayerOperators(space, MemberSet(space)), supernet: supernet.plan)
    let images = BatchSource(try TestSearch.splits().train, batch: recipe.batch, seed: 1)
    let training = try SharedWeightTraining(
      supernet, recipe: recipe, oneShot: oneShot, images: images, trained: supernet.plan.trained(oneShot, table))
    return Setup(space: space, supernet: supernet, training: training)
  }

  /// Values, momenta and updates of every tensor.
  private static func planes(of supernet: Supernet) throws -> [[[Float]]] {
    try supernet.plan.tensors.indices.map { tensor in
      try [EnginePlane.value, .momentum, .steps].map { try supernet.context.read($0, of: tensor, as: Float.self) }
    }
  }

  private static func tensors(of path: Architecture, _ supernet: Supernet) throws -> Set<Int> {
    let program = try supernet.plan.bind(path, BindingOptions(batch: 2, pass: .forward))
    return Set(program.slices.map(\.tensor.index))
  }

  /// spos.md, section 1, point 4; bn-nas.md, pitfall 1: also after many steps before, so that momenta are there.
  @Test(arguments: [SearchMethod.spos, .bnNAS])
  func `what is not on the path does not move`(method: SearchMethod) throws {
    var setup = try Self.setup(TestOneShot.recipe(method))
    let draws = UniformPaths(members: try MemberSet(setup.space), seed: 4)
    for step in 0..<20 {
      _ = try setup.training.train([draws.path(step: step, number: 0)], step: step, place: (step, 30))
    }
    let before = try Self.planes(of: setup.supernet)
    let path = draws.path(step: 20, number: 0)
    _ = try setup.training.train([path], step: 20, place: (20, 30))
    let after = try Self.planes(of: setup.supernet)
    let own = try Self.tensors(of: path, setup.supernet)
    let moved = before.indices.filter { before[$0] != after[$0] }
    #expect(!moved.isEmpty && Set(moved).isSubset(of: own))
  }

  /// Batch norms without scale and shift in SPOS's supernet: they stay 1 and 0.
  @Test func `without affine the batch norms stay as they are`() throws {
    for isAffine in [false, true] {
      var setup = try Self.setup(TestOneShot.recipe(.spos) { $0.trainsAffine = isAffine })
      let path = UniformPaths(members: try MemberSet(setup.space), seed: 4).path(step: 0, number: 0)
      for step in 0..<3 { _ = try setup.training.train([path], step: step, place: (step, 30)) }
      let norms = setup.supernet.plan.batchNormTensors
      let values = try norms.map { try setup.supernet.context.read(.value, of: $0.index, as: Float.self) }
      let areKept = zip(norms, values).allSatisfy { id, values in
        values.allSatisfy { $0 == (setup.supernet.plan.tensors[id.index].role == .scale ? 1 : 0) }
      }
      #expect(areKept == !isAffine)
    }
  }

  /// bn-nas.md, section 10, "freeze": the bytes of everything frozen are as they were.
  @Test(arguments: OneShotRecipe.Weights.allCases.filter { $0 != .contrast })
  func `only what is trained is trained`(weights: OneShotRecipe.Weights) throws {
    let recipe = TestOneShot.recipe(.bnNAS) { $0.weights = weights }
    var setup = try Self.setup(recipe, space: "mini-bn-nas")
    let before = try Self.planes(of: setup.supernet)
    let draws = UniformPaths(members: try MemberSet(setup.space), seed: 4)
    for step in 0..<60 {
      _ = try setup.training.train([draws.path(step: step, number: 0)], step: step, place: (step, 60))
    }
    let after = try Self.planes(of: setup.supernet)
    let moved = Set(before.indices.filter { before[$0] != after[$0] })
    let plan = setup.supernet.plan
    let norms = Set(plan.batchNormTensors.map(\.index))
    switch weights {
    case .all, .contrast:
      #expect(moved.contains { plan.tensors[$0].role == .convolution } && !moved.isDisjoint(with: norms))
    case .lastNorms:
      // Six layers with three kernels and two expansions each have 36 last batch norms: scale and shift of each.
      #expect(moved.isSubset(of: norms) && moved.count == 72)
    case .norms: #expect(moved == norms)
    case .normsAndClassifier: #expect(moved == norms.union(plan.classifierTensors.map(\.index)))
    }
  }

  /// The same bits for what is trained, from a program with less in it: no gradient of a frozen weight is computed,
  /// nothing is kept for one, and what lies before the first trained tensor is not walked back to.
  @Test(arguments: ["mini-bn-nas", "mini-spos", "digits", "mini-hurricane"])
  func `a frozen weight costs no gradient and changes no other`(name: String) throws {
    let space = try TestOneShot.space(name)
    let supernet = try Supernet(
      SupernetPlan(for: space, statistics: .recorded), library: TestSearch.library(), options: EngineOptions())
    try supernet.initialise(normals(seed: 2))
    try supernet.write(try TestSearch.splits().train, 0..<8, to: 0)
    let norms = supernet.plan.batchNormTensors
    var frozen = [Bool](repeating: true, count: supernet.plan.tensors.count)
    for norm in norms { frozen[norm.index] = false }
    let draws = UniformPaths(members: try MemberSet(space), seed: 9)
    var arenas = (0, 0)
    for step in 0..<4 {
      let path = draws.path(step: step, number: 0)
      var gradients: [[[Float]]] = []
      var programs: [KernelProgram] = []
      for isFrozen in [false, true] {
        let tensors =
          isFrozen ? norms.map(\.index) : supernet.plan.tensors.indices.filter { supernet.plan.tensors[$0].isTrained }
        try supernet.context.train(tensors)
        let program = try supernet.plan.bind(
          path, BindingOptions(batch: 8, pass: .forwardAndBackward, frozen: isFrozen ? frozen : nil))
        _ = try supernet.context.accumulate([EngineJob(program: EngineProgram(program), batch: 0)], weighting: .uniform)
        gradients.append(try norms.map { try supernet.context.read(.gradient, of: $0.index, as: Float.self) })
        programs.append(program)
      }
      #expect(gradients[0] == gradients[1])
      #expect(!gradients[1].joined().allSatisfy { $0 == 0 })
      let works = programs.map { $0.gradientWork(training: { _ in true }) }
      let saved = programs[1].gradientWork { !frozen[$0.index] }
      #expect(saved.weights == 0 && works[0].weights > 0 && saved.inputs < works[0].inputs + works[0].weights)
      #expect(programs[1].instructions.count < programs[0].instructions.count)
      arenas.0 += programs[0].arenaBytes
      arenas.1 += programs[1].arenaBytes
    }
    // Placing buffers is a heuristic: of one network the arena can be a little larger.
    if name != "digits" { #expect(arenas.1 <= arenas.0) }
  }

  /// bn-nas.md, section 10, "table = walk", and pitfall 7: before training every layer counts 1.
  @Test func `the table is what a walk over the network gives`() throws {
    var setup = try Self.setup(TestOneShot.recipe(.bnNAS), space: "mini-bn-nas")
    let table = try OperatorTable(LayerOperators(setup.space, MemberSet(setup.space)), supernet: setup.supernet.plan)
    var indicator = try NormIndicator(setup.supernet, table, bareScore: nil)
    let draws = UniformPaths(members: try MemberSet(setup.space), seed: 4)
    let first = draws.path(step: 0, number: 0)
    #expect(try indicator.value(of: first).score == 6)
    for step in 0..<30 {
      _ = try setup.training.train([draws.path(step: step, number: 0)], step: step, place: (step, 30))
    }
    indicator.weightsMoved()
    var scores: Set<Double> = []
    for step in 0..<200 {
      let path = draws.path(step: step, number: 1)
      let score = try indicator.value(of: path).score
      #expect(abs(score - (try indicator.walked(path))) < 1e-9)
      scores.insert(score)
    }
    #expect(scores.count > 150)
  }

  /// bn-nas.md, section 6.2: the knapsack against every network there is.
  @Test func `the optimum of a table is exact`() throws {
    let space = try TestOneShot.space(
      of: """
          - {name: a, op: candidate, channels: 8, kernel: {choose: [3, 5, 7]}, expansion: {choose: [2, 4]}, stride: 1}
          - {name: b, op: candidate, channels: 8, kernel: {choose: [3, 5, 7]}, expansion: {choose: [2, 4]}, stride: 2}
          - {name: c, op: candidate, channels: 8, kernel: {choose: [3, 5, 7]}, expansion: {choose: [2, 4]}, stride: 1}

        """)
    let table = try OperatorTable(LayerOperators(space, MemberSet(space)), supernet: SupernetPlan(for: space))
    var generator = SplitRandom(seed: 6, stream: 1)
    let values = table.ends.map { $0.map { _ in 1 + 0.01 * generator.normal() } }
    let all = (0..<216).map { number -> Architecture in
      var rest = number
      return Architecture(
        choices: space.decisions.map { decision in
          defer { rest /= decision.options.count }
          return rest % decision.options.count
        })
    }
    for limit in [40_000, 60_000, 90_000] {
      let legal = try all.filter { try cost(of: $0, in: space).macs <= limit }
      #expect(!legal.isEmpty && legal.count < 216)
      let members = try MemberSet(space, budgets: [Budget(.macs, greatest: limit)])
      let best = try #require(try table.best(values, of: space, among: members))
      #expect(table.sum(values, over: best) == legal.map { table.sum(values, over: $0) }.max())
      #expect(legal.contains(best))
    }
  }

  @Test func `an indicator needs batch norms at the ends of operators`() throws {
    func failure(_ network: String, _ change: (inout OneShotRecipe) -> Void = { _ in }) throws -> OneShotError? {
      let space = try TestOneShot.space(of: network + TestOneShot.end)
      do {
        _ = try TestOneShot.search(space, TestOneShot.recipe(.bnNAS, change))
        return nil
      } catch let error as OneShotError {
        return error
      }
    }
    let bare = "  - {name: a, op: conv, channels: 8, kernel: {choose: [1, 3]}}\n"
    #expect(try failure(bare) == .nothingTrained(weights: "last-bn"))
    #expect(try failure(bare) { $0.weights = .all } == .noNorms)
    let mixed = bare + "  - {name: b, op: conv_bn_relu, channels: 8, kernel: {choose: [1, 3]}}\n"
    let wrong = OneShotError.noNormAtEnd(layer: "a", option: "kernel 1", ends: ["convolution"])
    #expect(try failure(mixed) == wrong)
    #expect(wrong.description.contains("'a' with kernel 1 ends in a convolution"))
    #expect(try failure(mixed) { $0.bareScore = 0.5 } == nil)
    #expect(
      try failure(bare) {
        $0.weights = .norms
        $0.score = .recalibrated
      } == .nothingTrained(weights: "all-bn"))
  }
}
