import SpaceIR

extension ConditionTable {
  /// The normal form of an expression.
  ///
  /// - Parameters:
  ///   - position: Where each decision stands in the order of deciding.
  ///   - space: For the types of its decisions.
  mutating func formula(_ expression: Expression, in space: Space, position: (DecisionID) -> Int) -> ConditionID {
    func formula(_ inner: Expression) -> ConditionID { self.formula(inner, in: space, position: position) }
    switch expression {
    case .constant(let value): return constant(value)
    case .decision(let id): return decision(position(id))
    case .unary(.not, let x): return not(formula(x))
    case .unary(.negate, let x):
      return terms(of: formula(x), scaledBy: Rational(-1)).map { linear($0.terms, $0.constant) } ?? Self.undefined
    case .binary(let op, let a, let b): return apply(op, formula(a), formula(b))
    case .call(.select, let arguments) where arguments.count == 3:
      return select(formula(arguments[0]), formula(arguments[1]), formula(arguments[2]))
    case .call(.implies, let arguments) where arguments.count == 2:
      let premise = formula(arguments[0])
      return any([not(premise), formula(arguments[1])])
    case .call(let function, let arguments):
      let type = expression.type(in: space) ?? .boolean
      return apply(.function(function), arguments.map(formula), type: type)
    }
  }

  mutating func apply(_ op: BinaryOperator, _ a: ConditionID, _ b: ConditionID) -> ConditionID {
    switch op {
    case .or: return any([a, b])
    case .and: return all([a, b])
    case .equal: return equality(a, b)
    case .notEqual: return not(equality(a, b))
    case .lessOrEqual: return compared(a, b, isEquality: false)
    case .greaterOrEqual: return compared(b, a, isEquality: false)
    case .less: return not(compared(b, a, isEquality: false))
    case .greater: return not(compared(a, b, isEquality: false))
    case .add, .subtract:
      var sum = LinearTerms()
      let sign = Rational(op == .add ? 1 : -1)
      guard add(a, times: Rational(1), to: &sum), add(b, times: sign, to: &sum) else { return Self.undefined }
      return linear(sum.terms, sum.constant)
    case .multiply, .divide, .remainder: return apply(.binary(op), [a, b], type: .rational)
    }
  }

  private mutating func equality(_ a: ConditionID, _ b: ConditionID) -> ConditionID {
    if a == Self.undefined || b == Self.undefined { return Self.undefined }
    if facts[a].type.isNumeric, facts[b].type.isNumeric { return compared(a, b, isEquality: true) }
    if isBoolean(a), isBoolean(b) { return select(a, b, not(b)) }
    if a == b { return Self.yes }
    return apply(.binary(.equal), [min(a, b), max(a, b)], type: .boolean)
  }

  /// An operation that is no sum, bound or connective; computed where all arguments are constants.
  mutating func apply(_ operation: Operator, _ arguments: [ConditionID], type: ValueType) -> ConditionID {
    if arguments.contains(Self.undefined) { return Self.undefined }
    let values = arguments.compactMap { constant($0) }
    if values.count == arguments.count { return value(of: operation, values).map { constant($0) } ?? Self.undefined }
    switch operation {
    case .binary(.multiply): return product(arguments[0], arguments[1], type: type)
    case .binary(.divide):
      if let divisor = constant(arguments[1])?.number, let factor = Rational(1).divided(by: divisor) {
        return terms(of: arguments[0], scaledBy: factor).map { linear($0.terms, $0.constant) } ?? Self.undefined
      }
    case .function(.minimum): return extreme(.minimum, arguments, type: type)
    case .function(.maximum): return extreme(.maximum, arguments, type: type)
    case .binary, .function: break
    }
    return normalised(.apply(operation, arguments, type), joined(arguments, type: type))
  }

  private func value(of operation: Operator, _ values: [Value]) -> Value? {
    do throws(EvaluationError) {
      switch operation {
      case .binary(let op): return try op.apply(values[0], values[1])
      case .function(let function): return try function.apply(values)
      }
    } catch {
      return nil
    }
  }

  private mutating func product(_ a: ConditionID, _ b: ConditionID, type: ValueType) -> ConditionID {
    for (factor, other) in [(a, b), (b, a)] {
      guard let number = constant(factor)?.number else { continue }
      return terms(of: other, scaledBy: number).map { linear($0.terms, $0.constant) } ?? Self.undefined
    }
    let range = facts[a].range.corners(facts[b].range) { $0.multiplied(by: $1) }
    let result = joined([a, b], type: type, range: range)
    return number(of: .apply(.binary(.multiply), [min(a, b), max(a, b)], type), result)
  }

  /// `min` or `max`, flat, with one constant, without arguments that can never be it.
  private mutating func extreme(_ function: Function, _ arguments: [ConditionID], type: ValueType) -> ConditionID {
    let isMinimum = function == .minimum
    var flat: Set<ConditionID> = []
    var known: Rational?
    func pick(_ a: Rational, _ b: Rational) -> Rational { isMinimum ? min(a, b) : max(a, b) }
    func add(_ id: ConditionID) {
      if let number = constant(id)?.number {
        known = known.map { pick($0, number) } ?? number
      } else if case .apply(.function(function), let inner, _) = kinds[id] {
        inner.forEach(add)
      } else {
        flat.insert(id)
      }
    }
    arguments.forEach(add)
    if let known { flat.insert(constant(Value(known))) }
    let parts = flat.sorted()
    let kept = parts.filter { part in
      !parts.contains { other in
        guard other != part else { return false }
        let (mine, its) = (facts[part].range, facts[other].range)
        guard let far = isMinimum ? its.greatest : its.least, let near = isMinimum ? mine.least : mine.greatest else {
          return false
        }
        return isMinimum ? far < near : far > near
      }
    }
    if kept.count == 1 { return kept[0] }
    let range = kept.dropFirst().reduce(facts[kept[0]].range) { $0.corners(facts[$1].range, pick) }
    let result = joined(kept, type: type, range: range)
    return number(of: .apply(.function(function), kept, type), result)
  }
}
