import Distributions
import Engine
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import Supernet
import TestSupport
import Testing

/// All networks of a space as one program (fbnetv2.md, section 8).
@Suite struct MixtureTests {
  /// Spaces whose networks can run at once, each kind of space once; the others that can (all of spaces/ but enas,
  /// nasbench101 and the grammars, see decisions/0012) would take minutes in a debug build and show nothing else.
  static let cases = [
    FurtherSpacesTests.Case("digits", nil), further("bn-nas"), further("nasbench201"), further("mixed-precision"),
    further("hrnet"), further("two-views"), further("autoformer-tiny"),
    .init(
      "spos-channels", 64,
      [
        ("from: 0.2, to: 2.0, step: 0.2", "from: 0.5, to: 2, step: 0.5"), ("layers: 8", "layers: 1"),
        ("layers: 4", "layers: 1"),
      ]),
    .init(
      "fbnetv2", nil,
      [
        ("height: 288, width: 288", "height: 64, width: 64"), ("[224, 256, 288]", "[32, 48, 64]"),
        ("layers: 4", "layers: 1"), ("layers: 3", "layers: 1"),
      ]),
  ]

  private static func further(_ name: String) -> FurtherSpacesTests.Case {
    FurtherSpacesTests.cases.first { $0.space.name == name } ?? .init(name, nil)
  }

  /// D2: with one-hot weights the outputs of the mixture are those of the network.
  @Test(arguments: cases)
  func `with one-hot weights a mixture is that network`(sized: FurtherSpacesTests.Case) throws {
    let compiled = try sized.compiled()
    let run = try MixtureRun(Mixture(SupernetPlan(for: compiled.space)), pass: .forward)
    let members = try compiled.members.get()
    var random = SplitRandom(seed: 2028, stream: 5)
    for _ in 0..<2 {
      let architecture = members.draw(.decisions, using: &random)
      try run.write(weights: compiled.space.oneHot(architecture))
      let (mixed, path) = try (run.answer(), run.answer(of: architecture))
      let scale = max(1, path.logits.map(abs).max() ?? 0)
      let error = zip(mixed.logits, path.logits).map { abs($0 - $1) }.max() ?? .infinity
      // Sums of the same numbers in another order, through as many batch norms as there are layers.
      #expect(mixed.logits.count == path.logits.count && error <= 1e-8 * scale)
    }
  }

  /// What the network does not use has no gradient, and what it uses has the network's.
  @Test func `with one-hot weights the gradients are the network's`() throws {
    let space = try Texts.space(Texts.tied)
    let run = try MixtureRun(Mixture(SupernetPlan(for: space)))
    let context = run.supernet.context
    for architecture in Texts.members(of: space).enumerated().filter({ $0.offset % 97 == 5 }).map(\.element) {
      try run.write(weights: space.oneHot(architecture))
      func gradients(_ program: EngineProgram) throws -> [[Double]] {
        _ = try context.accumulate([EngineJob(program: program, batch: 0)], weighting: .uniform)
        return try run.mixture.plan.tensors.indices.dropLast().map {
          try context.read(.gradient, of: $0, as: Double.self)
        }
      }
      let mixed = try gradients(EngineProgram(run.program))
      let path = try gradients(run.supernet.program(for: architecture, batch: 2, pass: .forwardAndBackward))
      for (a, b) in zip(mixed, path) {
        let scale = max(1, b.map(abs).max() ?? 0)
        #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 1e-9 * scale })
      }
    }
  }

  static let differentiated = [Texts.tied, Texts.resolution]

  /// The loss of a mixture as a function of the decisions' weights, which need not sum to 1 here.
  @Test(arguments: differentiated)
  func `the gradient of the weights is that of differences`(text: String) throws {
    let space = try Texts.space(text)
    let mixture = try Mixture(SupernetPlan(for: space))
    let run = try MixtureRun(mixture)
    try run.supernet.context.train([mixture.maskTensor.index])
    let weights = Texts.weights(of: space, seed: 6)
    let gradient = try run.gradient(weights)
    let step = 1e-5
    for decision in weights.indices {
      for option in weights[decision].indices {
        var changed = weights
        changed[decision][option] += step
        let above = try run.loss(changed)
        changed[decision][option] -= 2 * step
        let slope = try (above - run.loss(changed)) / (2 * step)
        #expect(abs(slope - gradient[decision][option]) < 1e-7)
      }
    }
    #expect(gradient.joined().contains { abs($0) > 1e-3 })
  }

