import BigInt
package import SpaceIR

/// Two options of a decision after which the space is the same.
package struct EqualOptions: Hashable, Sendable {
  package let decision: DecisionID
  /// Option indices; the first is the earliest that is the same.
  package let first: Int
  package let second: Int
}

/// Options of one decision that no operation, selector, requirement or existence tells apart: each with the first of its
/// kind. Options in the order of the file.
///
/// Alternatives count as the same where they compute the same from the same operands, whatever their nodes, layers and
/// places are, and whatever the decisions inside are called.
package func equalOptions(in space: Space) -> [EqualOptions] {
  let classes = optionClasses(of: space)
  return space.decisionIDs.flatMap { id in
    classes[id.index].enumerated().compactMap { option, first in
      first == option ? nil : EqualOptions(decision: id, first: first, second: option)
    }
  }
}

/// Networks told apart by what their options do: of options that are the same, one counts, with what is nested inside.
/// Nil under requirements and where decisions are no forest.
///
/// The language page's terms of a grammar: two encodings that differ in such options alone are one term.
package func distinctTerms(of space: Space) -> NetworkCount? {
  guard space.requirements.isEmpty, space.isForest else { return nil }
  let classes = optionClasses(of: space)
  var completions = space.decisions.map { [BigUInt](repeating: 1, count: $0.options.count) }
  var roots: [BigUInt] = []
  for (index, decision) in space.decisions.enumerated().reversed() {
    var total: BigUInt = 0
    for (option, first) in classes[index].enumerated() where option == first { total += completions[index][option] }
    guard let existence = decision.existence else {
      roots.append(total)
      continue
    }
    for option in existence.options { completions[existence.parent.index][option] *= total }
  }
  return NetworkCount(balancedProduct(roots[...]))
}

/// By decision, then option: the first option that is the same, itself where none before is.
private func optionClasses(of space: Space) -> [[Int]] {
  let uses = DecisionUses(space)
  return space.decisions.enumerated().map { index, decision in
    var firsts: [OptionSignature: Int] = [:]
    return decision.options.indices.map { option in
      var writer = SignatureWriter(uses, decision: index, option: option)
      let signature = writer.signature()
      if let first = firsts[signature] { return first }
      firsts[signature] = option
      return option
    }
  }
}
