import BigInt
package import SpaceIR

/// Requirements that every network meets which meets the others, so that dropping one of them changes nothing.
///
/// Most requirements are told apart from vacuous ones by a witness: a network that breaks this one alone, found by
/// changing one decision of a member. For the rest the conditions near the requirement are asked whether they imply it,
/// then all conditions tied to it.
package struct VacuousRequirements {
  private let space: Space
  private let limits: MemberLimits
  private let conjuncts: [Conjunct]
  /// By decision: the conjuncts that speak of it.
  private let speaking: [[Int]]
  /// Members to change, spread over the numbers of all.
  private let witnesses: [Architecture]
  /// By decision: the conditions on it under which others exist.
  private let existences: [[Existence.Condition]]

  /// - Precondition: `members` is the diagram of the space, and not empty.
  package init(_ space: Space, members: MemberDiagram, limits: MemberLimits = MemberLimits()) {
    self.space = space
    self.limits = limits
    conjuncts = Conjunct.all(of: space) { _ in true }
    var speaking = [[Int]](repeating: [], count: space.decisions.count)
    for (index, conjunct) in conjuncts.enumerated() {
      for id in conjunct.support { speaking[id.index].append(index) }
    }
    self.speaking = speaking
    witnesses = (0..<4 as Range<BigUInt>).map { members.member(at: (members.count.value - 1) * $0 / 3) }
    var existences = [[Existence.Condition]](repeating: [], count: space.decisions.count)
    for decision in space.decisions {
      for condition in decision.existence?.conditions ?? [] { existences[condition.decision.index].append(condition) }
    }
    self.existences = existences
  }

  /// By index, ascending. Each is implied by all others, so of two that say the same both are in the list.
  ///
  /// Budgets are not asked about. What cannot be decided within the limits is not in the list.
  ///
  /// - Parameter effort: Ways along the edges of diagrams made in all before the rest counts as undecided.
  package func indices(effort: Int = 1_000_000) -> [Int] {
    var effort = effort
    return space.requirements.indices.filter { index in
      guard case .condition = space.requirements[index].claim else { return false }
      return isVacuous(index, effort: &effort)
    }
  }

  private func isVacuous(_ requirement: Int, effort: inout Int) -> Bool {
    let own = conjuncts.filter { $0.requirement == requirement }
    return own.allSatisfy { conjunct in
      if conjunct.support.isEmpty { return true }
      if effort <= 0 || hasWitness(against: conjunct) { return false }
      let near = Set(conjunct.support.flatMap { speaking[$0.index] }).sorted().map { conjuncts[$0] }
      return isImplied(conjunct, by: near, effort: &effort) || isImplied(conjunct, by: conjuncts, effort: &effort)
    }
  }

  private func isImplied(_ conjunct: Conjunct, by others: [Conjunct], effort: inout Int) -> Bool {
    let opposite = Conjunct(
      requirement: conjunct.requirement, expression: .unary(.not, conjunct.expression), support: conjunct.support)
    return space.allows(others.filter { $0.requirement != conjunct.requirement } + [opposite], limits, effort: &effort)
      == false
  }

  /// Looks for a network that breaks the conjunct and meets all requirements but its own.
  private func hasWitness(against conjunct: Conjunct) -> Bool {
    witnesses.contains { member in
      conjunct.support.contains { id in
        guard let chosen = member[id] else { return false }
        return space[id].options.indices.prefix(256).contains { option in
          option != chosen && isWitness(Change(member, id, to: option, from: chosen), against: conjunct)
        }
      }
    }
  }

  /// A member of which one decision is another one.
  private struct Change {
    let member: Architecture
    let id: DecisionID
    let option: Int
    let chosen: Int

    init(_ member: Architecture, _ id: DecisionID, to option: Int, from chosen: Int) {
      (self.member, self.id, self.option, self.chosen) = (member, id, option, chosen)
    }

    func value(of other: DecisionID, in space: Space) -> Value? {
      other == id ? space[id].options[option] : space.value(of: other, in: member)
    }
  }

  /// Only options change here, not which decisions exist: a change that lets others come into being, or ends them, is no
  /// network of the space.
  private func isWitness(_ change: Change, against conjunct: Conjunct) -> Bool {
    holds(conjunct, in: change) == false
      && speaking[change.id.index].allSatisfy { index in
        conjuncts[index].requirement == conjunct.requirement || holds(conjuncts[index], in: change) == true
      }
      && existences[change.id.index].allSatisfy {
        $0.options.contains(change.option) == $0.options.contains(change.chosen)
      }
  }

  private func holds(_ conjunct: Conjunct, in change: Change) -> Bool? {
    do throws(EvaluationError) {
      return try conjunct.expression.evaluate { change.value(of: $0, in: space) }.boolean
    } catch {
      return nil
    }
  }
}
