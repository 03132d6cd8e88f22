import SpaceIR

@testable import SpaceAnalysis

/// A random space under random conditions and budgets, with all its members and what they cost, by brute force.
struct SpectrumCase {
  let space: Space
  let budgets: [Budget]
  /// Within the conditions, and of these within the budgets.
  let members: [(architecture: Architecture, cost: NetworkCost)]
  let inside: [(architecture: Architecture, cost: NetworkCost)]

  /// - Parameter measures: Of the budgets, each about as tight as a random member.
  init(seed: UInt64, budgets measures: [CostMeasure] = []) throws {
    var space = SmallSpace.random(seed: seed)
    var random = SeededGenerator(seed: seed &+ 4711)
    let numbers = space.decisionIDs.filter { space[$0].options[0].number != nil && space[$0].existence == nil }
    for (a, b) in zip(numbers, numbers.dropFirst()) where random.pick(0...2) == 0 {
      space.requirements.append(
        Requirement("order", .condition(.binary(.lessOrEqual, .decision(a), .decision(b)))))
    }
    let conditions = space.requirements
    self.space = space
    members = try enumerate(space).filter { architecture in
      try conditions.allSatisfy { requirement in
        guard case .condition(let condition) = requirement.claim else { return true }
        return try condition.evaluate { space.value(of: $0, in: architecture) } == .boolean(true)
      }
    }.map { ($0, try SpaceAnalysis.cost(of: $0, in: space)) }
    let costs = members.map(\.cost)
    budgets = measures.compactMap { measure in
      guard !costs.isEmpty else { return nil }
      let (a, b) = (random.pick(costs)[measure], random.pick(costs)[measure])
      let quantity: Budget.Quantity = measure == .macs ? .macs : measure == .parameters ? .parameters : .activationBytes
      return Budget(quantity, least: random.pick(0...2) == 0 ? min(a, b) : nil, greatest: max(a, b))
    }
    let bounds = budgets
    inside = members.filter { member in
      bounds.allSatisfy { budget in
        let cost = member.cost[budget.quantity.measure]
        return (budget.least ?? 0) <= cost && cost <= budget.greatest ?? .max
      }
    }
  }
}
