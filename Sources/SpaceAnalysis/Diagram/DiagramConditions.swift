import SpaceIR

/// A space's conditions as a diagram in file order needs them.
struct DiagramConditions {
  /// By decision: whether a condition speaks of it.
  let isMentioned: [Bool]
  private var table: ConditionTable
  /// By decision: the formulas whose first decision it is.
  private var starting: [[ConditionID]]
  private let requirements: [Int]

  /// - Throws: `CostModelError.noMembers` or `noValue` where a condition without decisions says so.
  init(_ space: Space) throws(CostModelError) {
    let conjuncts = Conjunct.all(of: space) { _ in true }
    var mentioned = [Bool](repeating: false, count: space.decisions.count)
    for id in conjuncts.flatMap(\.support) { mentioned[id.index] = true }
    table = ConditionTable(conjuncts.isEmpty ? [] : space.decisions)
    starting = [[ConditionID]](repeating: [], count: space.decisions.count)
    for conjunct in conjuncts {
      let formula = table.formula(conjunct.expression, in: space, position: \.index)
      switch formula {
      case ConditionTable.yes: break
      case ConditionTable.no: throw .noMembers
      case ConditionTable.undefined: throw .noValue(requirements: [conjunct.requirement])
      default: starting[table.facts[formula].first].append(formula)
      }
    }
    isMentioned = mentioned
    requirements = Set(conjuncts.map(\.requirement)).sorted()
  }

  /// What remains of a formula and of the conditions that start in a run of decisions, once these are decided.
  ///
  /// - Parameter option: By position in the run: the option; below 0 where the decision does not exist.
  mutating func remainder(of state: ConditionID, deciding run: Range<Int>, option: (Int) -> Int) -> ConditionID {
    var formula = state
    for decision in run where isMentioned[decision] {
      formula = table.all([formula] + starting[decision])
      guard let cofactors = table.cofactors(of: formula, at: decision) else { continue }
      let option = option(decision - run.lowerBound)
      formula = option < 0 ? cofactors[cofactors.count - 1] : cofactors[option]
      if formula == ConditionTable.no { return formula }
    }
    return formula
  }

  /// Lets go of what is not asked about after a block.
  mutating func endBlock() { table.cofactorMemo.removeAll(keepingCapacity: true) }

  /// - Throws: `CostModelError.noValue` where a condition has no value once everything is decided.
  func checkEnd(_ formulas: [ConditionID]) throws(CostModelError) {
    guard formulas.allSatisfy({ $0 == ConditionTable.yes }) else { throw .noValue(requirements: requirements) }
  }
}
