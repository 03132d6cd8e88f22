import SpaceIR

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How simulated annealing goes (fox-nas.md, sections 5.1 and 5.2).
package struct AnnealingRule: Hashable, Sendable {
  package enum Acceptance: Hashable, Sendable {
    /// FOX-NAS's released rule, which is not that of Metropolis: an improvement always; a loss of less than `loss` after
    /// more than `patience` steps without one, up to step `until`.
    case threshold(loss: Double, patience: Int, until: Int)
    /// Metropolis et al. 1953: a loss δ with the chance exp(-δ / T), T = `temperature` × `cooling`ᵗ.
    case metropolis(temperature: Double, cooling: Double)
  }

  package var acceptance: Acceptance
  /// Positions that a step moves, at first; one less after each `movesEvery` steps down to `leastMoves`.
  package var moves: Int
  package var leastMoves: Int
  package var movesEvery: Int
  /// The step after which widths and kernels move as well as depths.
  package var depthsUntil: Int
  /// Steps without an accepted one after which the walk ends.
  package var staleLimit: Int
  /// A walk is this long at most.
  package var longest: Int
  /// Redraws of a step until it is within the limit.
  package var redraws: Int

  /// The released constants.
  package static let published = AnnealingRule(
    acceptance: .threshold(loss: 0.1, patience: 500, until: 10_000), moves: 8, leastMoves: 5, movesEvery: 1000,
    depthsUntil: 200, staleLimit: 5000, longest: 1_000_000, redraws: 100_000)

  /// Of fox-nas.md, section 5.2: T₀ = 0.3 points, cooled by 0.999 a step; few moves, since a cold walk mends details.
  package static let metropolis = AnnealingRule(
    acceptance: .metropolis(temperature: 0.3, cooling: 0.999), moves: 4, leastMoves: 2, movesEvery: 1000,
    depthsUntil: 0, staleLimit: 5000, longest: 1_000_000, redraws: 100_000)
}

/// One walk of simulated annealing over the predictions of a space, under a hard limit.
///
/// The best state ever seen is the answer, not the last one. States outside the limit, the space's requirements or its
/// budgets are never entered.
package struct AnnealingWalk: Sendable {
  package var best: PredictedNetwork { kept[0] }
  /// The best states that were entered, the best first, none twice.
  package private(set) var kept: [PredictedNetwork]
  /// States whose predictions were looked at.
  package private(set) var calls: Int
  package private(set) var steps = 0
  package private(set) var accepted = 0

  /// - Parameter keeping: The released driver keeps the five best.
  /// - Throws: `AnnealingError`.
  package init(
    _ space: PredictedSpace, limit: Double, rule: AnnealingRule, keeping: Int = 1,
    using generator: inout some RandomNumberGenerator
  ) throws(AnnealingError) {
    var judge = LegalStates(space, limit: limit)
    var state = try judge.start(using: &generator, tries: rule.redraws)
    var score = judge.scores.total(state)
    var stale = 0
    var moves = rule.moves
    var weights = space.depthWeights
    var found = [(state: state, score: score)]
    if rule.depthsUntil == 0 { weights = space.laterWeights }
    while stale < rule.staleLimit, steps < rule.longest {
      guard let next = judge.step(from: state, moves: moves, weights, using: &generator, tries: rule.redraws) else {
        break
      }
      steps += 1
      let reached = judge.scores.total(next)
      let gain = reached.accuracy - score.accuracy
      if rule.accepts(gain, step: steps, stale: stale, using: &generator) {
        (state, score, stale) = (next, reached, 0)
        accepted += 1
        Self.keep(state, score, keeping, in: &found)
      } else {
        stale += 1
      }
      if steps == rule.depthsUntil { weights = space.laterWeights }
      if moves > rule.leastMoves, steps.isMultiple(of: rule.movesEvery) { moves -= 1 }
    }
    calls = judge.calls
    kept = found.map { entry in
      PredictedNetwork(
        network: space.network(entry.state), state: entry.state, accuracy: entry.score.accuracy,
        latency: entry.score.latency)
    }
  }

  private static func keep(
    _ state: [Int], _ score: PartScores.Score, _ count: Int, in found: inout [(state: [Int], score: PartScores.Score)]
  ) {
    if found.count == count, let last = found.last, score.accuracy <= last.score.accuracy { return }
    guard !found.contains(where: { $0.state == state }) else { return }
    let place = found.firstIndex { $0.score.accuracy < score.accuracy } ?? found.count
    found.insert((state, score), at: place)
    if found.count > count { found.removeLast() }
  }

  /// Uniform states within the limit, as many as were looked at before: what annealing is compared with.
  package static func random(
    _ space: PredictedSpace, limit: Double, calls: Int, using generator: inout some RandomNumberGenerator
  ) throws(AnnealingError) -> PredictedNetwork {
    var judge = LegalStates(space, limit: limit)
    var state = try judge.start(using: &generator, tries: calls)
    var best = judge.scores.total(state)
    while judge.calls < calls {
      let next = space.positions.map { Int(generator.next() % UInt64($0.optionCount)) }
      guard judge.isLegal(next) else { continue }
      let score = judge.scores.total(next)
      if score.accuracy > best.accuracy { (state, best) = (next, score) }
    }
    return PredictedNetwork(
      network: space.network(state), state: state, accuracy: best.accuracy, latency: best.latency)
  }
}

