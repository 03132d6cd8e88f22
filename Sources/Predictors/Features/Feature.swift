/// A number that is read off a network: a design quantity with a name (fox-nas.md, section 3).
///
/// Block 1 of a stage is the one that changes the width; `mean` and `sum` are over the blocks after it.
package enum Feature: Hashable, Sendable {
  /// `tot(w24)`: blocks of a stage.
  case depth(stage: String)
  /// `first(w24.kernel)`: of block 1.
  case first(stage: String, Quantity)
  /// `avg(w24.kernel)`: the mean over blocks 2 to the last; 0 where there are none.
  case mean(stage: String, Quantity)
  /// `sum(w24.kernel)`: over the same blocks, (tot - 1) × avg.
  case sum(stage: String, Quantity)
  /// `s1.channels`: of a decision that stands alone.
  case value(Quantity)

  /// A number that a decision has: that of its option, or 1 for one of its words and 0 for the others. 0 where the
  /// decision does not exist.
  package struct Quantity: Hashable, Sendable {
    /// Inside a block, or whole.
    package let name: String
    /// `choice_5` of `candidate=choice_5`; nil: the option's own number.
    package let word: String?

    package init(_ name: String, word: String? = nil) {
      self.name = name
      self.word = word
    }

    var text: String { word.map { "\(name)=\($0)" } ?? name }

    init(text: Substring) {
      let parts = text.split(separator: "=", maxSplits: 1)
      self.init(String(parts.first ?? ""), word: parts.count == 2 ? String(parts[1]) : nil)
    }
  }

  /// The stage it speaks of; nil for a decision that stands alone.
  package var stage: String? {
    switch self {
    case .depth(let stage), .first(let stage, _), .mean(let stage, _), .sum(let stage, _): stage
    case .value: nil
    }
  }

  package var quantity: Quantity? {
    switch self {
    case .depth: nil
    case .first(_, let quantity), .mean(_, let quantity), .sum(_, let quantity), .value(let quantity): quantity
    }
  }
}

extension Feature: CustomStringConvertible {
  package var description: String {
    switch self {
    case .depth(let stage): "tot(\(stage))"
    case .first(let stage, let quantity): "first(\(stage).\(quantity.text))"
    case .mean(let stage, let quantity): "avg(\(stage).\(quantity.text))"
    case .sum(let stage, let quantity): "sum(\(stage).\(quantity.text))"
    case .value(let quantity): quantity.text
    }
  }

  /// The feature of a name; nil where a function is not one of the four, or has no stage.
  package init?(_ text: String) {
    guard let open = text.firstIndex(of: "("), text.last == ")" else {
      guard !text.isEmpty, !text.contains(where: { "()+* ".contains($0) }) else { return nil }
      self = .value(Quantity(text: text[...]))
      return
    }
    let inner = text[text.index(after: open)..<text.index(before: text.endIndex)]
    guard !inner.isEmpty, !inner.contains(where: { "()+* ".contains($0) }) else { return nil }
    guard text[..<open] != "tot" else {
      self = .depth(stage: String(inner))
      return
    }
    guard let dot = inner.firstIndex(of: "."), dot != inner.startIndex, inner.index(after: dot) != inner.endIndex else {
      return nil
    }
    let (stage, quantity) = (String(inner[..<dot]), Quantity(text: inner[inner.index(after: dot)...]))
    switch text[..<open] {
    case "first": self = .first(stage: stage, quantity)
    case "avg": self = .mean(stage: stage, quantity)
    case "sum": self = .sum(stage: stage, quantity)
    default: return nil
    }
  }
}

/// A product of features; the product of none is the constant term, `1`.
package struct Term: Hashable, Sendable, CustomStringConvertible {
  package let factors: [Feature]

  package init(_ factors: [Feature]) { self.factors = factors }

  package var description: String { factors.isEmpty ? "1" : factors.map(\.description).joined(separator: "*") }

  /// The term of a text; nil where a factor is none.
  package init?(_ text: String) {
    guard text != "1" else {
      self.init([])
      return
    }
    let factors = text.split(separator: "*", omittingEmptySubsequences: false).map { Feature(String($0)) }
    guard factors.allSatisfy({ $0 != nil }) else { return nil }
    self.init(factors.compactMap(\.self))
  }
}
