import BigInt
import Foundation
import SpaceIR
import Testing

@testable import SpaceAnalysis

/// Weighted draws, mutations and draws by decisions against the law by brute force over all networks of small sets.
@Suite struct WeightedDrawTests {
  /// Random categoricals, some of them over two or three decisions.
  private static func weights(of space: Space, seed: UInt64) -> NetworkWeights {
    var random = SeededGenerator(seed: seed &+ 3)
    var left = space.decisionIDs
    var factors: [NetworkWeights.Factor] = []
    while !left.isEmpty {
      let group = (0..<random.pick(1...3)).compactMap { _ in
        left.isEmpty ? nil : left.remove(at: random.pick(0...left.count - 1))
      }.sorted()
      if random.pick(0...5) == 0, group.count == 1 { continue }
      let combinations = Set(enumerate(space).map { network in group.map { network[$0] } })
        .filter { $0.contains { $0 != nil } }
        .sorted { $0.map { $0 ?? -1 }.lexicographicallyPrecedes($1.map { $0 ?? -1 }) }
      guard !combinations.isEmpty else { continue }
      var logits = combinations.map { _ in Double(random.pick(-30...30)) / 10 }
      if combinations.count > 2, random.pick(0...3) == 0 {
        logits[random.pick(0...combinations.count - 1)] = -.infinity
      }
      factors.append(NetworkWeights.Factor(decisions: group, combinations: combinations, logits: logits))
    }
    return NetworkWeights(factors, of: space)
  }

  private static func probability(of network: Architecture, _ weights: NetworkWeights) -> Double {
    weights.factors.reduce(1) { product, factor in
      let combination = factor.decisions.map { network[$0] }
      guard combination.contains(where: { $0 != nil }) else { return product }
      let weights = factor.weights.map(\.value)
      let own = zip(factor.combinations, weights).first { $0.0 == combination }?.1
      return product * (own ?? 0) / weights.reduce(0, +)
    }
  }

