import Distributions
package import SpaceAnalysis
package import SpaceIR
package import SpacePlanner

/// The operators of a space: for each row, which is what is decided together, the ways to decide it that some legal
/// network has, with such a network.
package struct LayerOperators: Sendable {
  package let space: Space
  package let plan: DistributionPlan
  /// Which row decides a layer.
  package let rowOfLayer: [LayerID: Int]
  /// By row, then combination; nil: no legal network has it.
  package let examples: [[Architecture?]]

  /// - Parameter members: The networks that are legal without limits of cost.
  /// - Throws: `OneShotError.noTable`; `DistributionPlanError`; `MoveError`.
  package init(_ space: Space, _ members: MemberSet) throws {
    let plan = try DistributionPlan.joint(for: space)
    self.space = space
    self.plan = plan
    rowOfLayer = try Self.rows(of: space, plan)
    // Most combinations fit any network; only the others are looked for.
    var ways: FactoredWays?
    var generator = SplitRandom(seed: 0, stream: 0x6578_616d)
    let base = members.draw(using: &generator)
    examples = try plan.factors.indices.map { row in
      try plan.factors[row].combinations.indices.map { combination in
        var network = base
        for (id, option) in zip(plan.factors[row].decisions, plan.factors[row].combinations[combination]) {
          network[id] = option
        }
        if space.contains(network), members.contains(network) { return network }
        let known =
          try ways ?? FactoredWays(space, members, factors: plan.factors.map { ($0.decisions, $0.combinations) })
        ways = known
        return try Self.example(space, known, plan, row, combination)
      }
    }
  }

  /// What a combination of a row is, without the name of the row: `separable, kernel 3`.
  package func name(of combination: Int, in row: Int) -> String {
    let factor = plan.factors[row]
    let parts = zip(factor.decisions, factor.combinations[combination]).compactMap { id, option -> String? in
      guard let option else { return nil }
      let decision = space[id]
      // Which alternative of a layer it is says its name alone.
      let own = decision.parameter.split(separator: ".").last.map(String.init) ?? decision.parameter
      return own == "op" ? "\(decision.options[option])" : "\(own) \(decision.options[option])"
    }
    return parts.joined(separator: ", ")
  }
}

/// How the layers of every operator end.
package struct OperatorTable: Sendable {
  package let operators: LayerOperators
  package var plan: DistributionPlan { operators.plan }
  /// By row, then combination; nil: no legal network has it.
  package let ends: [[[LayerEnd]?]]

  /// - Throws: `EvaluationError`.
  package init(_ operators: LayerOperators, supernet: SupernetPlan) throws {
    self.operators = operators
    ends = try operators.examples.enumerated().map { row, examples in
      try examples.map { example in
        try example.map { try supernet.layerEnds(of: $0).filter { operators.rowOfLayer[$0.layer] == row } }
      }
    }
  }
}

extension LayerOperators {
  /// Which row decides a layer.
  private static func rows(of space: Space, _ plan: DistributionPlan) throws(OneShotError) -> [LayerID: Int] {
    var rows: [LayerID: Int] = [:]
    for (index, layer) in space.layers.enumerated() where !layer.decisions.isEmpty {
      let own = Set(layer.decisions)
      let touched = plan.factors.indices.filter { !own.isDisjoint(with: plan.factors[$0].decisions) }
      guard touched.count == 1 else {
        throw .noTable(layer: layer.name, decisions: layer.decisions.map { space[$0].name })
      }
      rows[LayerID(index: index)] = touched[0]
    }
    return rows
  }

  /// A legal network in which a row has a combination: the most probable one where everything else is even.
  private static func example(
    _ space: Space, _ ways: FactoredWays, _ plan: DistributionPlan, _ row: Int, _ combination: Int
  ) throws -> Architecture? {
    var logits = plan.zeros
    for other in logits[row].indices where other != combination { logits[row][other] = -.infinity }
    // A row that exists under conditions only: those that it hangs on are decided accordingly.
    var conditions = plan.factors[row].existence?.conditions ?? []
    while let condition = conditions.popLast() {
      guard let parent = plan.factors.firstIndex(where: { $0.decisions.contains(condition.decision) }),
        let place = plan.factors[parent].place(of: condition.decision)
      else { continue }
      for (index, tuple) in plan.factors[parent].combinations.enumerated() {
        if !(tuple[place].map(condition.options.contains) ?? false) { logits[parent][index] = -.infinity }
      }
      guard logits[parent].contains(where: { $0 > -.infinity }) else { return nil }
      conditions += plan.factors[parent].existence?.conditions ?? []
    }
    do throws(MoveError) {
      return try WeightedNetworks(ways, NetworkWeights(Distribution(plan: plan, logits: logits), of: space)).mode
    } catch .noWeight {
      return nil
    } catch {
      throw error
    }
  }
}
