/// Why a space has no distribution plan of the kind asked for.
package enum DistributionPlanError: Error, Hashable, Sendable {
  /// A joint factor would need more logits than allowed.
  ///
  /// `options` are the numbers of options of `decisions`; `combinations` is exact below 2⁵³ and rounded above.
  case tooManyCombinations(factor: String, decisions: [String], options: [Int], combinations: Double, limit: Int)
}

extension DistributionPlanError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tooManyCombinations(let factor, let decisions, let options, let combinations, let limit):
      let sizes = zip(decisions, options).map { "'\($0)' (\($1))" }.joined(separator: ", ")
      let count = Int(exactly: combinations).map(String.init) ?? "\(combinations)"
      return "the joint factor '\(factor)' over \(sizes) has \(count) combinations, more than \(limit)"
    }
  }
}
