import Distributions
import Search
import SpaceIR
import SpacePlanner

/// Where a search of a space starts, for one grouping of its decisions: every option equally likely.
struct SearchStart {
  let grouping: Hints.Grouping
  let logits: Int
  /// Nats.
  let entropy: Double

  /// FP-NAS (arXiv 2011.10949), equation (6) of fp-nas.md, with λ = 1/4, the paper's.
  var draws: Int { SampleSchedule.adaptive(lambda: 0.25).draws(entropy: entropy) }

  /// Joint, then factorised; without the joint one where it has more combinations than a categorical can hold. None
  /// where a search could not draw: decisions that exist under several conditions, requirements that are too entangled.
  static func starts(of space: Space) -> [SearchStart] {
    guard space.isForest else { return [] }
    var plans: [(Hints.Grouping, DistributionPlan)] = [(.factorised, .factorised(for: space))]
    if case .success(let joint) = Result(catching: { () throws(DistributionPlanError) in
      try DistributionPlan.joint(for: space)
    }) {
      plans.insert((.joint, joint), at: 0)
    }
    return plans.compactMap { grouping, plan in
      (try? drawEntropy(of: Distribution(uniform: plan), in: space)).map {
        SearchStart(grouping: grouping, logits: plan.logits, entropy: $0)
      }
    }
  }

  var json: JSONValue {
    .object([("logits", .integer(logits)), ("entropy", .number(entropy)), ("draws", .integer(draws))])
  }
}
