import SpaceIR

/// Makes variables from expressions over decisions.
struct VariableBuilder {
  /// Combinations that one variable may be made from.
  static let mostCombinations = 200_000

  let space: Space
  private(set) var variables: [MixtureVariable] = []
  private var known: [Expression: Distribution] = [:]

  init(space: Space) { self.space = space }

  /// What an expression can be, and how likely.
  struct Distribution: Hashable {
    let source: MixtureVariable.Source
    let values: [Value]
  }

  /// An amount that follows from decisions, 0 where nothing else is said.
  struct Quantity: Hashable {
    let variable: VariableID
    /// By outcome, ascending, none of them 0.
    let amounts: [Int]
  }

  /// The values of an expression, folded and not constant.
  mutating func distribution(of expression: Expression) throws(PlanError) -> Distribution {
    if case .decision(let id) = expression {
      return Distribution(source: .decision(id), values: space[id].options)
    }
    if let known = known[expression] { return known }
    var values: [Value] = []
    var places: [Value: Int] = [:]
    var rows: [MixtureVariable.Row] = []
    let parts = Parts(of: expression.operands)
    try forEachCombination(of: parts, picking: []) { (picks, environment) throws(PlanError) in
      let value = try parts.replaced(expression).evaluated(environment)
      let place = places[value] ?? values.count
      if place == values.count {
        places[value] = place
        values.append(value)
      }
      rows.append(MixtureVariable.Row(picks: picks, outcome: place))
    }
    let made = Distribution(source: .variable(add(rows, outcomes: values.count)), values: values)
    known[expression] = made
    return made
  }

  /// The integers that an expression can be; one where it is constant.
  mutating func integers(of expression: Expression) throws(PlanError) -> [Int] {
    if let value = expression.constant { return [value].compactMap(\.integer) }
    return try distribution(of: expression).values.compactMap(\.integer)
  }

  /// An amount that follows from the values of expressions where some decisions have given options, and is 0 elsewhere.
  ///
  /// - Parameters:
  ///   - expressions: Folded; none of the decisions in `picks` is in them.
  ///   - picks: Decisions with the option that each must have.
  mutating func quantity(
    of expressions: [Expression], where picks: [MixtureVariable.Pick], amount: ([Value]) throws(PlanError) -> Int
  ) throws(PlanError) -> Quantity {
    var rows: [(picks: [MixtureVariable.Pick], amount: Int)] = []
    let parts = Parts(of: expressions)
    let replaced = expressions.map(parts.replaced)
    try forEachCombination(of: parts, picking: picks) { (picks, environment) throws(PlanError) in
      var values: [Value] = []
      for expression in replaced { values.append(try expression.evaluated(environment)) }
      let found = try amount(values)
      if found != 0 { rows.append((picks, found)) }
    }
    let amounts = Set(rows.map(\.amount)).sorted()
    let places = Dictionary(uniqueKeysWithValues: amounts.enumerated().map { ($1, $0) })
    let variable = add(
      rows.map { MixtureVariable.Row(picks: $0.picks, outcome: places[$0.amount] ?? 0) }, outcomes: amounts.count)
    return Quantity(variable: variable, amounts: amounts)
  }

  private mutating func add(_ rows: [MixtureVariable.Row], outcomes: Int) -> VariableID {
    variables.append(MixtureVariable(outcomes: outcomes, rows: rows))
    return VariableID(index: variables.count - 1)
  }

  private mutating func forEachCombination(
    of parts: Parts, picking fixed: [MixtureVariable.Pick],
    _ body: ([MixtureVariable.Pick], (DecisionID) -> Value?) throws(PlanError) -> Void
  ) throws(PlanError) {
    var sources: [Distribution] = []
    var count = 1
    for part in parts.list {
      sources.append(try distribution(of: part))
      count *= sources[sources.count - 1].values.count
      guard count <= Self.mostCombinations else { throw .tooManyCombinations(count: count) }
    }
    for number in 0..<count {
      var rest = number
      var picks = fixed
      var values: [DecisionID: Value] = [:]
      for (part, source) in zip(parts.list, sources) {
        let outcome = rest % source.values.count
        rest /= source.values.count
        picks.append(MixtureVariable.Pick(source: source.source, outcome: outcome))
        values[parts.names[part] ?? DecisionID(index: 0)] = source.values[outcome]
      }
      try body(picks) { values[$0] }
    }
  }
}

/// Expressions divided into parts that share no decision: single decisions, and the largest expressions whose decisions
/// occur nowhere else.
private struct Parts {
  private(set) var list: [Expression] = []
  /// By part the name that stands for it; a decision is its own.
  private(set) var names: [Expression: DecisionID] = [:]

  init(of roots: [Expression]) {
    var decisions: [DecisionID: Int] = [:]
    var terms: [Expression: Int] = [:]
    for root in roots { root.count(into: &decisions, &terms) }
    for root in roots { visit(root, decisions, terms) }
  }

  private mutating func visit(
    _ expression: Expression, _ decisions: [DecisionID: Int], _ terms: [Expression: Int]
  ) {
    guard names[expression] == nil else { return }
    if case .decision(let id) = expression { return add(expression, id) }
    let support = expression.support
    if support.count > 1 {
      var own: [DecisionID: Int] = [:]
      var inner: [Expression: Int] = [:]
      expression.count(into: &own, &inner)
      let times = terms[expression] ?? 1
      if support.allSatisfy({ decisions[$0] == (own[$0] ?? 0) * times }) {
        // Beyond every decision of a space.
        return add(expression, DecisionID(index: 1 << 40 + list.count))
      }
    }
    for operand in expression.operands { visit(operand, decisions, terms) }
  }

  private mutating func add(_ part: Expression, _ name: DecisionID) {
    names[part] = name
    list.append(part)
  }

  /// The expression with each part's name in its place.
  func replaced(_ expression: Expression) -> Expression {
    if let name = names[expression] { return .decision(name) }
    switch expression {
    case .constant, .decision: return expression
    case .unary(let op, let x): return .unary(op, replaced(x))
    case .binary(let op, let a, let b): return .binary(op, replaced(a), replaced(b))
    case .call(let function, let arguments): return .call(function, arguments.map(replaced))
    }
  }
}

extension Expression {
  fileprivate var operands: [Expression] {
    switch self {
    case .constant, .decision: []
    case .unary(_, let x): [x]
    case .binary(_, let a, let b): [a, b]
    case .call(_, let arguments): arguments
    }
  }

  fileprivate func count(into decisions: inout [DecisionID: Int], _ terms: inout [Expression: Int]) {
    if case .decision(let id) = self { decisions[id, default: 0] += 1 }
    let operands = operands
    if !operands.isEmpty { terms[self, default: 0] += 1 }
    for operand in operands { operand.count(into: &decisions, &terms) }
  }

  fileprivate func evaluated(_ environment: (DecisionID) -> Value?) throws(PlanError) -> Value {
    do throws(EvaluationError) {
      return try evaluate(environment)
    } catch {
      throw .noValue
    }
  }
}
