extension Space {
  /// What a name in a group of the hints stands for: the decision of that name, or all whose names begin with it and a dot
  /// or a bracket. `s1` is a stage with its layers, `s1[2]` one layer, `normal.n1` a node of a cell.
  ///
  /// - Returns: Ascending.
  package func decisions(under name: String) -> [DecisionID] {
    decisionIDs.filter { id in
      let whole = self[id].name
      guard whole.hasPrefix(name) else { return false }
      let next = whole.dropFirst(name.count).first
      return next == nil || next == "." || next == "["
    }
  }

  /// For each group of the hints its decisions, ascending. A group of which this space has no decision is empty.
  package var decisionGroups: [[DecisionID]] {
    hints.groups.map { names in Set(names.flatMap(decisions(under:))).sorted() }
  }

  /// The condition of the first ancestor, the decision itself included, that hangs on a decision for which `isInside` does
  /// not hold, or on nothing; nil: none.
  package func outerCondition(of id: DecisionID, where isInside: (DecisionID) -> Bool) -> Existence? {
    var id = id
    while let existence = self[id].existence {
      guard isInside(existence.parent) else { return existence }
      id = existence.parent
    }
    return nil
  }
}
