package import SpaceIR

/// A space under two predictors, cut into parts that add up: no term, no condition for existing and no requirement speaks
/// of decisions of two of them.
///
/// The predictors of FOX-NAS have no term across stages, so that a part is a stage (fox-nas.md, section 5.2); a predictor
/// that has one joins the stages it speaks of.
package struct PredictedSpace: Sendable {
  /// What is wanted, and what is limited.
  package let accuracy: BoundPredictor
  package let latency: BoundPredictor
  package let parts: SearchedParts
  package let positions: [Position]
  /// Positions of each part, parents of conditions before what exists under them.
  let components: [[Int]]
  /// By part, the requirements that speak of it.
  let conditions: [[Int]]

  /// Settings of a part that the exact answer looks at, at most.
  package static let limit = 5_000_000

  package init(
    _ parts: SearchedParts, accuracy: Predictor, latency: Predictor, tie: BlockTie
  ) throws(PredictedSpaceError) {
    do throws(FeatureError) {
      self.accuracy = try BoundPredictor(accuracy, of: parts)
      self.latency = try BoundPredictor(latency, of: parts)
    } catch {
      throw .feature(error)
    }
    self.parts = parts
    positions = parts.positions(tie)
    let groups = Groups(parts.space, positions, [self.accuracy, self.latency])
    components = groups.components
    conditions = groups.conditions
  }

  var space: Space { parts.space }

  /// The network of a state: an option for each position; what does not exist is left out.
  package func network(_ state: [Int]) -> Architecture {
    var network = Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))
    for (place, position) in positions.enumerated() {
      for id in position.decisions { network[id] = state[place] }
    }
    // Parents come before children.
    for id in space.decisionIDs where !space.exists(id, in: network) { network[id] = nil }
    return network
  }

  /// Whether a network meets what is asked of decisions; budgets are not looked at.
  func meets(_ requirement: Int, _ network: Architecture) -> Bool {
    guard case .condition(let condition) = space.requirements[requirement].claim else { return true }
    return (try? condition.evaluate { space.value(of: $0, in: network) }) == .boolean(true)
  }

  /// The requirements that bound a cost of the whole network.
  package var budgets: [Requirement] {
    space.requirements.filter { if case .budget = $0.claim { true } else { false } }
  }
}

/// Why nothing can be optimised.
package enum PredictedSpaceError: Error, Hashable, Sendable {
  case feature(FeatureError)
  /// A budget adds over the whole network, not over the parts.
  case budget(String)
  /// A part has more settings than can be looked at.
  case tooLarge(part: [String], limit: Int)
  /// No setting of a part meets the requirements.
  case noSetting(part: [String])
}

/// Which positions hang together.
private struct Groups {
  private var leaders: [Int]
  private(set) var components: [[Int]] = []
  private(set) var conditions: [[Int]] = []

  init(_ space: Space, _ positions: [Position], _ predictors: [BoundPredictor]) {
    leaders = Array(positions.indices)
    var places: [DecisionID: Int] = [:]
    for (place, position) in positions.enumerated() {
      for id in position.decisions { places[id] = place }
    }
    for id in space.decisionIDs {
      for condition in space[id].existence?.conditions ?? [] {
        if let a = places[id], let b = places[condition.decision] { join(a, b) }
      }
    }
    for predictor in predictors {
      for factors in predictor.factors {
        joinAll(factors.flatMap { predictor.readers[$0].decisions }.compactMap { places[$0] })
      }
    }
    let spoken = space.requirements.map { requirement -> [Int] in
      guard case .condition(let condition) = requirement.claim else { return [] }
      return condition.support.compactMap { places[$0] }
    }
    for places in spoken { joinAll(places) }
    let roots = Set(positions.indices.map(leader)).sorted()
    components = roots.map { root in
      // By the first decision: a parent has a smaller index.
      positions.indices.filter { leader($0) == root }.sorted { positions[$0].decisions[0] < positions[$1].decisions[0] }
    }
    conditions = roots.map { root in spoken.indices.filter { spoken[$0].first.map(leader) == root } }
  }

  private func leader(_ place: Int) -> Int {
    var place = place
    while leaders[place] != place { place = leaders[place] }
    return place
  }

  private mutating func join(_ a: Int, _ b: Int) {
    let (first, second) = (leader(a), leader(b))
    leaders[max(first, second)] = min(first, second)
  }

  private mutating func joinAll(_ places: [Int]) {
    for pair in zip(places, places.dropFirst()) { join(pair.0, pair.1) }
  }
}
