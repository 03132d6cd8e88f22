import Distributions
import SpaceAnalysis
import SpaceIR
import SpacePlanner

/// HURRICANE's rounds (Zhang et al. 2020, arXiv 1910.11609; hurricane.md, section 6): the later layers are trained and
/// searched first, with one good operator in every earlier layer; then the earlier ones, with what was found kept.
///
/// The limit of an earlier round allows for what the rounds after it will save: where the earlier layers' operator is
/// slower than the pool's median, as much more (section 6.3). Where what a round found leaves no network within the limit
/// to the next, the round's limit falls by the shortfall and its best candidate within that is taken, of those that were
/// scored already; only where there is none is it searched again. Weights go on from round to round.
package struct GroupedStages: OneShotStages {
  package let ranking: OperatorRanking
  /// Rows of each group, the layers next to the input first.
  package let groups: [Range<Int>]
  /// By row: the operator of layers that are not searched yet.
  private let standIns: [Int]
  /// Latencies are told apart in at most so many bins, and in as many as it takes where that is too coarse.
  private static let costBins = 1 << 12
  private let space: Space
  private let plan: DistributionPlan
  private let pool: [[Int]]
  private let recipe: OneShotRecipe
  private let group: GroupRecipe
  private let steps: [Int]
  private let seed: UInt64
  private let extra: [Budget]

  /// - Parameters:
  ///   - operators: Of the space.
  ///   - trainingSteps: Of all rounds together, split as the layers are.
  ///   - extra: Further limits of every candidate.
  /// - Throws: `OneShotError`, `MemberSetError` where nothing is within the limit, `CostError`.
  init(
    _ operators: LayerOperators, recipe: OneShotRecipe, group: GroupRecipe, trainingSteps: Int, extra: [Budget],
    seed: UInt64
  ) throws {
    space = operators.space
    plan = operators.plan
    self.recipe = recipe
    self.group = group
    self.seed = seed
    self.extra = extra
    ranking = try OperatorRanking(
      operators, device: group.device, keeping: group.operators, bands: group.bands,
      capacity: (group.macsWeight, group.parametersWeight))
    let pool = ranking.pool
    self.pool = pool
    for (row, combinations) in pool.enumerated() where combinations.isEmpty {
      throw OneShotError.emptyPool(layer: plan.factors[row].name, device: group.device, ranking.unmeasured.map(\.name))
    }
    let operatorOf = ranking.operatorOf
    standIns = pool.enumerated().map { row, combinations in
      combinations.min { (operatorOf[row][$0] ?? 0) < (operatorOf[row][$1] ?? 0) } ?? combinations[0]
    }
    groups = try Self.groups(plan, group.splits)
    let rows = plan.factors.count
    var left = trainingSteps
    var steps: [Int] = []
    for (number, range) in groups.enumerated() {
      let own =
        number == groups.count - 1
        ? left : max(1, Int((Double(trainingSteps) * Double(range.count) / Double(rows)).rounded()))
      steps.append(max(1, own))
      left -= own
    }
    self.steps = steps
    // Whether anything is within the limit at all, whatever the rounds come to.
    try requireReach()
  }

  private func requireReach() throws {
    do {
      _ = try members(free: 0..<plan.factors.count, fixed: [:], within: group.limit)
    } catch .budgets(.band(_, .empty(_, let least, let greatest))) {
      throw OneShotError.outOfReach(device: group.device, limit: group.limit, least: least, greatest: greatest)
    }
  }

  /// By default two, at the border of stages nearest to two fifths of the layers.
  private static func groups(_ plan: DistributionPlan, _ splits: [Int]?) throws(OneShotError) -> [Range<Int>] {
    let count = plan.factors.count
    func stage(_ row: Int) -> Substring { plan.factors[row].name.prefix { $0 != "[" && $0 != "." } }
    var starts = splits ?? []
    if splits == nil, count > 1 {
      let wanted = 0.4 * Double(count)
      let borders = (1..<count).filter { stage($0) != stage($0 - 1) }
      let near = (borders.isEmpty ? Array(1..<count) : borders).min {
        abs(Double($0) - wanted) < abs(Double($1) - wanted)
      }
      starts = near.map { [$0] } ?? []
    }
    if let wrong = starts.first(where: { $0 >= count }) { throw .noSuchLayer(wrong, of: count) }
    let ends = starts + [count]
    return zip([0] + starts, ends).map { $0..<$1 }
  }

  // MARK: Rounds

  package func plannedSteps(from number: Int) -> Int {
    guard number < groups.count else { return 0 }
    // Rounds go from the last group to the first.
    return groups.indices.reversed().dropFirst(number).reduce(0) { $0 + steps[$1] + recipe.budget }
  }

  package func stage(_ number: Int, after histories: [ScoredHistory]) throws -> OneShotStage? {
    var round = try Round(of: self, groups.count - 1, found: [:])
    var remarks: [String] = []
    for (place, history) in histories.enumerated() {
      remarks = []
      guard let next = try after(round, history, stage: place, &remarks) else { return nil }
      round = next
    }
    return try stage(number, round, remarks)
  }

  /// A group that is searched, with all that is known by then.
  private struct Round {
    let group: Int
    /// By row, of groups that were searched.
    let found: [Int: Int]
    let limit: Int
    /// Whether its weights are still to be trained.
    let trains: Bool
    let members: MemberSet

    init(of stages: GroupedStages, _ group: Int, found: [Int: Int]) throws {
      self.group = group
      self.found = found
      trains = true
      (limit, members) = try stages.limit(of: group, found: found)
    }

    init(_ other: Round, limit: Int, members: MemberSet) {
      group = other.group
      found = other.found
      trains = false
      self.limit = limit
      self.members = members
    }
  }

  /// The limit of a group's candidates, and these.
  private func limit(of group: Int, found: [Int: Int]) throws -> (Int, MemberSet) {
    let before = 0..<groups[group].lowerBound
    func sum(_ of: (Int) -> Int) -> Int { before.reduce(0) { $0 + of($1) } }
    func time(_ row: Int, _ combination: Int) -> Int { ranking.latencies[row][combination] ?? 0 }
    let own = sum { time($0, standIns[$0]) }
    let middle = sum { row in
      let times = pool[row].map { time(row, $0) }.sorted()
      return (times[(times.count - 1) / 2] + times[times.count / 2]) / 2
    }
    let fixed = fixed(group, found)
    let limit = self.group.limit + own - middle
    do {
      return (limit, try members(free: groups[group], fixed: fixed, within: limit))
    } catch MemberSetError.budgets(.band(_, .empty)) {
      // The least that the earlier layers can take leaves as much as there is.
      let widest = self.group.limit + own - sum { row in pool[row].map { time(row, $0) }.min() ?? 0 }
      return (widest, try members(free: groups[group], fixed: fixed, within: widest))
    }
  }

  private func fixed(_ group: Int, _ found: [Int: Int]) -> [Int: Int] {
    var fixed = found
    for row in 0..<groups[group].lowerBound { fixed[row] = standIns[row] }
    return fixed
  }

  /// What follows from a round's scores; nil: the search is over.
  private func after(
    _ round: Round, _ history: ScoredHistory, stage: Int, _ remarks: inout [String]
  ) throws -> Round? {
    guard round.group > 0 else { return nil }
    var limit = round.limit
    while true {
      guard let best = try best(of: history, within: limit, stage: stage) else {
        remarks.append(
          "no candidate that was scored is within \(max(0, limit).inGroups) ns, so the layers are searched again within it"
        )
        let members = try members(free: groups[round.group], fixed: fixed(round.group, round.found), within: limit)
        return Round(round, limit: limit, members: members)
      }
      var found = round.found
      for row in groups[round.group] { found[row] = plan.factors[row].combination(in: best) }
      do {
        return try Round(of: self, round.group - 1, found: found)
      } catch MemberSetError.budgets(.band(_, .empty(_, let least, _))) {
        let shortfall = max(1, least - group.limit)
        remarks.append(
          "what was found leaves the earlier layers no network within the limit: \(shortfall.inGroups) ns are missing, so a faster "
            + "candidate is taken")
        limit -= shortfall
      }
    }
  }

  private func best(of history: ScoredHistory, within limit: Int, stage: Int) throws -> Architecture? {
    let order = history.best(history.count, amongFirst: history.count, tie: tieBreak(seed: seed, stage: stage))
    for candidate in order {
      let cost = try cost(of: candidate.architecture, in: space, devices: [group.device])
      if cost.latencies[group.device] ?? .max <= limit { return candidate.architecture }
    }
    return nil
  }

  // MARK: Sets

  private func stage(_ number: Int, _ round: Round, _ remarks: [String]) throws -> OneShotStage {
    let rows = groups[round.group]
    let legal = LegalCandidates(
      space, round.members,
      genes: plan.factors.map {
        Gene(decisions: $0.decisions, combinations: $0.combinations.count)
      })
    let moves = try OneShotSearch.moves(legal, recipe, seed: seed, stage: number)
    let names = "\(ranking.rowNames[rows.lowerBound]) to \(ranking.rowNames[rows.upperBound - 1])"
    var remarks = remarks
    if number == 0 {
      remarks.append(
        "the pool for '\(group.device)': \(ranking.kept.map(\.name).joined(separator: "; ")) (see 'espalier device pool')"
      )
      let slow = ranking.unmeasured
      if !slow.isEmpty {
        remarks.append("not measured, so infinitely slow: \(slow.map(\.name).joined(separator: "; "))")
      }
    }
    remarks.append(
      "stage \(number + 1) searches \(rows.count) of \(plan.factors.count) layers, \(names), within \(max(0, round.limit).inGroups) ns on "
        + "'\(group.device)'")
    let drawn = try members(free: rows, fixed: fixed(round.group, round.found), within: nil)
    remarks.append(
      "\(NetworkCount(round.members.count).grouped) of the \(NetworkCount(drawn.count).grouped) networks that differ in these layers are within that"
    )
    if moves.isExhaustive { remarks.append(OneShotSearch.exhaustion(moves.count, recipe.budget)) }
    let draws = UniformPaths(members: drawn, seed: seed)
    return OneShotStage(
      trainingSteps: round.trains ? steps[round.group] : 0, draws: draws, moves: moves,
      entropy: NetworkCount(round.members.count).naturalLogarithm ?? 0, remarks: remarks)
  }

  /// The networks of the pool in which some rows are free and others are fixed; later rows that are neither are free too.
  ///
  /// - Parameter limit: Nanoseconds; nil: any latency.
  private func members(free: Range<Int>, fixed: [Int: Int], within limit: Int?) throws(MemberSetError) -> MemberSet {
    var narrowed = space
    narrowed.requirements += plan.factors.indices.map { row in
      plan.factors[row].requirement(fixed[row].map { [$0] } ?? pool[row], in: space)
    }
    let budgets = limit.map { [Budget(.latency(device: group.device), greatest: $0)] + extra } ?? []
    do throws(MemberSetError) {
      return try MemberSet(narrowed, budgets: budgets, bins: Self.costBins)
    } catch .budgets(.band(_, .unresolved)) {
      return try MemberSet(narrowed, budgets: budgets)
    }
  }
}