/// Why a walk cannot begin.
package enum AnnealingError: Error, Hashable, Sendable {
  /// So many tries found no state within the limit and the requirements.
  case noStart(tries: Int)
}

extension AnnealingRule {
  fileprivate func accepts(
    _ gain: Double, step: Int, stale: Int, using generator: inout some RandomNumberGenerator
  ) -> Bool {
    switch acceptance {
    case .threshold(let loss, let patience, let until):
      return gain > 0 || stale > patience && step < until && gain > -loss
    case .metropolis(let temperature, let cooling):
      guard gain <= 0 else { return true }
      // Of two networks that are predicted alike a walk would move for ever.
      guard gain < 0 else { return false }
      let chance = exp(gain / (temperature * pow(cooling, Double(step))))
      return Double(generator.next() >> 11) * 0x1p-53 < chance
    }
  }
}

/// Which states a walk may enter, and how it comes from one to the next.
private struct LegalStates {
  let space: PredictedSpace
  let limit: Double
  var scores: PartScores
  private(set) var calls = 0

  init(_ space: PredictedSpace, limit: Double) {
    self.space = space
    self.limit = limit
    scores = PartScores(space)
  }

  mutating func isLegal(_ state: [Int]) -> Bool {
    calls += 1
    let score = scores.total(state)
    guard score.isLegal, score.latency <= limit else { return false }
    return space.budgets.isEmpty || space.space.isWithinBudgets(space.network(state))
  }

  /// Depths uniform, everything else smallest; where requirements exclude all of these, everything uniform.
  mutating func start(
    using generator: inout some RandomNumberGenerator, tries: Int
  ) throws(AnnealingError) -> [Int] {
    for isAnything in [false, true] {
      for _ in 0..<tries {
        let state = space.positions.map { position in
          if case .depth = position.role { return Int(generator.next() % UInt64(position.optionCount)) }
          return isAnything ? Int(generator.next() % UInt64(position.optionCount)) : 0
        }
        if isLegal(state) { return state }
      }
    }
    throw .noStart(tries: tries)
  }

  /// A legal state that some positions away; nil where that many tries find none.
  mutating func step(
    from state: [Int], moves: Int, _ weights: [Double], using generator: inout some RandomNumberGenerator, tries: Int
  ) -> [Int]? {
    for _ in 0..<tries {
      var next = state
      for place in drawn(moves, weights, using: &generator) {
        next[place] = moved(next[place], place, using: &generator)
      }
      if isLegal(next) { return next }
    }
    return nil
  }

  /// Distinct positions, one after another with chances by weight.
  private func drawn(_ count: Int, _ weights: [Double], using generator: inout some RandomNumberGenerator) -> [Int] {
    var (left, drawn) = (weights, [Int]())
    for _ in 0..<min(count, weights.count { $0 > 0 }) {
      let total = left.reduce(0, +)
      var point = Double(generator.next() >> 11) * 0x1p-53 * total
      var place = left.lastIndex { $0 > 0 } ?? 0
      for candidate in left.indices where left[candidate] > 0 {
        if point < left[candidate] {
          place = candidate
          break
        }
        point -= left[candidate]
      }
      left[place] = 0
      drawn.append(place)
    }
    return drawn
  }

  /// One step up, none, or one down, equally likely, drawn again where it would leave the options.
  private func moved(_ option: Int, _ place: Int, using generator: inout some RandomNumberGenerator) -> Int {
    let options = 0..<space.positions[place].optionCount
    let reachable = [option - 1, option, option + 1].filter(options.contains)
    return reachable[Int(generator.next() % UInt64(reachable.count))]
  }
}

extension PredictedSpace {
  /// By position, of the first steps of the published rule: 100 for every depth, 1 for the expansion of later blocks in the
  /// first stage and the last two, 1 for the first expansion of the last stage, 0 for all else.
  fileprivate var depthWeights: [Double] {
    let last = parts.stages.count - 1
    let weights = positions.map { position -> Double in
      switch position.role {
      case .depth: 100
      case .rest(let stage, "expansion"): stage == 0 || stage >= last - 1 ? 1 : 0
      case .first(let stage, "expansion"): stage == last ? 1 : 0
      case .rest, .first, .alone: 0
      }
    }
    // A space without depths has nothing to begin with.
    return weights.contains(100) ? weights : laterWeights
  }

  /// Of the steps after them: 1 for depths and the first stage, 3 for all else but expansions of the last stage, 1.
  fileprivate var laterWeights: [Double] {
    let last = parts.stages.count - 1
    return positions.map { position in
      switch position.role {
      case .depth: 1
      case .rest(let stage, "expansion"), .first(let stage, "expansion"): stage == 0 || stage == last ? 1 : 3
      case .rest(let stage, _), .first(let stage, _): stage == 0 ? 1 : 3
      case .alone: 3
      }
    }
  }
}