  /// The program for a step of the weights has the gradients of the one that also has those of the masks.
  @Test func `weights alone have the same gradients`() throws {
    let space = try Texts.space(Texts.tied)
    let mixture = try Mixture(SupernetPlan(for: space))
    let run = try MixtureRun(mixture)
    let context = run.supernet.context
    let all = mixture.plan.tensors.indices.dropLast()
    try context.train(Array(all))
    try run.write(weights: Texts.weights(of: space, seed: 7))
    var found: [[[Double]]] = []
    for trainsMasks in [true, false] {
      let options = BindingOptions(
        batch: 2, pass: .forwardAndBackward, elementBytes: 8, trainsMasks: trainsMasks)
      let program = try mixture.bind(options)
      _ = try context.accumulate([EngineJob(program: EngineProgram(program), batch: 0)], weighting: .uniform)
      found.append(try all.map { try context.read(.gradient, of: $0, as: Double.self) })
    }
    #expect(found[0] == found[1])
    #expect(found[0].joined().contains { $0 != 0 })
  }

  @Test func `a mixture that would need too many instances is refused`() throws {
    let space = try Texts.space(
      """
        - name: large
          op: mobile
          channels: 8
          expansion: 1
          kernel: {choose: {from: 1, to: 15, step: 2}}
          stride: {choose: [1, 2, 3, 4]}
          activation: {choose: [relu, swish, hard_swish]}
          splits: {choose: {from: 0, to: 42, step: 1}}
        - {name: head, op: classifier, width: 8}
      """)
    let plan = try SupernetPlan(for: space)
    #expect(throws: PlanError.tooManyInstances(layer: "large", count: 8 * 4 * 3 * 43)) { try Mixture(plan) }
  }
}

/// A mixture in Float64 with a batch of normal numbers.
struct MixtureRun {
  let mixture: Mixture
  let supernet: Supernet
  let program: KernelProgram
  static let images = 2

  init(_ mixture: Mixture, pass: BindingOptions.Pass = .forwardAndBackward) throws {
    self.mixture = mixture
    supernet = try Supernet(
      mixture.plan, library: TestEngine.library(), options: EngineOptions(elementType: .float64))
    try supernet.fill(from: NumberPool(seed: 31))
    try TestBatch(of: mixture.plan.space, images: Self.images, seed: 32).write(to: supernet)
    program = try mixture.bind(BindingOptions(batch: Self.images, pass: pass, elementBytes: 8))
  }

  func write(weights: [[Double]]) throws {
    let values = mixture.maskValues(mixture.variables.probabilities(weights))
    try supernet.context.write(values, of: mixture.maskTensor.index)
  }

  private var job: EngineJob { EngineJob(program: EngineProgram(program), batch: 0) }

  func answer() throws -> EngineAnswer {
    try supernet.context.answers(of: [job], statistics: .batch)[0]
  }

  func loss(_ weights: [[Double]]) throws -> Double {
    try write(weights: weights)
    return try supernet.context.evaluate([job], statistics: .batch)[0].loss
  }

  func gradient(_ weights: [[Double]]) throws -> [[Double]] {
    try write(weights: weights)
    _ = try supernet.context.accumulate([job], weighting: .uniform)
    let masks = try supernet.context.read(.gradient, of: mixture.maskTensor.index, as: Double.self)
    return mixture.variables.gradient(
      mixture.slopes(ofMasks: masks), weights: weights, probabilities: mixture.variables.probabilities(weights))
  }

  func answer(of architecture: Architecture) throws -> EngineAnswer {
    let program = try supernet.program(for: architecture, batch: Self.images, pass: .forward)
    return try supernet.context.answers(of: [EngineJob(program: program, batch: 0)], statistics: .batch)[0]
  }
}

extension Space {
  /// The weights of an architecture; of decisions that do not exist in it, any.
  func oneHot(_ architecture: Architecture) -> [[Double]] {
    decisionIDs.map { id in
      self[id].options.indices.map { option in
        architecture[id].map { $0 == option ? 1 : 0 } ?? 1 / Double(self[id].options.count)
      }
    }
  }
}
