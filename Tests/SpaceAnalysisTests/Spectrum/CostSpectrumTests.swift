import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct CostSpectrumTests {
  private static let budgets: [[CostMeasure]] = [[], [.macs], [.parameters], [.parameters, .activationBytes]]

  @Test(arguments: 0..<15 as Range<UInt64>, budgets)
  func `counts, quantiles and ends hold those of the members`(seed: UInt64, budgets: [CostMeasure]) throws {
    let known = try SpectrumCase(seed: seed, budgets: budgets)
    let costs = known.inside.map { $0.cost.macs }.sorted()
    do throws(BudgetError) {
      let effort = [100_000_000, 20_000, 1][Int(seed % 3)]
      let spectrum = try CostSpectrum(known.space, measure: .macs, budgets: known.budgets, effort: effort)
      expect(spectrum.count, holds: costs.count)
      guard let least = costs.first, let greatest = costs.last else { return }
      expect(spectrum.least, holds: least)
      expect(spectrum.greatest, holds: greatest)
      for percent in [0, 5, 33, 50, 90, 100] {
        let rank = max(1, (costs.count * percent + 99) / 100)
        expect(spectrum.quantile((numerator: percent, denominator: 100)), holds: costs[rank - 1])
      }
      var random = SeededGenerator(seed: seed)
      for _ in 0..<5 {
        let ends = [random.pick(costs), random.pick(costs)].sorted()
        let range = ends[0]...ends[1]
        expect(spectrum.count(in: range), holds: costs.count(where: range.contains))
      }
      if spectrum.isExact { #expect(spectrum.count.least.value == BigUInt(costs.count)) }
    } catch .band(_, .empty) {
      #expect(costs.isEmpty)
    } catch .model(.noMembers) {
      #expect(known.members.isEmpty)
    } catch {
      Issue.record(error)
    }
  }

  private func expect(_ interval: CountInterval, holds count: Int) {
    #expect(interval.least.value <= BigUInt(count) && BigUInt(count) <= interval.greatest.value, "\(interval) \(count)")
  }

  private func expect(_ interval: CostInterval, holds cost: Int) {
    #expect((interval.least...interval.greatest).contains(cost), "\(interval) \(cost)")
  }

  @Test(arguments: 0..<15 as Range<UInt64>, [CostMeasure.macs, .parameters])
  func `bins as narrow as the costs know every cost`(seed: UInt64, measure: CostMeasure) throws {
    let known = try SpectrumCase(seed: seed)
    guard !known.members.isEmpty else { return }
    let spectrum = try CostSpectrum(known.space, measure: measure)
    let costs = known.members.map { $0.cost[measure] }.sorted()
    #expect(spectrum.isExact)
    for (rank, cost) in costs.enumerated() {
      let quantile = spectrum.quantile((numerator: rank + 1, denominator: costs.count))
      #expect(quantile == CostInterval(least: cost, greatest: cost))
      #expect(spectrum.count(in: cost...cost).least.value == BigUInt(costs.count { $0 == cost }))
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `moments and expectations are those of the members`(seed: UInt64) throws {
    let known = try SpectrumCase(seed: seed)
    guard !known.members.isEmpty else { return }
    let model = try CostModel(known.space)
    let moments = model.moments()
    let costs = known.members.map { BigUInt($0.cost.macs) }
    #expect(moments.count == BigUInt(costs.count))
    #expect(moments.sum == costs.reduce(0, +))
    #expect(moments.squares == costs.reduce(0) { $0 + $1 * $1 })
    let mean = costs.reduce(0.0) { $0 + Double($1) } / Double(costs.count)
    #expect(abs(moments.mean - mean) <= mean * 1e-12)
    var random = SeededGenerator(seed: seed)
    let probabilities = known.space.decisions.map { decision -> [Double] in
      let weights = decision.options.map { _ in Double(random.pick(0...4)) + (decision.options.count < 3 ? 0.5 : 0.01) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    let weights = known.members.map { member in
      zip(member.architecture.choices, probabilities).reduce(1.0) { $0 * ($1.0.map { [row = $1.1] in row[$0] } ?? 1) }
    }
    let mass = weights.reduce(0, +)
    let expected = zip(weights, known.members).reduce(0.0) { $0 + $1.0 * Double($1.1.cost.macs) } / mass
    let variance = zip(weights, known.members).reduce(0.0) { sum, part in
      sum + part.0 * (Double(part.1.cost.macs) - expected) * (Double(part.1.cost.macs) - expected) / mass
    }
    let found = try known.space.expectedCost(of: .macs, .independent(probabilities, of: known.space))
    #expect(found.isExact)
    #expect(abs(found.mass - mass) <= 1e-12)
    #expect(abs(found.mean - expected) <= expected * 1e-12)
    #expect(abs(found.variance - variance) <= (variance + expected) * 1e-9)
  }

  @Test(arguments: 0..<20 as Range<UInt64>, [[CostMeasure.macs], [.parameters], [.macs, .parameters]])
  func `the expected cost within budgets is that of the draws that meet them`(
    seed: UInt64, budgets: [CostMeasure]
  ) throws {
    let known = try SpectrumCase(seed: seed, budgets: budgets)
    guard !known.inside.isEmpty else { return }
    var random = SeededGenerator(seed: seed &+ 1)
    let probabilities = known.space.decisions.map { decision -> [Double] in
      let weights = decision.options.map { _ in Double(random.pick(1...9)) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    let weights = known.inside.map { member in
      zip(member.architecture.choices, probabilities).reduce(1.0) { $0 * ($1.0.map { [row = $1.1] in row[$0] } ?? 1) }
    }
    let mass = weights.reduce(0, +)
    let costs = known.inside.map { Double($0.cost.parameters) }
    let mean = zip(weights, costs).reduce(0.0) { $0 + $1.0 * $1.1 } / mass
    let variance = zip(weights, costs).reduce(0.0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / mass
    let found = try known.space.expectedCost(
      of: .parameters, .independent(probabilities, of: known.space), budgets: known.budgets)
    #expect(found.mass <= mass * (1 + 1e-12) && mass <= found.possibleMass * (1 + 1e-12))
    guard found.isExact else { return }
    #expect(abs(found.mean - mean) <= mean * 1e-12)
    #expect(abs(found.variance - variance) <= (variance + mean) * 1e-9)
  }

  @Test(arguments: 0..<10 as Range<UInt64>, [[], [CostMeasure.macs], [.macs, .parameters]])
  func `shares of options hold the members that have them`(seed: UInt64, budgets: [CostMeasure]) throws {
    let known = try SpectrumCase(seed: seed, budgets: budgets)
    guard !known.inside.isEmpty else { return }
    let shares = try OptionShares(known.space, budgets: known.budgets, effort: seed % 2 == 0 ? 100_000_000 : 1000)
    expect(shares.total, holds: known.inside.count)
    for id in known.space.decisionIDs {
      for option in known.space[id].options.indices {
        let count = known.inside.count { $0.architecture[id] == option }
        expect(shares.counts[id.index][option], holds: count)
        if budgets.isEmpty { #expect(shares.dead(id).contains(option) == (count == 0)) }
      }
    }
  }
}

extension NetworkWeights {
  /// One categorical for each decision.
  static func independent(_ probabilities: [[Double]], of space: Space) -> NetworkWeights {
    NetworkWeights(
      zip(space.decisionIDs, probabilities).map { id, row in
        Factor(decision: id, weights: row)
      }, of: space)
  }
}
