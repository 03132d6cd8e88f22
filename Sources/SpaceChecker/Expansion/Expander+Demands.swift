import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// What a block requires of this use of it; uses that require the same say it once.
  mutating func demand(_ conditions: [ExpressionSyntax], in scope: ExpressionScope) {
    for condition in conditions {
      guard let requirement = requirement(condition, in: scope),
        !demands.contains(where: { $0.requirement == requirement })
      else { continue }
      demands.append(ResolvedRequirement(requirement: requirement, range: condition.range, trace: nil))
    }
  }
}
