package import SpaceAnalysis
package import SpaceIR

/// How many networks a space has under its conditions, or why that was not counted.
package enum EncodingCount: Hashable, Sendable {
  case exact(NetworkCount)
  case uncounted(MemberError, reason: String)

  init(_ members: Result<MemberDiagram, MemberError>, of space: Space) {
    switch members {
    case .success(let diagram): self = .exact(diagram.count)
    case .failure(let error): self = .uncounted(error, reason: error.reason(in: space))
    }
  }

  package var count: NetworkCount? {
    switch self {
    case .exact(let count): count
    case .uncounted: nil
    }
  }

  /// As of the count; the same words for what was not counted in each of the forms.
  package var grouped: String { count?.grouped ?? description }
  package var short: String { count?.short ?? description }
  package var naturalLogarithm: Double? { count?.naturalLogarithm }
}

extension EncodingCount: CustomStringConvertible {
  package var description: String {
    switch self {
    case .exact(let count): count.description
    case .uncounted(_, let reason): "not counted: \(reason)"
    }
  }
}

extension MemberError {
  /// `'a', 'b' and 3 more tie 40 decisions together too tightly`.
  package func reason(in space: Space) -> String {
    switch self {
    case .tangled(let requirements, let decisions, _):
      "\(space.names(of: requirements)) tie \(decisions.count) decisions together too tightly"
    case .noValue(let requirements): "\(space.names(of: requirements)) have no value in some network"
    }
  }
}

extension Space {
  /// The texts of some requirements, the first three in full.
  package func names(of requirements: [Int]) -> String {
    let quoted = requirements.prefix(3).map { "'\(self.requirements[$0].text)'" }
    guard let last = quoted.last, requirements.count > 1 else {
      return quoted.first ?? "decisions under several conditions"
    }
    let more = requirements.count - 3
    if more > 0 { return quoted.joined(separator: ", ") + " and \(more) more" }
    return quoted.dropLast().joined(separator: ", ") + " and " + last
  }
}

extension MemberLimits {
  /// For every compilation: what takes longer than a moment is left to `espalier count`.
  package static var quick: MemberLimits { MemberLimits(states: 20_000, edges: 1_000_000, formulas: 500_000) }
}
