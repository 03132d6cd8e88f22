import Diagnostics
import Foundation
import Testing

@testable import SpaceSyntax

/// `grammar/expression.ebnf` is what the parser takes: sentences derived from the file itself are parsed.
struct GrammarTests {
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `a sentence of the grammar is an expression`(seed: UInt64) throws {
    var derivation = Derivation(grammar: try Grammar.expression(), random: TestRandom(seed: seed))
    let sentence = derivation.derive("expression", depth: 0)
    // Three-digit numbers with a suffix always fit; derivation bounds the depth, so no limit is met.
    #expect(ExpressionReading(sentence).log.diagnostics.isEmpty, "\(sentence)")
  }

  @Test func `every production is used`() throws {
    let grammar = try Grammar.expression()
    var used: Set<String> = []
    for seed in 0..<300 as Range<UInt64> {
      var derivation = Derivation(grammar: grammar, random: TestRandom(seed: seed))
      _ = derivation.derive("expression", depth: 0)
      used.formUnion(derivation.used)
    }
    #expect(used.sorted() == grammar.rules.keys.sorted())
  }

  @Test func `the operators are those of the parser`() throws {
    let text = try Grammar.text()
    for sign in BinaryOperator.allCases.map(\.rawValue) + UnaryOperator.allCases.map(\.rawValue) {
      #expect(text.contains("\"\(sign)\""))
    }
  }
}

/// The rules of an ISO 14977 grammar, as far as ours needs them.
private struct Grammar {
  indirect enum Term {
    case terminal(String)
    case special(String)
    case rule(String)
    case sequence([Term])
    case alternatives([Term])
    case optional(Term)
    case repeated(Term)
  }

  let rules: [String: Term]

  static func text() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "grammar/expression.ebnf"), encoding: .utf8)
  }

  static func expression() throws -> Grammar {
    let bare = try text().replacing(/(?s)\(\*.*?\*\)/, with: "")
    let pattern = /"[^"]*"|'[^']*'|\?[^?]*\?|[A-Za-z]+|[=,;|\[\]{}()]/
    var tokens = bare.matches(of: pattern).map { String($0.output) }[...]
    var rules: [String: Term] = [:]
    while let name = tokens.popFirst() {
      guard tokens.popFirst() == "=" else { throw Unexpected() }
      rules[name] = try alternatives(&tokens)
      guard tokens.popFirst() == ";" else { throw Unexpected() }
    }
    return Grammar(rules: rules)
  }

  private static func alternatives(_ tokens: inout ArraySlice<String>) throws -> Term {
    var choices = [try sequence(&tokens)]
    while tokens.first == "|" {
      tokens.removeFirst()
      choices.append(try sequence(&tokens))
    }
    return choices.count == 1 ? choices[0] : .alternatives(choices)
  }

  private static func sequence(_ tokens: inout ArraySlice<String>) throws -> Term {
    var terms = [try term(&tokens)]
    while tokens.first == "," {
      tokens.removeFirst()
      terms.append(try term(&tokens))
    }
    return .sequence(terms)
  }

  private static func term(_ tokens: inout ArraySlice<String>) throws -> Term {
    guard let token = tokens.popFirst() else { throw Unexpected() }
    switch token.first {
    case "\"", "'": return .terminal(String(token.dropFirst().dropLast()))
    case "?": return .special(token.trimmingCharacters(in: CharacterSet(charactersIn: "? ")))
    case "(", "[", "{":
      let inner = try alternatives(&tokens)
      tokens.removeFirst()
      return token == "(" ? inner : token == "[" ? .optional(inner) : .repeated(inner)
    default: return .rule(token)
    }
  }
}

/// One random sentence.
private struct Derivation {
  let grammar: Grammar
  var random: TestRandom
  var used: Set<String> = []

  /// Rules between whose symbols blanks may stand.
  private static let spaced: Set = [
    "expression", "disjunction", "conjunction", "negation", "comparison", "relation", "sum", "product", "sign",
    "primary",
    "call", "arguments",
  ]

  init(grammar: Grammar, random: TestRandom) {
    self.grammar = grammar
    self.random = random
  }

  mutating func derive(_ rule: String, depth: Int) -> String {
    used.insert(rule)
    guard let term = grammar.rules[rule] else { return "" }
    return text(term, blank: Self.spaced.contains(rule) ? " " : "", depth: depth + 1)
  }

  private mutating func text(_ term: Grammar.Term, blank: String, depth: Int) -> String {
    switch term {
    case .terminal(let text): return text
    case .special(let name): return sample(name)
    case .rule(let name): return derive(name, depth: depth)
    case .sequence(let terms): return terms.map { text($0, blank: blank, depth: depth) }.joined(separator: blank)
    case .alternatives(let choices):
      // Deep down the first choice of `primary` and the last of `negation` and `sign` end the derivation.
      let index =
        depth > 60 ? (choices.count > 2 ? 0 : choices.count - 1) : Int.random(in: choices.indices, using: &random)
      return text(choices[index], blank: blank, depth: depth)
    case .optional(let inner): return depth < 60 && flip() ? text(inner, blank: blank, depth: depth) : ""
    case .repeated(let inner):
      guard depth < 60, flip() else { return "" }
      return text(inner, blank: blank, depth: depth)
    }
  }

  private mutating func flip() -> Bool { Int.random(in: 0..<4, using: &random) == 0 }

  private mutating func sample(_ name: String) -> String {
    switch name {
    case "0 to 9": String(Int.random(in: 0...9, using: &random))
    case "A to Z, a to z, or _": "bcdxyzBCD_".randomElement(using: &random).map(String.init) ?? ""
    case "a blank": " "
    default: "é x"
    }
  }
}
