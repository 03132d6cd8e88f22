import Distributions
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpacePlanner
import TestSupport
import Testing

/// The cost of all networks at once (fbnetv2.md, sections 2.4 and 8).
@Suite struct MixtureCostTests {

  /// The example of section 2.4: 0.8 of 16 channels and 0.2 of 12 are 15.2.
  @Test(arguments: MixtureCost.Rule.allCases)
  func `channels are weighted`(rule: MixtureCost.Rule) throws {
    let space = try Texts.space(
      """
        - {name: stem, op: conv, channels: {choose: [12, 16]}, kernel: 3}
        - {name: pool, op: global_pool}
        - {name: scores, op: linear, features: 10}
      """)
    let cost = try MixtureCost(.macs, rule, of: SupernetPlan(for: space))
    #expect(abs(cost.value([[0.2, 0.8]]).cost - 15.2 * (9 * 64 * 3 + 10)) < 1e-9)
  }

  /// D3. Of fbnetv2 one measure by one rule: its terms take seconds in a debug build.
  @Test(arguments: [
    ("digits", MixtureCost.Rule.effective, [CostMeasure.macs, .parameters]), ("digits", .expected, [.macs]),
    ("nasbench201", .effective, [.macs]), ("fbnetv2", .effective, [.macs]),
  ])
  func `with one-hot weights the cost is that of the network`(
    name: String, rule: MixtureCost.Rule, measures: [CostMeasure]
  ) throws {
    let compiled = try #require(Repository.compilation(of: name).result)
    let plan = try SupernetPlan(for: compiled.space)
    var random = SplitRandom(seed: 5, stream: 6)
    let architectures = try (0..<5).map { _ in try compiled.members.get().draw(.decisions, using: &random) }
    for measure in measures {
      let mixed = try MixtureCost(measure, rule, of: plan)
      for architecture in architectures {
        let wanted = Double(try cost(of: architecture, in: compiled.space)[measure])
        #expect(abs(mixed.value(compiled.space.oneHot(architecture)).cost - wanted) <= 1e-9 * wanted)
      }
    }
  }

  /// Every decision once more: the mean of the costs, counted one by one.
  @Test func `the expected cost is the mean over networks`() throws {
    let space = try Texts.space(Texts.tied)
    let weights = Texts.weights(of: space, seed: 3)
    var mean = 0.0
    var total = 0.0
    for architecture in Texts.members(of: space) {
      let probability = zip(architecture.choices, weights).reduce(1.0) { product, each in
        product * (each.0.map { each.1[$0] } ?? 1)
      }
      mean += probability * Double(try cost(of: architecture, in: space).macs)
      total += probability
    }
    #expect(abs(total - 1) < 1e-12)
    let found = try MixtureCost(.macs, .expected, of: SupernetPlan(for: space)).value(weights).cost
    #expect(abs(found - mean) <= 1e-9 * mean)
  }

  /// A latency is one too, with the constant and the factor of its table.
  @Test func `the latency of a mixture is the mean over networks`() throws {
    var space = try Texts.space(Texts.tied)
    var times: [KernelShape: Int] = [:]
    for row in try space.kernels(missingIn: LatencyTable(device: "phone", path: "", [:])) {
      times[row.kernel] = 100 + row.kernel.description.utf8.reduce(0) { ($0 * 31 + Int($1)) % 1000 }
    }
    let correction = LatencyCorrection(constant: 300, millionths: 1_250_000)
    space.latencyTables = [LatencyTable(device: "phone", path: "", times, correction: correction)]
    let weights = Texts.weights(of: space, seed: 3)
    var mean = 0.0
    for architecture in Texts.members(of: space) {
      let probability = zip(architecture.choices, weights).reduce(1.0) { product, each in
        product * (each.0.map { each.1[$0] } ?? 1)
      }
      mean += probability * Double(try space.cost(of: architecture, by: .latency(device: "phone")))
    }
    let cost = try MixtureCost(.latency(device: "phone"), .effective, of: SupernetPlan(for: space))
    #expect(abs(cost.value(weights).cost - mean) <= 1e-9 * mean)
  }

  /// A cost is linear in the weight of every option, so that differences are exact but for rounding.
  @Test(arguments: [Texts.tied, Texts.resolution], MixtureCost.Rule.allCases)
  func `the gradient is that of differences`(text: String, rule: MixtureCost.Rule) throws {
    let space = try Texts.space(text)
    let cost = try MixtureCost(.macs, rule, of: SupernetPlan(for: space))
    let weights = Texts.weights(of: space, seed: 4)
    let (value, gradient) = cost.value(weights)
    var random = SplitRandom(seed: 9, stream: 1)
    for _ in 0..<12 {
      let decision = Int.random(in: weights.indices, using: &random)
      let option = Int.random(in: weights[decision].indices, using: &random)
      var changed = weights
      changed[decision][option] += 1e-4
      let above = cost.value(changed).cost
      changed[decision][option] -= 2e-4
      let slope = (above - cost.value(changed).cost) / 2e-4
      #expect(abs(slope - gradient[decision][option]) <= 1e-6 * max(abs(slope), value))
    }
  }
}

/// Small spaces written down where they are used.
enum Texts {
  /// Layers that may be left out, an expansion of the width before it, and a shortcut where widths agree.
  static let tied = """
      - {name: stem, op: conv_bn_act, channels: {choose: [4, 8]}, kernel: 3, activation: swish}
      - stage: s1
        layers: 2
        decide: each
        layer:
          op: inverted_residual
          channels: {choose: [4, 8]}
          expansion: {choose: [1, 2, 3]}
          kernel: {choose: [0, 3]}
          or: bypass
      - {name: head, op: classifier, width: 8}
    """

  /// The side of the images is a decision, and so is a stride.
  static let resolution = """
      - {name: size, op: resize, height: {choose: [4, 6, 8]}, width: 8}
      - {name: stem, op: conv_bn_act, channels: {choose: [4, 8]}, kernel: 3, activation: swish}
      - name: down
        op: mobile
        channels: 8
        expansion: {choose: [1, 2]}
        kernel: 3
        stride: {choose: [1, 2]}
        activation: swish
        splits: {choose: [0, 1, 2]}
      - {name: head, op: classifier, width: 8}
    """

  static func space(_ network: String, hints: String = "distribution: factorised") throws -> Space {
    let text = """
      espalier: 1
      space: written
      use: [spaces/blocks/mobile.yaml]
      input: {channels: 3, height: 8, width: 8}
      output: {classes: 10}
      network:
      \(network)
      hints: {\(hints)}
      """
    let compilation = Repository.compilation(ofText: text)
    return try #require(compilation.result, "\(compilation.diagnostics)").space
  }

  /// Weights that sum to 1 for each decision.
  static func weights(of space: Space, seed: UInt64) -> [[Double]] {
    var random = SplitRandom(seed: seed, stream: 8)
    return space.decisions.map { decision in
      let raw = decision.options.map { _ in Double.random(in: 0.2...1, using: &random) }
      return raw.map { $0 / raw.reduce(0, +) }
    }
  }

  /// Every network of a small space.
  static func members(of space: Space) -> [Architecture] {
    var found = [Architecture(choices: [])]
    for id in space.decisionIDs {
      found = found.flatMap { known -> [Architecture] in
        let whole = Architecture(choices: known.choices + Array(repeating: nil, count: space.decisions.count))
        guard space.exists(id, in: whole) else { return [Architecture(choices: known.choices + [nil])] }
        return space[id].options.indices.map { Architecture(choices: known.choices + [$0]) }
      }
    }
    return found
  }
}
