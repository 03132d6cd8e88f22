import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// Whether a comparison has a cost on one side.
  func isBudget(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Bool {
    guard case .binary(let op, let left, let right) = syntax.kind, op.isRelation else { return false }
    return cost(left, in: scope) != nil || cost(right, in: scope) != nil
  }

  /// The budgets of one requirement; bounds of one cost are one budget.
  mutating func resolve(
    budgets: [ExpressionSyntax], _ declaration: RequirementDeclaration, in scope: ExpressionScope
  ) -> [ResolvedRequirement] {
    var merged: [Budget] = []
    for syntax in budgets {
      guard let budget = budget(syntax, in: scope) else { continue }
      if let index = merged.firstIndex(where: { $0.quantity == budget.quantity }) {
        merged[index] = merged[index].intersection(budget)
      } else {
        merged.append(budget)
      }
    }
    return merged.compactMap { budget in
      // A cost is never below zero.
      let least = budget.least.flatMap { $0 > 0 ? $0 : nil }
      if let greatest = budget.greatest, greatest < least ?? 0 {
        report(.contradiction(declaration.text), at: declaration.range)
        return nil
      }
      guard least != nil || budget.greatest != nil else {
        log.warning(LintDiagnostic.vacuousRequirement(declaration.text), at: declaration.range)
        return nil
      }
      let bounds = Budget(budget.quantity, least: least, greatest: budget.greatest)
      return ResolvedRequirement(
        requirement: Requirement(declaration.text, .budget(bounds)), range: declaration.range, trace: nil)
    }
  }

  /// A cost by its name, unless something of the space has that name.
  private func cost(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Budget.Quantity? {
    switch syntax.kind {
    case .name(let path):
      guard path.count == 1, path[0].index == nil, case .unknown = member(path, in: scope) else { return nil }
      switch path[0].text {
      case "macs": return .macs
      case "parameters": return .parameters
      case "activation_bytes": return .activationBytes
      default: return nil
      }
    case .call(let function, let arguments):
      guard function.text == "latency" else { return nil }
      switch arguments.first?.kind {
      case .name(let path)?: return .latency(device: path.text)
      case .string(let device)?: return .latency(device: device)
      case .integer, .decimal, .quantity, .call, .unary, .binary, nil: return .latency(device: "")
      }
    case .integer, .decimal, .quantity, .string, .unary, .binary: return nil
    }
  }

  private mutating func budget(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Budget? {
    guard case .binary(let op, let left, let right) = syntax.kind else { return nil }
    let isLeft = cost(left, in: scope) != nil
    let (term, bound) = isLeft ? (left, right) : (right, left)
    guard let quantity = cost(term, in: scope) else { return nil }
    if case .latency(let device) = quantity, !knows(device, at: term.range) { return nil }
    guard cost(bound, in: scope) == nil, op != .notEqual else {
      report(.budgetNotConstant(quantity.word), at: syntax.range, notes: [Note(Self.budgetForm)])
      return nil
    }
    guard let number = self.bound(bound, of: quantity, in: scope) else { return nil }
    return Budget(quantity, isLeft ? op : op.mirrored, number)
  }

  private mutating func knows(_ device: String, at range: SourceRange) -> Bool {
    if devices.names.contains(device) { return true }
    guard !devices.hidesNames else { return false }
    let known =
      devices.names.isEmpty
      ? "name its table: 'devices: {phone: tables/phone.yaml}' in the space, or '--device phone=FILE'"
      : "devices with a table: \(devices.names.joined(separator: ", "))"
    report(.unknownDevice(device), at: range, notes: [Note(known)])
    return false
  }

  private static let budgetForm = "a budget is a cost, one of <=, <, >=, > and ==, and a constant: macs <= 60M"

  private mutating func bound(
    _ syntax: ExpressionSyntax, of quantity: Budget.Quantity, in scope: ExpressionScope
  ) -> Rational? {
    if case .quantity(let given) = syntax.kind {
      guard given.dimension == quantity.dimension else {
        let expected =
          switch quantity.dimension {
          case .bytes: "bytes, such as 2 MiB"
          case .time: "a time, such as 5 ms"
          case nil: "a plain number, such as 60M"
          }
        report(
          .wrongDimension(
            cost: quantity.word, expected: expected,
            found: given.dimension == .bytes ? "the bytes '\(given.text)'" : "the time '\(given.text)'"),
          at: syntax.range)
        return nil
      }
      return Rational(given.value.numerator, given.value.denominator)
    }
    guard let value = typed(syntax, in: scope) else { return nil }
    guard value.type.isNumeric else {
      report(.operandType(quantity.word, found: value.type.phrase), at: syntax.range)
      return nil
    }
    let folded = value.expression.folded
    if let number = folded.constant?.number {
      guard case .latency = quantity else { return number }
      report(
        .wrongDimension(cost: quantity.word, expected: "a time, such as 5 ms", found: "the plain number \(number)"),
        at: syntax.range)
      return nil
    }
    if folded.support.isEmpty {
      report(.noValue(reason: "division by zero or a number beyond 64 bits", member: ""), at: syntax.range)
    } else {
      report(.budgetNotConstant(quantity.word), at: syntax.range, notes: [Note(Self.budgetForm)])
    }
    return nil
  }
}

extension Budget {
  /// Inclusive bounds in whole numbers, which costs are.
  fileprivate init(_ quantity: Quantity, _ op: SpaceSyntax.BinaryOperator, _ number: Rational) {
    let (below, above) = (number.floor, number.isInteger ? number.floor : number.floor + 1)
    switch op {
    case .less: self.init(quantity, greatest: number.isInteger ? below &- 1 : below)
    case .lessOrEqual: self.init(quantity, greatest: below)
    case .greater: self.init(quantity, least: number.isInteger && above < .max ? above + 1 : above)
    case .greaterOrEqual: self.init(quantity, least: above)
    case .equal, .notEqual, .or, .and, .plus, .minus, .times, .divide, .remainder:
      self.init(quantity, least: above, greatest: below)
    }
  }

  fileprivate func intersection(_ other: Budget) -> Budget {
    Budget(
      quantity, least: [least, other.least].compactMap { $0 }.max(),
      greatest: [greatest, other.greatest].compactMap { $0 }.min())
  }
}

extension Budget.Quantity {
  /// Of a bound with a unit; nil: a bound has none.
  fileprivate var dimension: Quantity.Dimension? {
    switch self {
    case .macs, .parameters: nil
    case .activationBytes: .bytes
    case .latency: .time
    }
  }

  /// As a requirement names it.
  package var word: String {
    switch self {
    case .macs: "macs"
    case .parameters: "parameters"
    case .activationBytes: "activation_bytes"
    case .latency(let device): "latency(\(device))"
    }
  }
}

extension SpaceSyntax.BinaryOperator {
  fileprivate var isRelation: Bool {
    switch self {
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
    case .or, .and, .plus, .minus, .times, .divide, .remainder: false
    }
  }

  /// The operator that means the same with its sides exchanged.
  fileprivate var mirrored: SpaceSyntax.BinaryOperator {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual, .or, .and, .plus, .minus, .times, .divide, .remainder: self
    }
  }
}
