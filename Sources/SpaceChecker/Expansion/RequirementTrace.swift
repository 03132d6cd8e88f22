import Diagnostics
import SpaceIR
import SpaceSyntax

/// How a condition came out, part by part: what a message about an architecture that breaks it shows.
indirect enum RequirementTrace: Sendable {
  /// A condition on one line with the values under it; the operands of a long one, for lines of their own.
  case line(text: String, marks: [Mark], parts: [RequirementTrace])
  /// The names of a table with their values.
  case row([(name: String, value: Expression)])

  /// A value shown under the line.
  struct Mark: Sendable {
    /// In characters from 0.
    let column: Int
    /// Whether the part stands for several elements, of which those that are missing are left out.
    let isList: Bool
    let values: [Guarded]
  }

  struct Guarded: Sendable {
    /// Nil: always there.
    let condition: Expression?
    let value: Expression
  }

  /// Longer lines are shown part by part. With the margin of a note this fits 100 columns.
  static let longestLine = 92
}

extension Expander {
  /// - Precondition: the expression was converted without an error.
  mutating func trace(of syntax: ExpressionSyntax, in scope: ExpressionScope) -> RequirementTrace {
    let outer = log
    defer { log = outer }
    let written = syntax.written
    let marks = zip(written.anchors, marks(of: syntax, in: [scope], isList: false)).compactMap { column, mark in
      mark.map { RequirementTrace.Mark(column: column, isList: $0.isList, values: $0.values) }
    }
    let parts = written.text.count > RequirementTrace.longestLine ? syntax.claims : []
    return .line(text: written.text, marks: marks, parts: parts.map { trace(of: $0, in: scope) })
  }

  /// What stands under a part and under its own parts, in the order of `WrittenExpression.anchors`; nil where nothing
  /// does: at constants, words and what `exists` names.
  private mutating func marks(
    of syntax: ExpressionSyntax, in scopes: [ExpressionScope], isList: Bool
  ) -> [RequirementTrace.Mark?] {
    let own = mark(of: syntax, in: scopes, isList: isList)
    switch syntax.kind {
    case .integer, .decimal, .quantity, .string, .name: return [own]
    case .unary(_, let operand): return [own] + marks(of: operand, in: scopes, isList: isList)
    case .binary(_, let left, let right):
      return [own] + marks(of: left, in: scopes, isList: isList) + marks(of: right, in: scopes, isList: isList)
    case .call(let function, let arguments):
      if function.text == "exists" { return [own] + arguments.map { _ in nil } }
      guard listFunction(function, arguments, in: scopes[0]) != nil else {
        return [own] + arguments.flatMap { marks(of: $0, in: scopes, isList: isList) }
      }
      return [own]
        + arguments.flatMap { argument -> [RequirementTrace.Mark?] in
          let inner = scopes.flatMap { self.scopes(ofElementsIn: argument, $0) ?? [] }
          let hasElements = isList || !argument.stars.isEmpty
          return marks(of: argument, in: inner.isEmpty ? scopes : inner, isList: hasElements)
        }
    }
  }

  private mutating func mark(
    of syntax: ExpressionSyntax, in scopes: [ExpressionScope], isList: Bool
  ) -> RequirementTrace.Mark? {
    guard syntax.namesSomething, !(scopes.first.map { bareWord(syntax, in: $0) != nil } ?? false) else { return nil }
    var values: [RequirementTrace.Guarded] = []
    for scope in scopes {
      guard let value = typed(syntax, in: scope) else { return nil }
      let condition = needs(of: syntax, in: scope).expression(decisions)
      values.append(RequirementTrace.Guarded(condition: condition, value: value.expression))
    }
    return RequirementTrace.Mark(column: 0, isList: isList, values: values)
  }
}

extension ExpressionSyntax {
  /// Whether its value can differ from network to network.
  fileprivate var namesSomething: Bool {
    switch kind {
    case .integer, .decimal, .quantity, .string: false
    case .name(let path): !["true", "false"].contains(path.text)
    case .unary(_, let operand): operand.namesSomething
    case .binary(_, let left, let right): left.namesSomething || right.namesSomething
    case .call(_, let arguments): arguments.contains { $0.namesSomething }
    }
  }

  /// The booleans that a boolean is made of, or the two sides of a comparison.
  fileprivate var claims: [ExpressionSyntax] {
    switch kind {
    case .binary(.and, let left, let right), .binary(.or, let left, let right):
      [left, right].flatMap { $0.isSame(operatorAs: self) ? $0.claims : [$0] }
    case .binary(_, let left, let right): [left, right].filter(\.namesSomething)
    case .unary(_, let operand): [operand]
    case .call(_, let arguments): arguments.filter(\.namesSomething)
    case .integer, .decimal, .quantity, .string, .name: []
    }
  }

  private func isSame(operatorAs other: ExpressionSyntax) -> Bool {
    guard case .binary(let own, _, _) = kind, case .binary(let theirs, _, _) = other.kind else { return false }
    return own == theirs
  }
}
