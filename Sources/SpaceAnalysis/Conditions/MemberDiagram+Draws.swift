import BigInt
package import SpaceIR

extension MemberDiagram {
  /// A random member, without rejection.
  ///
  /// Over networks each member has the same probability. Over decisions each decision that comes into being is uniform
  /// over the options that those decided before leave open; tied decisions come first, in the order of their diagrams.
  ///
  /// - Precondition: `count` > 0.
  /// - Complexity: O(decisions) long additions; three words of the generator for each small draw.
  package func draw(_ measure: DrawMeasure = .networks, using generator: inout some RandomNumberGenerator)
    -> Architecture
  {
    precondition(count.value > 0, "a draw needs a member")
    var architecture = Architecture(choices: [Int?](repeating: nil, count: decisions.count))
    for group in groups { draw(measure, from: group, into: &architecture, using: &generator) }
    for (index, decision) in decisions.enumerated() where !isTied[index] {
      if let existence = decision.existence, !existence.holds(in: architecture) { continue }
      let weights = completions[index]
      let isEven = measure == .decisions || weights.allSatisfy { $0 == weights[0] }
      architecture.choices[index] =
        isEven ? generator.below(weights.count) : option(weights, below: generator.below(totals[index]))
    }
    return architecture
  }

  private func draw(
    _ measure: DrawMeasure, from group: CountedDiagram, into architecture: inout Architecture,
    using generator: inout some RandomNumberGenerator
  ) {
    switch measure {
    case .networks:
      for step in group.path(at: generator.below(group.count)) { architecture.choices[step.decision] = step.option }
    case .decisions:
      var state = 0
      for layer in group.diagram.layers {
        let edges = layer.edges(of: state)
        guard let first = edges.first, let last = edges.last else { preconditionFailure("every state has an edge") }
        let members = first.members.lowerBound..<last.members.upperBound
        let member = members.count == 1 ? members.lowerBound : members.lowerBound + generator.below(members.count)
        guard let edge = edges.first(where: { $0.members.contains(member) }) else {
          preconditionFailure("the edges of a state hold its members")
        }
        architecture.choices[layer.decision] = layer.members[member] < 0 ? nil : Int(layer.members[member])
        state = edge.target
      }
    }
  }

  private func option(_ weights: [BigUInt], below number: BigUInt) -> Int {
    var (remaining, option) = (number, 0)
    while remaining >= weights[option] {
      remaining -= weights[option]
      option += 1
    }
    return option
  }
}
