import Diagnostics
import SpaceIR
import SpaceSyntax

/// A requirement of the space with what its messages need.
struct ResolvedRequirement: Sendable {
  let requirement: Requirement
  let range: SourceRange
  /// How a condition is evaluated part by part; nil for budgets.
  let trace: RequirementTrace?
}

extension Expander {
  /// The requirements of the space, once all its decisions are made. Those that always hold are left out.
  mutating func resolve(_ declarations: [RequirementDeclaration]) -> [ResolvedRequirement] {
    guard !declarations.isEmpty else { return [] }
    var scope = networkNames
    scope.members = MemberNames(decisions: decisions, layers: layers, arguments: layerArguments)
    return declarations.flatMap { declaration -> [ResolvedRequirement] in
      switch declaration.claim {
      case .that(let syntax): resolve(syntax, declaration, in: scope)
      case .rows(let table): resolve(table, declaration, in: scope)
      }
    }
  }

  /// A condition inside a block as a requirement of the space: it holds wherever the block is used as it is here. Nil
  /// after an error, and where it always holds.
  mutating func requirement(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Requirement? {
    guard let typed = convert(syntax, in: scope) else { return nil }
    guard isCondition(typed, at: syntax.range, what: "what a block requires") else { return nil }
    let text = syntax.written.text
    let block = openBlocks.last?.block ?? ""
    var needs = Guard(for: typed.expression, in: decisions)
    for condition in conditions {
      needs.formUnion(Guard(for: condition.selector, in: decisions))
      if case .decision(let id) = condition.selector {
        let options = decisions[id.index].options
        let taken = options.indices.filter { condition.values.contains(options[$0]) }
        if taken.count < options.count { needs.presence.add(Existence.Condition(decision: id, options: taken)) }
      } else {
        let tests = condition.values.map { value in
          value == .boolean(true) ? condition.selector : .binary(.equal, condition.selector, .constant(value))
        }
        guard let first = tests.first else { continue }
        needs.others.append(tests.dropFirst().reduce(first) { .binary(.or, $0, $1) })
      }
    }
    let claim = implied(by: needs, typed.expression).normalised
    if claim == .constant(.boolean(true)) { return nil }
    // The conditions around it may leave no network either; then only its decisions are restricted.
    if typed.expression.normalised == .constant(.boolean(false)) {
      brokenDemands += 1
      report(.brokenBlockRequirement(block: block, text), at: syntax.range)
      return nil
    }
    return hasValue(claim, at: syntax.range) ? Requirement("\(block): \(text)", .condition(claim)) : nil
  }

  private func implied(by needs: Guard, _ claim: Expression) -> Expression {
    needs.expression(decisions).map { .call(.implies, [$0, claim]) } ?? claim
  }

  private mutating func isCondition(_ typed: Typed, at range: SourceRange, what: String) -> Bool {
    guard typed.type != .boolean else { return true }
    report(.wrongType(expected: "a boolean", found: typed.type.phrase, what: what), at: range)
    return false
  }

  // MARK: Conditions

  private mutating func resolve(
    _ syntax: ExpressionSyntax, _ declaration: RequirementDeclaration, in scope: ExpressionScope
  ) -> [ResolvedRequirement] {
    let parts = syntax.conjuncts
    let budgets = parts.filter { isBudget($0, in: scope) }
    let found = resolve(budgets: budgets, declaration, in: scope)
    let conditions = parts.filter { !isBudget($0, in: scope) }
    guard let first = conditions.first else { return found }
    let condition = conditions.dropFirst().reduce(first) {
      ExpressionSyntax(.binary(.and, $0, $1), range: $0.range.union($1.range))
    }
    return found + (resolve(condition: budgets.isEmpty ? syntax : condition, declaration, in: scope).map { [$0] } ?? [])
  }

  private mutating func resolve(
    condition syntax: ExpressionSyntax, _ declaration: RequirementDeclaration, in scope: ExpressionScope
  ) -> ResolvedRequirement? {
    guard let typed = typed(syntax, in: scope), isCondition(typed, at: syntax.range, what: "a requirement") else {
      return nil
    }
    let claim = implied(by: needs(of: syntax, in: scope), typed.expression).normalised
    guard isOpen(claim, declaration), hasValue(claim, at: syntax.range) else { return nil }
    return ResolvedRequirement(
      requirement: Requirement(declaration.text, .condition(claim)), range: declaration.range,
      trace: trace(of: syntax, in: scope))
  }

  private mutating func hasValue(_ claim: Expression, at range: SourceRange) -> Bool {
    guard let lack = lack(of: claim) else { return true }
    report(.noValue(reason: lack.reason, member: lack.member), at: range)
    return false
  }

  /// Whether some decision decides on the claim; what is constant is reported.
  private mutating func isOpen(_ claim: Expression, _ declaration: RequirementDeclaration) -> Bool {
    switch claim.constant {
    case .boolean(true)?: log.warning(LintDiagnostic.vacuousRequirement(declaration.text), at: declaration.range)
    case nil: return true
    default: report(.contradiction(declaration.text), at: declaration.range)
    }
    return false
  }

  // MARK: Tables

  private mutating func resolve(
    _ table: RowTable, _ declaration: RequirementDeclaration, in scope: ExpressionScope
  ) -> [ResolvedRequirement] {
    var needs = Guard.none
    var columns: [Typed] = []
    for name in table.names {
      guard let value = typed(name, in: scope) else { continue }
      columns.append(value)
      needs.formUnion(self.needs(of: name, in: scope))
    }
    guard columns.count == table.names.count else { return [] }
    var isRight = true
    for row in table.rows {
      for (column, value) in zip(columns, row.values) where !takes(column, value) { isRight = false }
    }
    guard isRight else { return [] }
    let rows = table.rows.map { row in
      let tests = zip(columns, row.values).map {
        Expression.binary(.equal, $0.expression, .constant($1.value))
      }
      return tests.dropFirst().reduce(tests[0]) { .binary(.and, $0, $1) }
    }
    let listed = Expression.disjunction(rows[...])
    let claim = implied(by: needs, table.kind == .allow ? listed : .unary(.not, listed)).normalised
    guard isOpen(claim, declaration) else { return [] }
    return [
      ResolvedRequirement(
        requirement: Requirement(declaration.text, .condition(claim)), range: declaration.range,
        trace: .row(zip(table.names, columns).map { ($0.written.text, $1.expression) }))
    ]
  }

  /// Whether a cell can be what its column is; an error otherwise.
  private mutating func takes(_ column: Typed, _ cell: Located<Value>) -> Bool {
    if case .decision(let id) = column.expression {
      let decision = decisions[id.index]
      if decision.options.contains(cell.value) { return true }
      let texts = decision.options.map(\.description)
      let meant = cell.value.word.flatMap { closest(to: $0, among: texts) }
      report(
        .unknownOption(cell.value.description, of: decision.name, options: texts.joined(separator: ", ")),
        at: cell.range, fixIts: didYouMean(meant, at: cell.range, confidence: .likely))
      return false
    }
    if column.type == cell.value.type || (column.type.isNumeric && cell.value.type.isNumeric) { return true }
    report(
      .wrongType(expected: column.type.phrase, found: cell.value.type.phrase, what: "a value of this column"),
      at: cell.range)
    return false
  }
}

extension Expression {
  /// Balanced, so that long tables stay flat.
  fileprivate static func disjunction(_ claims: ArraySlice<Expression>) -> Expression {
    guard claims.count > 1, let first = claims.indices.first else { return claims.first ?? .constant(.boolean(false)) }
    let middle = first + claims.count / 2
    return .binary(.or, disjunction(claims[..<middle]), disjunction(claims[middle...]))
  }
}

extension ExpressionSyntax {
  /// The parts of a conjunction, in their order.
  fileprivate var conjuncts: [ExpressionSyntax] {
    if case .binary(.and, let left, let right) = kind { left.conjuncts + right.conjuncts } else { [self] }
  }
}
