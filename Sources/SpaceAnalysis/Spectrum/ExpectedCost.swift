package import SpaceIR

/// Mean and spread of a cost over a distribution's draws that meet a space's conditions and budgets.
package struct ExpectedCost: Hashable, Sendable {
  /// In the unit of the cost.
  package let mean: Double
  /// In the unit of the cost, squared.
  package let variance: Double
  /// The probability that a draw is one of those that mean and variance are over.
  package let mass: Double
  /// The probability that a draw can meet the budgets: more than `mass` where costs had to be binned, and then mean and
  /// variance are over draws that certainly meet them.
  package let possibleMass: Double

  /// Standard deviation, in the unit of the cost.
  package var deviation: Double { variance.squareRoot() }

  package var isExact: Bool { mass == possibleMass }
}

/// Why there is no expected cost.
package enum ExpectationError: Error, Hashable, Sendable {
  case budgets(BudgetError)
  case moves(MoveError)
  /// Bins cannot tell whether any network is within the budgets.
  case unresolved
}

extension BudgetedMembers {
  /// Restricted in bins that tell most costs apart where that fits, and in coarse ones where it does not.
  fileprivate static func finelyRestricted(
    _ model: CostModel, _ bands: [BudgetBand], _ coarse: Int, _ memoryLimit: Int
  ) throws(BudgetError) -> (certain: CostModel?, possible: CostModel) {
    do throws(BudgetError) {
      return try restricted(model, bands, max(coarse, 1 << 20), min(memoryLimit, 1 << 28))
    } catch {
      guard case .band(_, .tooLarge) = error else { throw error }
      return try restricted(model, bands, coarse, memoryLimit)
    }
  }
}

extension Space {
  /// The expected cost of a draw of a distribution, and its variance, given that it meets the conditions and budgets: the
  /// cost that a search pays on average, without drawing.
  ///
  /// A sum over all ways of a diagram, rounded as `Double` sums of positive terms are and in no other way.
  ///
  /// - Parameters:
  ///   - budgets: Those of the space unless given.
  ///   - effort: Steps that counting under budgets may take, about a nanosecond each.
  ///   - memoryLimit: The most that a diagram may take, in bytes.
  /// - Throws: `ExpectationError`: `moves(.noWeight)` where no network within them has a probability above 0.
  /// - Complexity: O(edges and tuples of the diagram, times bins of the budgets).
  package func expectedCost(
    of measure: CostMeasure, _ weights: NetworkWeights, budgets: [Budget]? = nil, effort: Int = 100_000_000,
    limits: CostModelLimits = CostModelLimits(), memoryLimit: Int = 1 << 31
  ) throws(ExpectationError) -> ExpectedCost {
    let (certain, possible): (CostModel?, CostModel)
    let bands: [BudgetBand]
    do throws(BudgetError) {
      bands = try BudgetBand.bands(of: budgets ?? self.budgets)
      // The measure of the edges is not bounded itself: every band is one of the further measures.
      let all = [BudgetBand(measure: measure, range: 0...Int.max)] + bands
      let model = try BudgetedMembers.model(of: self, all, limits: limits)
      let coarse = BudgetedMembers.resolution(of: model, budgets: all.count, effort: effort)
      (certain, possible) = try BudgetedMembers.finelyRestricted(model, all, coarse, memoryLimit)
    } catch {
      throw .budgets(error)
    }
    guard let certain else { throw .unresolved }
    do throws(MoveError) {
      guard let found = try certain.expectedCost(weights, of: self) else { throw MoveError.noWeight }
      let most = !bands.isEmpty ? try possible.expectedCost(weights, of: self)?.mass : found.mass
      return ExpectedCost(
        mean: found.mean, variance: found.variance, mass: found.mass, possibleMass: max(found.mass, most ?? 0))
    } catch {
      throw .moves(error)
    }
  }
}

extension CostModel {
  /// Nil where no way has a probability above 0.
  fileprivate func expectedCost(
    _ weights: NetworkWeights, of space: Space
  ) throws(MoveError) -> (mean: Double, variance: Double, mass: Double)? {
    let costs = NetworkWays(
      space,
      try NetworkWays.joined(
        wayLayers { number, state in
          layers[number].edges(of: state).map {
            NetworkWays.Edge(target: $0.target, bin: $0.cost, members: $0.members)
          }
        }, weights.factors.map { $0.decisions.map(\.index) }.filter { $0.count > 1 }, limit: MemberLimits().edges))
    // Of the ways from each state on: probability, mean, and mean squared distance from it.
    var next: [(mass: WideDouble, mean: Double, spread: Double)] = [(.one, Double(constant), 0)]
    let rows = FactoredWays(costs, factors: weights.shapes).rows(weights.probabilities)
    for (layer, rows) in zip(costs.layers, rows).reversed() {
      next = (0..<layer.stateCount).map { state in
        var total = (mass: WideDouble.zero, mean: 0.0, spread: 0.0)
        for edge in layer.edges[layer.edges(of: state)] {
          let rest = next[edge.target]
          let mass = rest.mass * layer.members[edge.members].reduce(.zero) { $0 + rows[Int($1)] }
          guard !mass.isZero else { continue }
          // Chan, Golub and LeVeque 1979: sums of squares of two parts without cancellation.
          let distance = rest.mean + Double(edge.bin) - total.mean
          total.mass += mass
          let share = (mass / total.mass).value
          total.mean += distance * share
          total.spread += share * (rest.spread - total.spread + distance * distance * (1 - share))
        }
        return total
      }
    }
    guard !next[0].mass.isZero else { return nil }
    return (next[0].mean, next[0].spread, next[0].mass.value)
  }
}
