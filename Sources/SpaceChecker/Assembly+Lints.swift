import Diagnostics
import SpaceIR

extension Assembly {
  /// Definitions that nothing uses. Only of a space without errors: an error can hide a use.
  mutating func lint(_ space: Space, _ expander: Expander) {
    let used = space.usedDecisions
    for (index, decision) in space.decisions.enumerated()
    where decision.owner.isEmpty && !used.contains(DecisionID(index: index)) {
      guard let named = declaration.decisions.first(where: { $0.name.value == decision.name }) else { continue }
      log.warning(LintDiagnostic.unusedDecision(decision.name), at: named.name.range)
    }
    for block in declaration.blocks where !expander.usedOperations.contains(block.name.value) {
      log.warning(LintDiagnostic.unusedBlock(block.name.value), at: block.name.range)
    }
    for block in library.blocks {
      for parameter in block.unusedParameters {
        log.warning(LintDiagnostic.unusedParameter(parameter.value, block: block.name.value), at: parameter.range)
      }
    }
  }
}

extension Space {
  /// The decisions that some operation, some other decision or some requirement depends on.
  fileprivate var usedDecisions: Set<DecisionID> {
    var used: Set<DecisionID> = []
    body.forEachNode { node in
      for attribute in node.operation.attributes { attribute.expression.collectSupport(into: &used) }
    }
    for decision in decisions { used.formUnion(decision.existence?.conditions.map(\.decision) ?? []) }
    for requirement in requirements {
      if case .condition(let condition) = requirement.claim { condition.collectSupport(into: &used) }
    }
    return used
  }
}