  @Test(arguments: 0..<25 as Range<UInt64>, MoveCase.Kind.allCases)
  func `a weighted draw has the distribution's law within the set`(seed: UInt64, kind: MoveCase.Kind) throws {
    for seed in seed * 2..<seed * 2 + (kind == .conditions ? 2 : 1) {
      guard let example = try MoveCase(kind, seed: seed) else { continue }
      let weights = Self.weights(of: example.space, seed: seed)
      let law = example.networks.map { Self.probability(of: $0, weights) }
      let mass = law.reduce(0, +)
      let weighted: WeightedNetworks
      do throws(MoveError) {
        weighted = try WeightedNetworks(example.space, example.set, weights: weights)
      } catch {
        #expect(error == .noWeight && mass == 0)
        continue
      }
      // Each of a few dozen factors, and sums of a few hundred terms, are rounded to 2^-53.
      #expect(abs(weighted.mass / mass - 1) < 1e-13)
      for (network, own) in zip(example.networks, law) {
        #expect(abs(weighted.probability(of: network) - own / mass) <= 1e-13 * own / mass)
      }
      var random = SeededGenerator(seed: seed)
      for _ in 0..<20 { #expect(weighted.probability(of: weighted.draw(using: &random)) > 0) }
    }
  }

  @Test(arguments: 0..<25 as Range<UInt64>, MoveCase.Kind.allCases)
  func `marginals, entropy and mode are those of the law within the set`(seed: UInt64, kind: MoveCase.Kind) throws {
    for seed in seed * 2..<seed * 2 + (kind == .conditions ? 2 : 1) {
      guard let example = try MoveCase(kind, seed: seed) else { continue }
      let weights = Self.weights(of: example.space, seed: seed)
      let masses = example.networks.map { Self.probability(of: $0, weights) }
      let law = masses.map { $0 / masses.reduce(0, +) }
      guard law.allSatisfy(\.isFinite) else { continue }
      let weighted = try WeightedNetworks(example.space, example.set, weights: weights)
      let marginals = weighted.marginals
      for (factor, own) in zip(weights.factors, marginals) {
        for (combination, marginal) in zip(factor.combinations, own) {
          let members = zip(example.networks, law).filter { network, _ in
            factor.decisions.map { network[$0] } == combination && combination.contains { $0 != nil }
          }
          #expect(abs(marginal - members.reduce(0) { $0 + $1.1 }) < 1e-12)
        }
      }
      let entropy = law.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
      #expect(abs(weighted.entropy(marginals) - entropy) < 1e-10)
      let mode = try #require(example.networks.firstIndex(of: weighted.mode))
      #expect(law[mode] >= (law.max() ?? 1) * (1 - 1e-12))
    }
  }

  /// What becomes of a decision, as `Mutations` says.
  private static func mutation(from parent: Architecture, to child: Architecture, rate: Double, in space: Space)
    -> Double
  {
    space.decisionIDs.reduce(1) { product, id in
      let options = Double(space[id].options.count)
      guard let option = child[id] else { return product }
      guard let own = parent[id] else { return product / options }
      return product * (own == option ? 1 - rate : rate / (options - 1))
    }
  }

  @Test(arguments: 0..<25 as Range<UInt64>, MoveCase.Kind.allCases)
  func `mutations keep the law of independent changes within the set`(seed: UInt64, kind: MoveCase.Kind) throws {
    for seed in seed * 2..<seed * 2 + (kind == .conditions ? 2 : 1) {
      guard let example = try MoveCase(kind, seed: seed) else { continue }
      for (parent, rate) in zip(example.parents, [0.1, 1, 0.5]) {
        let law = example.networks.filter { $0 != parent }
          .map { Self.mutation(from: parent, to: $0, rate: rate, in: example.space) }
        do throws(MoveError) {
          let mutations = try example.ways.mutations(of: parent, rate: rate)
          #expect(abs(mutations.acceptance / law.reduce(0, +) - 1) < 1e-13)
          var random = SeededGenerator(seed: seed)
          for _ in 0..<10 {
            let child = mutations.draw(using: &random)
            #expect(child != parent && example.set.contains(child))
          }
        } catch {
          #expect(error == .nowhereToGo && law.reduce(0, +) == 0)
        }
      }
    }
  }

  /// Options in the order of the layers, each evenly among those that some network has behind what is decided.
  private static func decided(_ network: Architecture, _ example: MoveCase) -> Double {
    var open = example.networks
    return example.ways.layers.flatMap(\.decisions).reduce(1.0) { product, decision in
      let options = Set(open.map { $0.choices[decision] })
      open.removeAll { $0.choices[decision] != network.choices[decision] }
      return product / Double(options.count)
    }
  }

  private enum Draw: CaseIterable {
    case weighted
    case mutated
    case decided
  }

  /// Pearson's statistic against a law, as a standard normal deviate (Wilson and Hilferty 1931).
  private static func deviate(_ counts: [Int], _ law: [Double]) -> Double {
    let total = Double(counts.reduce(0, +))
    let statistic = zip(counts, law).reduce(0.0) { $0 + pow(Double($1.0) - total * $1.1, 2) / (total * $1.1) }
    let freedom = Double(counts.count - 1)
    return (cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom))
  }

