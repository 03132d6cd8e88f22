// V10, V15.
extension Verifier {
  mutating func verifyReferences(of requirements: [Requirement]) {
    for requirement in requirements {
      guard case .condition(let expression) = requirement.claim else { continue }
      for id in expression.support where !space.decisions.indices.contains(id.index) {
        report(
          .decisionReferences,
          "requirement \(quoted(requirement.text)) names decision #\(id.index) of \(space.decisions.count)")
      }
    }
  }

  /// - Precondition: V7 to V10 hold.
  mutating func verifyRequirements() {
    for requirement in space.requirements {
      switch requirement.claim {
      case .condition(let expression): verify(expression, of: requirement)
      case .budget(let budget): verify(budget, of: requirement)
      }
    }
  }

  private mutating func verify(_ condition: Expression, of requirement: Requirement) {
    guard condition.type(in: space) == .boolean else {
      return report(.requirements, "requirement \(quoted(requirement.text)) is not a boolean")
    }
    var isUnconditional = space
    isUnconditional.requirements = []
    let assignments = Assignments(space: isUnconditional, liveness: Liveness())
    let counterexample = assignments.counterexample(to: [condition]) { environment in
      if case .success = result(of: condition, environment) { true } else { false }
    }
    guard let counterexample else { return }
    let cause = counterexample.sorted { $0.key < $1.key }.map { "\(printer.text(of: $0)) = \(printer.text($1))" }
    report(
      .requirements, "requirement \(quoted(requirement.text)) has no value for \(cause.joined(separator: ", "))")
  }

  private mutating func verify(_ budget: Budget, of requirement: Requirement) {
    let name = quoted(requirement.text)
    let bounds = [budget.least, budget.greatest].compactMap { $0 }
    if bounds.isEmpty { report(.requirements, "budget \(name) has no bound") }
    if bounds.contains(where: { $0 < 0 }) { report(.requirements, "budget \(name) has a bound below zero") }
    if let least = budget.least, let greatest = budget.greatest, least > greatest {
      report(.requirements, "budget \(name) runs from \(least) to \(greatest)")
    }
  }
}
