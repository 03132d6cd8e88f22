import SpaceIR

extension Space {
  /// The decisions in the order in which a cost diagram decides them: each run of one owner's decisions where it is first
  /// used, a parent no later than its children.
  ///
  /// What is decided long before it is used has to be remembered by every state between: widths written under `decisions`
  /// at the head of a file would be remembered together, all combinations of them.
  ///
  /// - Returns: By position, the index in `decisions`.
  /// - Complexity: O(size of the graph).
  var orderOfUse: [Int] {
    var firstUses = [Int](repeating: .max, count: decisions.count)
    // A layer's decisions go together: of those that it is the first to use the file's order stays.
    func use(_ expression: Expression, in layer: LayerID) {
      for id in expression.support { firstUses[id.index] = min(firstUses[id.index], layer.index) }
    }
    body.forEachNode { node in
      if case .choice(let choice) = node.operation { use(choice.selector, in: node.layer) }
      for attribute in node.operation.attributes { use(attribute.expression, in: node.layer) }
    }
    let runs = DecisionBlock.runs(of: decisions) { firstUses[$0] == firstUses[$1] }
    var keys = runs.map { run in run.map { firstUses[$0] }.min() ?? .max }
    var runOf = [Int](repeating: 0, count: decisions.count)
    for (number, run) in runs.enumerated() { for index in run { runOf[index] = number } }
    for number in runs.indices.reversed() {
      for index in runs[number] {
        for condition in decisions[index].existence?.conditions ?? [] {
          let parent = runOf[condition.decision.index]
          keys[parent] = min(keys[parent], keys[number])
        }
      }
    }
    return runs.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.flatMap { Array(runs[$0]) }
  }

  /// The space with its decisions and conditions renumbered; the graph is left with the old numbers.
  ///
  /// - Parameters:
  ///   - order: By position, the old index; parents before their children.
  ///   - positions: The inverse.
  func renumbered(_ order: [Int], positions: [Int]) -> Space {
    var result = self
    result.decisions = order.map { index in
      let old = decisions[index]
      let existence = old.existence.map { existence in
        Existence(
          existence.conditions.map {
            Existence.Condition(decision: DecisionID(index: positions[$0.decision.index]), options: $0.options)
          })
      }
      return Decision(
        name: old.name, parameter: old.parameter, owner: old.owner, options: old.options,
        existence: existence.flatMap { $0 })
    }
    result.requirements = requirements.map { requirement in
      switch requirement.claim {
      case .condition(let condition):
        Requirement(requirement.text, .condition(condition.renumbered(positions)))
      case .budget: requirement
      }
    }
    return result
  }
}

extension Expression {
  /// - Parameter positions: By decision, its new index.
  func renumbered(_ positions: [Int]) -> Expression {
    switch self {
    case .constant: self
    case .decision(let id): .decision(DecisionID(index: positions[id.index]))
    case .unary(let op, let x): .unary(op, x.renumbered(positions))
    case .binary(let op, let a, let b): .binary(op, a.renumbered(positions), b.renumbered(positions))
    case .call(let function, let arguments): .call(function, arguments.map { $0.renumbered(positions) })
    }
  }
}