  @Test(arguments: Draw.allCases) private func `draws have their law by chi-square`(draw: Draw) throws {
    var deviates: [Double] = []
    for seed in 0..<60 as Range<UInt64> {
      guard let example = try MoveCase(MoveCase.Kind.allCases[Int(seed % 3)], seed: seed) else { continue }
      guard (6...60).contains(example.networks.count) else { continue }
      let parent = example.parents[0]
      let weights = Self.weights(of: example.space, seed: seed)
      var law: [Double]
      var next: (inout SeededGenerator) -> Architecture
      switch draw {
      case .weighted:
        guard let set = try? WeightedNetworks(example.space, example.set, weights: weights) else { continue }
        law = example.networks.map { Self.probability(of: $0, weights) }
        next = { set.draw(using: &$0) }
      case .mutated:
        guard let set = try? example.ways.mutations(of: parent, rate: 0.3) else { continue }
        law = example.networks.map {
          $0 == parent ? 0 : Self.mutation(from: parent, to: $0, rate: 0.3, in: example.space)
        }
        next = { set.draw(using: &$0) }
      case .decided:
        let set = try DecidedNetworks(example.ways)
        law = example.networks.map { Self.decided($0, example) }
        next = { set.draw(using: &$0) }
      }
      let mass = law.reduce(0, +)
      law = law.map { $0 / mass }
      // Networks of a small probability count together, so that every cell expects at least 5.
      let draws = 3000
      let cells = law.indices.filter { law[$0] * Double(draws) >= 5 }
      guard cells.count >= 4 else { continue }
      let cellOf = Dictionary(uniqueKeysWithValues: cells.enumerated().map { (example.networks[$1], $0) })
      var random = SeededGenerator(seed: seed &* 17 &+ 5)
      var counts = [Int](repeating: 0, count: cells.count + 1)
      for _ in 0..<draws { counts[cellOf[next(&random)] ?? cells.count] += 1 }
      var expected = cells.map { law[$0] }
      let rest = max(0, 1 - expected.reduce(0, +))
      if rest * Double(draws) >= 5 { expected.append(rest) } else { counts.removeLast() }
      let sum = expected.reduce(0, +)
      deviates.append(Self.deviate(counts, expected.map { $0 / sum }))
    }
    try #require(deviates.count > 20)
    let mean = deviates.reduce(0, +) / Double(deviates.count)
    #expect(abs(mean) * Double(deviates.count).squareRoot() < 3, "\(deviates)")
    #expect(deviates.allSatisfy { abs($0) < 4 }, "\(deviates)")
  }

  @Test func `a budget that one draw in 10^390 meets is drawn from`() throws {
    // 200 decisions, each one with a probability of about 0.01; the condition asks for all ones but at most two.
    let decisions = (0..<200).map { ConstrainedSpace.decision("d\($0)", [.integer(0), .integer(1)]) }
    let sum = decisions.indices.dropFirst().reduce(Expression.decision(DecisionID(index: 0))) {
      .binary(.add, $0, .decision(DecisionID(index: $1)))
    }
    let space = ConstrainedSpace.of(decisions, requiring: [.binary(.greaterOrEqual, sum, .integer(198))])
    let set = try MemberSet(space)
    let weights = NetworkWeights(
      space.decisionIDs.map {
        NetworkWeights.Factor(decisions: [$0], combinations: [[0], [1]], logits: [0, -log(100)])
      }, of: space)
    let weighted = try WeightedNetworks(space, set, weights: weights)
    #expect(weighted.mass == 0)
    var random = SeededGenerator(seed: 1)
    var zeros = [0, 0, 0]
    for _ in 0..<200 { zeros[weighted.draw(using: &random).choices.count { $0 == 0 }] += 1 }
    // C(200, k) 100^k: 1 to 20,000 to 199,000,000.
    #expect(zeros[2] >= 198)
    let expected = 1.0 / 199_020_001
    let all = Architecture(choices: [Int?](repeating: 1, count: 200))
    #expect(abs(weighted.probability(of: all) / expected - 1) < 1e-11)
  }

  @Test func `decisions too many to be decided together are refused`() throws {
    let decisions = (0..<4).map { ConstrainedSpace.decision("d\($0)", (0..<40).map { .integer($0) }) }
    let space = ConstrainedSpace.of(decisions)
    #expect(throws: MoveError.tooManyTogether(decisions: [0, 1, 2, 3], limit: 1000)) {
      try NetworkWays(
        space, MemberSet(space), together: [space.decisionIDs], limits: MemberLimits(edges: 1000))
    }
  }
}
