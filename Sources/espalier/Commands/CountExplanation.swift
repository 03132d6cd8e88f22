import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// What `count --explain` shows: the structure that the compiler chose, and its size.
struct CountExplanation {
  private let space: Space
  /// Nil where the networks were not counted.
  private let structure: CountStructure?
  private let budgeted: BudgetedCount?
  private let costs: [(measure: CostMeasure, structure: CostStructure)]

  init(of compiled: CompiledSpace, _ budgeted: BudgetedCount?, _ models: [CostModel]) {
    space = compiled.space
    structure = (try? compiled.fullyCounted()).map { CountStructure(compiled.space, $0) }
    self.budgeted = budgeted
    costs = models.map { ($0.measure, CostStructure($0, of: compiled.space)) }
  }

  var text: String {
    var lines: [String] = []
    if let structure {
      let single = structure.trees.count { $0.decisions.count == 1 }
      if single > 0 { lines.append("\(counted(single, "free decision")), multiplied") }
      let trees = structure.trees.filter { $0.decisions.count > 1 }
      if !trees.isEmpty {
        let inside = trees.reduce(0) { $0 + $1.decisions.count }
        lines.append(
          "\(counted(trees.count, "tree")) of \(inside.grouped) decisions that depend on one another, multiplied")
      }
      lines += structure.groups.map(text)
      if !structure.hanging.isEmpty {
        lines.append(
          "\(counted(structure.hanging.count, "decision")) of which each hangs on one of a group, as weights")
      }
    }
    if let budgeted {
      let steps = budgeted.binWidth == 1 ? "every cost apart" : "costs in steps of \(budgeted.binWidth.grouped)"
      lines.append(
        "budgets: a diagram of \(budgeted.stateCount.grouped) states and \(budgeted.edgeCount.grouped) edges, \(steps)")
    }
    lines += costs.map { measure, cost in
      let place = cost.widest > 1 ? ", at most \(cost.widest.grouped) at once, after '\(cost.owner)'" : ""
      return "\(measure.unit): a diagram of \(cost.states.grouped) states\(place), and \(cost.edges.grouped) edges; "
        + "\(counted(cost.blocks, "block")), \(cost.steps.grouped) evaluations"
    }
    return lines.isEmpty ? "" : "\ncounted as\n" + lines.map { "  \($0)\n" }.joined()
  }

  private func text(of group: CountStructure.Group) -> String {
    let ties = space.names(of: group.requirements)
    return "a group of \(group.decisions.count.grouped) decisions, tied by \(ties): \(group.states.grouped) states, "
      + "at most \(group.widest.grouped) at once, and \(group.edges.grouped) edges"
  }

  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if let structure {
      members.append(("free", .array(structure.trees.map { names($0.decisions) })))
      members.append(
        (
          "groups",
          .array(
            structure.groups.map { group in
              .object([
                ("decisions", names(group.decisions)),
                ("requirements", .array(group.requirements.map { .string(space.requirements[$0].text) })),
                ("states", .integer(group.states)), ("widest", .integer(group.widest)),
                ("edges", .integer(group.edges)),
              ])
            })
        ))
      members.append(("hanging", names(structure.hanging)))
    }
    if let budgeted {
      members.append(
        (
          "budgets",
          .object([
            ("states", .integer(budgeted.stateCount)), ("edges", .integer(budgeted.edgeCount)),
            ("bin_width", .integer(budgeted.binWidth)),
          ])
        ))
    }
    for (measure, cost) in costs {
      members.append(
        (
          measure.name,
          .object([
            ("blocks", .integer(cost.blocks)), ("states", .integer(cost.states)), ("widest", .integer(cost.widest)),
            ("edges", .integer(cost.edges)), ("evaluations", .integer(cost.steps)),
          ])
        ))
    }
    return .object(members)
  }

  private func names(_ decisions: [Int]) -> JSONValue { .array(decisions.map { .string(space.decisions[$0].name) }) }
}
