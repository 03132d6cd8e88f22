import SpaceIR
import SpacePlanner

extension Factor {
  /// What holds exactly where the factor has one of some combinations, as far as it exists.
  ///
  /// Decision by decision: what an option switches off is not asked.
  ///
  /// - Parameter allowed: Places in `combinations`.
  func requirement(_ allowed: [Int], in space: Space) -> Requirement {
    let condition = condition(allowed, from: 0, in: space)
    return Requirement("\(name) is one of \(allowed.count) operators", .condition(guarded(condition, space)))
  }

  private func condition(_ allowed: [Int], from place: Int, in space: Space) -> Expression {
    guard place < decisions.count else { return .constant(.boolean(true)) }
    let byOption = Dictionary(grouping: allowed) { combinations[$0][place] }
    // Whether the decision exists follows from those before it.
    if let same = byOption[nil] { return condition(same, from: place + 1, in: space) }
    let id = decisions[place]
    var result: Expression?
    for (option, value) in space[id].options.enumerated() {
      let isIt = Expression.binary(.equal, .decision(id), .constant(value))
      let part: Expression
      if let own = byOption[option] {
        let rest = condition(own, from: place + 1, in: space)
        if rest == .constant(.boolean(true)) { continue }
        part = .call(.implies, [isIt, rest])
      } else {
        part = .binary(.notEqual, .decision(id), .constant(value))
      }
      result = result.map { .binary(.and, $0, part) } ?? part
    }
    return result ?? .constant(.boolean(true))
  }

  private func guarded(_ condition: Expression, _ space: Space) -> Expression {
    (existence?.conditions ?? []).reversed().reduce(condition) { condition, outer in
      let options = outer.options.map { option in
        Expression.binary(.equal, .decision(outer.decision), .constant(space[outer.decision].options[option]))
      }
      let holds = options.dropFirst().reduce(options[0]) { .binary(.or, $0, $1) }
      return .call(.implies, [holds, condition])
    }
  }
}
