package import SpaceIR

/// A decision by names alone, so that those of two spaces can be told apart and compared.
package struct DecisionRule: Hashable, Sendable {
  /// The decision exists only where the parent exists and has one of these options.
  package struct Condition: Hashable, Sendable {
    package let parent: String
    package let options: [Value]
  }

  package let name: String
  package let options: [Value]
  /// All must hold; empty: the decision exists in every network.
  package let conditions: [Condition]
}

extension Space {
  /// Every decision, in the order of the space.
  package var decisionRules: [DecisionRule] {
    decisions.map { decision in
      let conditions = (decision.existence?.conditions ?? []).map { condition in
        let parent = self[condition.decision]
        return DecisionRule.Condition(parent: parent.name, options: condition.options.map { parent.options[$0] })
      }
      return DecisionRule(name: decision.name, options: decision.options, conditions: conditions)
    }
  }
}
