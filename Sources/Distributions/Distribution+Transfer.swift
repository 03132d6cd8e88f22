package import SpaceIR
package import SpacePlanner

extension Distribution {
  /// Continues from a snapshot of a distribution over the same decisions.
  ///
  /// Groups are found by the names of their decisions, so their order and their names may differ.
  ///
  /// - Parameters:
  ///   - softening: τ in (0, 1]: the logits are multiplied by it. 1 keeps the distribution; less takes certainty from one
  ///     that is almost deterministic. A choice of `parsec.md` section 6, not of the paper.
  ///   - plan: A plan of `space`, grouped as the snapshot is.
  /// - Throws: `TransferError`, naming the first decision that does not match.
  package init(
    _ snapshot: DistributionSnapshot, for space: Space, plan: DistributionPlan, softening: Double = 1
  ) throws(TransferError) {
    guard softening > 0 && softening <= 1 else { throw .softeningOutOfRange(softening) }
    var groupOfDecision: [String: Int] = [:]
    for (index, group) in snapshot.groups.enumerated() {
      for hole in group.decisions { groupOfDecision[hole.name] = index }
    }
    var rows: [[Double]] = []
    for factor in plan.factors {
      let wanted = factor.decisions.map { DistributionSnapshot.Hole(space[$0], in: space) }
      guard let index = groupOfDecision[wanted[0].name] else { throw .missing(decision: wanted[0].name) }
      let row = try snapshot.groups[index].row(for: wanted, combinations: factor.combinations.count)
      rows.append(row.map { softening * $0 })
    }
    let names = Set(space.decisions.map(\.name))
    for hole in snapshot.groups.flatMap(\.decisions) where !names.contains(hole.name) {
      throw .unknown(decision: hole.name)
    }
    self.init(plan: plan, logits: rows)
  }
}

extension DistributionSnapshot.Group {
  /// The logits, after the decisions were compared with those of a factor.
  fileprivate func row(
    for wanted: [DistributionSnapshot.Hole], combinations: Int
  ) throws(TransferError) -> [Double] {
    for hole in wanted {
      guard let mine = decisions.first(where: { $0.name == hole.name }) else {
        throw .otherGroup(decision: hole.name, expected: wanted.map(\.name), found: decisions.map(\.name))
      }
      guard mine.options == hole.options else {
        throw .otherOptions(decision: hole.name, expected: hole.options, found: mine.options)
      }
      guard mine.condition == hole.condition else { throw .otherCondition(decision: hole.name) }
    }
    guard decisions == wanted else {
      throw .otherGroup(decision: wanted[0].name, expected: wanted.map(\.name), found: decisions.map(\.name))
    }
    guard logits.count == combinations, logits.contains(where: { $0 != nil }) else {
      throw .unusableLogits(decision: wanted[0].name, expected: combinations, found: logits.count)
    }
    return logits.map { $0 ?? -.infinity }
  }
}

/// Why a stored distribution does not fit a space. Every case but the last names the decision in question.
package enum TransferError: Error, Hashable, Sendable {
  /// The space has a decision the snapshot lacks.
  case missing(decision: String)
  /// The snapshot has a decision the space lacks.
  case unknown(decision: String)
  case otherOptions(decision: String, expected: [String], found: [String])
  case otherCondition(decision: String)
  /// The decision shares its categorical with others than in the plan.
  case otherGroup(decision: String, expected: [String], found: [String])
  /// The number of logits of the decision's group is wrong, or none is possible.
  case unusableLogits(decision: String, expected: Int, found: Int)
  case softeningOutOfRange(Double)
}

extension TransferError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing(let decision): "the stored distribution has no decision '\(decision)'"
    case .unknown(let decision): "the space has no decision '\(decision)' of the stored distribution"
    case .otherOptions(let decision, let expected, let found):
      "decision '\(decision)' has the options \(list(expected)) in the space but \(list(found)) when stored"
    case .otherCondition(let decision): "decision '\(decision)' exists under another condition than when stored"
    case .otherGroup(let decision, let expected, let found):
      "decision '\(decision)' is grouped as \(list(expected)) in the plan but as \(list(found)) when stored"
    case .unusableLogits(let decision, let expected, let found):
      "the group of decision '\(decision)' needs \(expected) logits, not all impossible; stored are \(found)"
    case .softeningOutOfRange(let softening): "a softening of \(softening) is not above 0 and at most 1"
    }
  }

  private func list(_ names: [String]) -> String { "{\(names.joined(separator: ", "))}" }
}
