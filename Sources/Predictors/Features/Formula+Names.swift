import SpaceIR

extension Formula {
  /// A name in a formula that nothing in the space has, so that its terms would be left out without a word.
  package struct UnknownName: Error, Hashable, Sendable {
    package let function: Atom.Function
    package let name: String
    /// What the function can speak of in this space, in its order.
    package let known: [String]
  }

  /// The first name that no stage, or of `value` no lone decision, has; nil: all names are somewhere.
  ///
  /// A name that only some stages have is one of the others' business, and the formulas with a name of their own are for
  /// every space, so that what they say of `expansion` may be about nothing.
  package func unknownName(in parts: SearchedParts) -> UnknownName? {
    guard !Self.named.contains(where: { $0.text == text }) else { return nil }
    for atom in products.joined() {
      guard let name = atom.argument.name else { continue }
      let known = parts.names(for: atom.function)
      if !known.contains(name) { return UnknownName(function: atom.function, name: name, known: known) }
    }
    return nil
  }
}

extension Formula.Atom.Argument {
  /// The one that is written; nil: `*`.
  fileprivate var name: String? {
    switch self {
    case .every: nil
    case .one(let one): one
    case .allBut(let other): other
    }
  }
}

extension SearchedParts {
  /// What a function takes by name, in any stage; each once.
  fileprivate func names(for function: Formula.Atom.Function) -> [String] {
    switch function {
    case .depth: return []
    case .value: return alone.map { space[$0].name }
    case .first, .mean, .sum:
      var names: [String] = []
      for name in stages.flatMap(\.parameters) where !names.contains(name) { names.append(name) }
      return names
    }
  }
}
