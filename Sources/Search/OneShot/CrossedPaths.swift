import Distributions
import SpaceIR

/// Two paths that differ in every decision (pi-nas.md, sections 2 and 5.2): of each decision two different options, the first
/// for path 0 and the second for path 1. Of two options the second path has the other.
///
/// A decision that exists on one path alone is drawn there by itself. Budgets are not kept: two networks that differ
/// everywhere are seldom of one cost, and what a path costs changes no weight. Candidates keep them.
struct CrossedPaths: PathDraws {
  let space: Space
  let seed: UInt64

  /// - Throws: `SearchError.tiedPaths` where requirements tie decisions: two paths that differ everywhere need not both meet
  ///   them.
  init(_ space: Space, seed: UInt64) throws {
    for requirement in space.requirements {
      if case .condition = requirement.claim { throw SearchError.tiedPaths(requirement.text) }
    }
    self.space = space
    self.seed = seed
  }

  func path(step: Int, number: Int) -> Architecture {
    let paths = paths(step: step, pair: number / 2)
    return number.isMultiple(of: 2) ? paths.0 : paths.1
  }

  private func paths(step: Int, pair: Int) -> (Architecture, Architecture) {
    var generator = SplitRandom(.architectures, seed: seed, UInt64(step), UInt64(pair))
    let empty = Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))
    var (first, second) = (empty, empty)
    for id in space.decisionIDs {
      let count = space[id].options.count
      let option = generator.next(below: count)
      let step = 1 + generator.next(below: count - 1)
      if space.exists(id, in: first) { first[id] = option }
      if space.exists(id, in: second) { second[id] = (option + step) % count }
    }
    return (first, second)
  }
}
