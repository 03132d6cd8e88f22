extension Expression {
  /// The type of the value, from the options of the decisions; nil where operand types do not fit.
  ///
  /// A quotient is rational even where it happens to be whole.
  package func type(in space: Space) -> ValueType? {
    switch self {
    case .constant(let value): return value.type
    case .decision(let id): return space[id].optionType
    case .unary(.not, let x): return x.type(in: space) == .boolean ? .boolean : nil
    case .unary(.negate, let x): return x.type(in: space).flatMap { $0.isNumeric ? $0 : nil }
    case .binary(let op, let a, let b):
      guard let left = a.type(in: space), let right = b.type(in: space) else { return nil }
      return op.type(left, right)
    case .call(let function, let arguments):
      let types = arguments.compactMap { $0.type(in: space) }
      guard types.count == arguments.count, function.arity.contains(types.count) else { return nil }
      return function.type(types)
    }
  }
}

/// The type that accepts both; nil where there is none.
private func common(_ a: ValueType, _ b: ValueType) -> ValueType? {
  if a.accepts(b) { return a }
  return b.accepts(a) ? b : nil
}

extension BinaryOperator {
  fileprivate func type(_ a: ValueType, _ b: ValueType) -> ValueType? {
    switch self {
    case .or, .and: return a == .boolean && b == .boolean ? .boolean : nil
    case .equal, .notEqual: return common(a, b) == nil ? nil : .boolean
    case .less, .lessOrEqual, .greater, .greaterOrEqual: return a.isNumeric && b.isNumeric ? .boolean : nil
    case .add, .subtract, .multiply: return a.isNumeric && b.isNumeric ? common(a, b) : nil
    case .divide: return a.isNumeric && b.isNumeric ? .rational : nil
    case .remainder: return a.isNumeric && b.isNumeric ? .integer : nil
    }
  }
}

extension Function {
  /// - Precondition: as many types as the function takes.
  fileprivate func type(_ arguments: [ValueType]) -> ValueType? {
    if self == .select { return arguments[0] == .boolean ? common(arguments[1], arguments[2]) : nil }
    if self == .implies { return arguments.allSatisfy { $0 == .boolean } ? .boolean : nil }
    guard arguments.allSatisfy(\.isNumeric) else { return nil }
    switch self {
    case .divides: return .boolean
    case .power, .absolute: return arguments[0]
    case .roundTo, .makeDivisible, .floor, .ceiling: return .integer
    case .minimum, .maximum: return arguments.contains(.rational) ? .rational : .integer
    case .select, .implies: return nil
    }
  }
}
