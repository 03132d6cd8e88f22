package import SpaceIR
import SpacePlanner

extension DistributionSnapshot {
  /// The distribution that this is a snapshot of; nil where it is of another space.
  ///
  /// Its groups say whether it is the factorised or the joint form.
  package func distribution(of space: Space) -> Distribution? {
    distribution(.factorised(for: space), of: space)
      ?? (try? DistributionPlan.joint(for: space)).flatMap { distribution($0, of: space) }
  }

  private func distribution(_ plan: DistributionPlan, of space: Space) -> Distribution? {
    guard groups.count == plan.factors.count else { return nil }
    for (group, factor) in zip(groups, plan.factors) {
      guard group.name == factor.name, group.logits.count == factor.combinations.count,
        group.decisions == factor.decisions.map({ Hole(space[$0], in: space) }),
        group.logits.contains(where: { $0 != nil })
      else { return nil }
    }
    return Distribution(plan: plan, logits: groups.map { $0.logits.map { $0 ?? -.infinity } })
  }
}
