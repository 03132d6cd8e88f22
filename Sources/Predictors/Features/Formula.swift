import SpaceIR

/// Which terms a predictor has, said once for every stage: `tot + avg(*) + first(*) + tot*avg(kernel)`.
///
/// | in a formula | in the terms of stage w24 |
/// |---|---|
/// | `tot` | `tot(w24)`, where the depth is a decision |
/// | `first(kernel)` | `first(w24.kernel)` |
/// | `avg(kernel)`, `sum(kernel)` | `avg(w24.kernel)`, `sum(w24.kernel)`, where it can have a second block |
/// | `avg(*)` | one for each quantity that those blocks decide; `avg(!kernel)` for each but this |
/// | `value(*)` | every decision that stands alone |
///
/// A quantity whose options are words is one for each of them but the first.
package struct Formula: Hashable, Sendable {
  package let products: [[Atom]]
  package let text: String

  package struct Atom: Hashable, Sendable {
    package enum Function: String, Hashable, Sendable, CaseIterable {
      case depth = "tot"
      case first
      case mean = "avg"
      case sum
      case value
    }
    package enum Argument: Hashable, Sendable {
      case every
      case one(String)
      case allBut(String)
    }
    package let function: Function
    package let argument: Argument
  }

  /// Of fox-nas.md, section 3 and the comparisons of section 4.
  package static let named: [(name: String, text: String)] = [
    ("accuracy", "tot + avg(*) + first(*) + sum(expansion) + tot*sum(expansion) + tot*avg(!expansion) + value(*)"),
    ("latency", "tot + avg(*) + first(*) + tot*avg(*) + value(*)"),
    ("main", "tot + avg(*) + first(*) + value(*)"),
    ("depths", "tot"),
  ]

  /// A name or a formula.
  ///
  /// - Throws: `FormulaError` with the text that is wrong.
  package init(_ written: String) throws(FormulaError) {
    let text = Self.named.first { $0.name == written }?.text ?? written
    self.text = text
    var products: [[Atom]] = []
    for product in text.split(separator: "+", omittingEmptySubsequences: false) {
      var atoms: [Atom] = []
      for atom in Self.factors(of: product) { atoms.append(try Self.atom(atom)) }
      products.append(atoms)
    }
    self.products = products
  }

  /// Split at `*` outside of brackets, in which it stands for everything.
  private static func factors(of product: Substring) -> [String] {
    var (parts, depth) = ([""], 0)
    for character in product where !character.isWhitespace {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == "*", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func atom(_ text: String) throws(FormulaError) -> Atom {
    guard text != Atom.Function.depth.rawValue else { return Atom(function: .depth, argument: .every) }
    guard let open = text.firstIndex(of: "("), text.last == ")",
      let function = Atom.Function(rawValue: String(text[..<open])), function != .depth
    else { throw FormulaError(text: text) }
    let inner = String(text[text.index(after: open)..<text.index(before: text.endIndex)])
    guard !inner.isEmpty, !inner.contains("("), !inner.contains(")"), inner == "*" || !inner.contains("*") else {
      throw FormulaError(text: text)
    }
    if inner == "*" { return Atom(function: function, argument: .every) }
    if inner.first == "!" { return Atom(function: function, argument: .allBut(String(inner.dropFirst()))) }
    return Atom(function: function, argument: .one(inner))
  }

  /// The constant term, then those of one stage after another, then those of lone decisions; none twice.
  package func terms(of parts: SearchedParts) -> [Term] {
    var terms: [Term] = [Term([])]
    var known: Set<Term> = [Term([])]
    for stage in parts.stages {
      for product in products {
        for term in Self.products(product.map { Self.features($0, of: stage, in: parts) })
        where known.insert(term).inserted { terms.append(term) }
      }
    }
    for id in parts.alone {
      for product in products {
        for term in Self.products(product.map { Self.features($0, of: id, in: parts.space) })
        where known.insert(term).inserted { terms.append(term) }
      }
    }
    return terms
  }

  /// Each way to take one of each.
  private static func products(_ choices: [[Feature]]) -> [Term] {
    choices.reduce([[]]) { done, next in done.flatMap { head in next.map { head + [$0] } } }.map(Term.init)
  }

  private static func features(_ atom: Atom, of stage: SearchedParts.Stage, in parts: SearchedParts) -> [Feature] {
    func quantities(_ blocks: ArraySlice<[String: DecisionID]>) -> [Feature.Quantity] {
      Self.quantities(atom, blocks, of: stage, in: parts)
    }
    switch atom.function {
    case .depth: return stage.depth == nil ? [] : [.depth(stage: stage.name)]
    case .value: return []
    case .first: return quantities(stage.firstBlock).map { .first(stage: stage.name, $0) }
    case .mean: return quantities(stage.laterBlocks).map { .mean(stage: stage.name, $0) }
    // Of a stage that always has as many blocks the sum is the mean times a constant.
    case .sum:
      return stage.depth == nil ? [] : quantities(stage.laterBlocks).map { .sum(stage: stage.name, $0) }
    }
  }

  /// What these blocks of a stage decide: expansion first, as the published terms have it, then in the order of the space.
  private static func quantities(
    _ atom: Atom, _ blocks: ArraySlice<[String: DecisionID]>, of stage: SearchedParts.Stage, in parts: SearchedParts
  ) -> [Feature.Quantity] {
    let names = stage.parameters.filter { $0 == "expansion" } + stage.parameters.filter { $0 != "expansion" }
    return names.filter(atom.argument.takes).flatMap { name in
      let decisions = blocks.compactMap { $0[name] }.map { parts.space[$0] }
      return decisions.isEmpty ? [] : quantities(name, decisions)
    }
  }

  private static func quantities(_ name: String, _ decisions: [Decision]) -> [Feature.Quantity] {
    if decisions.allSatisfy({ $0.options.allSatisfy { $0.number != nil } }) { return [Feature.Quantity(name)] }
    var words: [String] = []
    for option in decisions.flatMap(\.options) where !words.contains(option.description) {
      words.append(option.description)
    }
    return words.dropFirst().map { Feature.Quantity(name, word: $0) }
  }

  private static func features(_ atom: Atom, of id: DecisionID, in space: Space) -> [Feature] {
    switch atom.function {
    case .depth, .first, .mean, .sum: []
    case .value: atom.argument.takes(space[id].name) ? quantities(space[id].name, [space[id]]).map { .value($0) } : []
    }
  }
}

extension Formula.Atom.Argument {
  fileprivate func takes(_ name: String) -> Bool {
    switch self {
    case .every: true
    case .one(let one): one == name
    case .allBut(let other): other != name
    }
  }
}

/// A part of a formula that is none of its words.
package struct FormulaError: Error, Hashable, Sendable {
  package let text: String
}
