import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// What a block requires of this use of it; uses that require the same say it once.
  ///
  /// - Returns: False after an error that what is required does not hold here: what is inside would say so again.
  mutating func demand(_ conditions: [ExpressionSyntax], in scope: ExpressionScope) -> Bool {
    let before = brokenDemands
    for condition in conditions {
      guard let requirement = requirement(condition, in: scope),
        !demands.contains(where: { $0.requirement == requirement })
      else { continue }
      demands.append(ResolvedRequirement(requirement: requirement, range: condition.range, trace: nil))
    }
    return brokenDemands == before
  }
}
