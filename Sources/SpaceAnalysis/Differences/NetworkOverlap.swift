import BigInt
package import SpaceIR

/// How many networks two spaces have, and have in common.
///
/// A network is known by its decisions: by the names of those that exist in it, each with its option. It is a network of
/// both spaces where both have it with the same names and options; what the operations do is not looked at, and what
/// requirements rule out is counted.
package struct NetworkOverlap: Hashable, Sendable {
  package let before: NetworkCount
  package let after: NetworkCount
  /// Networks of both.
  package let kept: NetworkCount
  package var removed: NetworkCount { NetworkCount(before.value - kept.value) }
  package var added: NetworkCount { NetworkCount(after.value - kept.value) }
}

/// The numbers could not be had: existence links too many decisions with each other.
package struct OverlapError: Error, Hashable, Sendable {
  /// A decision in the middle of it.
  package let decision: String
  /// Entries of a table.
  package let limit: Int
}

/// Counts exactly and without enumeration.
///
/// Every name of either space is a variable. Its states are the options that both spaces give it, and that it does not
/// exist; options that the same conditions list are one state with a weight. For each space a factor says of each name
/// that it exists where, and only where, its conditions hold. Conditions of the two spaces may have different parents,
/// so that this is no forest.
///
/// - Complexity: As the largest table, which for two spaces with the same parents has two variables.
package func overlap(of before: Space, and after: Space) throws(OverlapError) -> NetworkOverlap {
  let common = CommonNetworks(before.decisionRules, after.decisionRules)
  return NetworkOverlap(
    before: try encodings(of: before), after: try encodings(of: after), kept: NetworkCount(try common.count()))
}

/// Networks by existence alone, which can hang on several decisions.
private func encodings(of space: Space) throws(OverlapError) -> NetworkCount {
  let limits = MemberLimits()
  do throws(MemberError) {
    return try MemberDiagram(space, limits: limits, including: { _ in false }).count
  } catch {
    switch error {
    case .tangled(_, let decisions, _):
      throw OverlapError(decision: space.decisions[decisions[0]].name, limit: limits.states)
    case .noValue: preconditionFailure("without conditions nothing can lack a value")
    }
  }
}

private struct CommonNetworks {
  /// The options of a name that both spaces give it, by what conditions say of them, and not to exist.
  private struct Variable {
    let name: String
    /// Options that no condition tells apart; the first one speaks for all.
    let classes: [[Value]]
    let mayBeAbsent: Bool

    var size: Int { classes.count + (mayBeAbsent ? 1 : 0) }
    /// Nil where the decision does not exist.
    func option(_ state: Int) -> Value? { state < classes.count ? classes[state].first : nil }
  }

  private let spaces: [[DecisionRule]]
  private var variables: [Variable] = []
  private var indices: [String: Int] = [:]

  init(_ before: [DecisionRule], _ after: [DecisionRule]) {
    spaces = [before, after]
    var rules: [[String: DecisionRule]] = []
    for space in spaces { rules.append(Dictionary(uniqueKeysWithValues: space.map { ($0.name, $0) })) }
    var mentions: [String: Set<Set<Value>>] = [:]
    for condition in spaces.joined().flatMap(\.conditions) {
      mentions[condition.parent, default: []].insert(Set(condition.options))
    }
    for name in spaces.joined().map(\.name) where indices[name] == nil {
      let both = rules.compactMap { $0[name] }
      let other = Set(both[both.count - 1].options)
      let options = both.count == 2 ? both[0].options.filter(other.contains) : []
      indices[name] = variables.count
      variables.append(
        Variable(
          name: name, classes: Self.classes(of: options, toldApartBy: mentions[name] ?? []),
          mayBeAbsent: options.isEmpty || both.contains { !$0.conditions.isEmpty }))
    }
  }

  private static func classes(of options: [Value], toldApartBy mentions: Set<Set<Value>>) -> [[Value]] {
    let mentions = Array(mentions)
    var places: [[Bool]: Int] = [:]
    var classes: [[Value]] = []
    for option in options {
      let signature = mentions.map { $0.contains(option) }
      if let place = places[signature] {
        classes[place].append(option)
      } else {
        places[signature] = classes.count
        classes.append([option])
      }
    }
    return classes
  }

  func count() throws(OverlapError) -> BigUInt {
    let sizes = variables.map(\.size)
    var factors = variables.indices.map { index in
      FactorTable([index], sizes: sizes) { states in
        states[0] < variables[index].classes.count ? BigUInt(variables[index].classes[states[0]].count) : 1
      }
    }
    factors += spaces.joined().map { existence(of: $0, sizes) }
    var sum = FactorSum(factors, sizes: sizes)
    do throws(FactorSum.Failure) { return try sum.sum() } catch {
      throw OverlapError(decision: variables[error.variable].name, limit: FactorSum.limit)
    }
  }

  /// 1 where the decision exists and its conditions hold, or neither.
  private func existence(of rule: DecisionRule, _ sizes: [Int]) -> FactorTable {
    guard let own = indices[rule.name] else { preconditionFailure("every name has a variable") }
    let parents = rule.conditions.map { condition in
      guard let parent = indices[condition.parent] else { preconditionFailure("a parent is a decision of its space") }
      return (variable: parent, options: Set(condition.options))
    }
    let all = Set(parents.map(\.variable) + [own]).sorted()
    return FactorTable(all, sizes: sizes) { states in
      let option = { (variable: Int) in
        all.firstIndex(of: variable).flatMap { variables[variable].option(states[$0]) }
      }
      let exists = parents.allSatisfy { parent in option(parent.variable).map(parent.options.contains) ?? false }
      return (option(own) != nil) == exists ? 1 : 0
    }
  }
}
