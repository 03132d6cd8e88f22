import SpaceIR

/// A function over a list; the checker writes it out as operations on the elements.
enum ListFunction: String, CaseIterable {
  case sum
  case minimum = "min"
  case maximum = "max"
  case count
  case all
  case any
  case nondecreasing
  case nonincreasing
  case allEqual = "all_equal"
  case allDifferent = "all_different"

  /// More would make expressions that neither a person nor a decision diagram can work with.
  static let mostElements = 256

  /// Those that are no functions of a few numbers as well.
  static var ownWords: [String] { allCases.filter { !$0.isPlain }.map(\.rawValue) }

  /// Whether it is also a function of numbers, so that a call without lists needs no elements.
  var isPlain: Bool { self == .minimum || self == .maximum }

  /// Whether an element cannot be of this type.
  func refused(_ type: ValueType) -> Bool {
    switch self {
    case .sum, .minimum, .maximum, .nondecreasing, .nonincreasing: !type.isNumeric
    case .count, .all, .any: type != .boolean
    case .allEqual, .allDifferent: false
    }
  }

  func result(_ elements: [ValueType]) -> ValueType {
    switch self {
    case .sum, .minimum, .maximum: elements.contains(.rational) ? .rational : .integer
    case .count: .integer
    case .all, .any, .nondecreasing, .nonincreasing, .allEqual, .allDifferent: .boolean
    }
  }
}

/// Elements of a list, some of which exist only in some members.
struct ElementList {
  struct Element {
    let value: Typed
    let needs: Guard
  }

  let elements: [Element]
  let decisions: [Decision]

  /// What the function gives over the elements that exist. Sums and counts of none are 0, claims about none hold but for
  /// `any`; a least or a greatest of none has no value, which `needs(of:)` says.
  func applying(_ function: ListFunction) -> Expression {
    switch function {
    case .sum: sum(elements.map { guarded($0, else: .integer(0)) })
    case .count: sum(elements.map { counted($0) })
    case .minimum: extreme(.minimum)
    case .maximum: extreme(.maximum)
    case .all: joined(.and, elements.map { implied(by: $0.needs, $0.value.expression) }, none: true)
    case .any: joined(.or, elements.map { conjunction($0.needs, $0.value.expression) }, none: false)
    case .nondecreasing: joined(.and, neighbours(.lessOrEqual), none: true)
    case .nonincreasing: joined(.and, neighbours(.greaterOrEqual), none: true)
    case .allEqual: joined(.and, neighbours(.equal), none: true)
    case .allDifferent: joined(.and, pairs(.notEqual), none: true)
    }
  }

  /// What has to hold for the function to have a value.
  func needs(of function: ListFunction) -> Guard {
    guard function == .minimum || function == .maximum, elements.allSatisfy({ $0.needs != .none }) else { return .none }
    if elements.count == 1 { return elements[0].needs }
    // Where one element exists wherever any does, its guard says it all.
    if let widest = elements.first(where: { wide in elements.allSatisfy { $0.needs.implies(wide.needs) } }) {
      return widest.needs
    }
    let some = elements.compactMap { $0.needs.expression(decisions) }
    return Guard(others: [joined(.or, some, none: false)])
  }

  // MARK: Guards

  private func guarded(_ element: Element, else other: Expression) -> Expression {
    guard let condition = element.needs.expression(decisions) else { return element.value.expression }
    return .call(.select, [condition, element.value.expression, other])
  }

  private func conjunction(_ needs: Guard, _ claim: Expression) -> Expression {
    needs.expression(decisions).map { .binary(.and, $0, claim) } ?? claim
  }

  private func implied(by needs: Guard, _ claim: Expression) -> Expression {
    needs.expression(decisions).map { .call(.implies, [$0, claim]) } ?? claim
  }

  private func counted(_ element: Element) -> Expression {
    .call(.select, [conjunction(element.needs, element.value.expression), .integer(1), .integer(0)])
  }

  // MARK: Shapes

  /// In the order of the file from the left: decisions bound in that order leave one number and the rest of the sum.
  private func sum(_ terms: [Expression]) -> Expression {
    terms.dropFirst().reduce(terms.first ?? .integer(0)) { .binary(.add, $0, $1) }
  }

  /// In groups, so that long lists stay flat.
  private func joined(_ op: BinaryOperator, _ claims: [Expression], none: Bool) -> Expression {
    let group = 64
    guard claims.count > group else {
      return claims.dropFirst().reduce(claims.first ?? .constant(.boolean(none))) { .binary(op, $0, $1) }
    }
    let starts = stride(from: 0, to: claims.count, by: group)
    return joined(
      op, starts.map { joined(op, Array(claims[$0..<min($0 + group, claims.count)]), none: none) }, none: none)
  }

  /// An element that is missing is replaced by one that is there, which changes no extreme.
  private func extreme(_ function: Function) -> Expression {
    let present = elements.first { element in elements.allSatisfy { $0.needs.implies(element.needs) } }
    var substitute = present?.value.expression
    if substitute == nil {
      substitute = elements.dropLast().reversed().reduce(elements.last?.value.expression) { rest, element in
        rest.map { guarded(element, else: $0) }
      }
    }
    guard let substitute else { return .integer(0) }
    let values = elements.map { element in
      element.needs.implies(.none) && element.value.expression == substitute
        ? substitute : guarded(element, else: substitute)
    }
    return extreme(function, values)
  }

  private func extreme(_ function: Function, _ values: [Expression]) -> Expression {
    let group = function.arity.upperBound
    guard values.count > group else { return values.count == 1 ? values[0] : .call(function, values) }
    let starts = stride(from: 0, to: values.count, by: group)
    return extreme(function, starts.map { extreme(function, Array(values[$0..<min($0 + group, values.count)])) })
  }

  /// The relation between neighbours that exist. It is transitive, so each element is held against those before it, up
  /// to one that is there whenever it is itself.
  private func neighbours(_ relation: BinaryOperator) -> [Expression] {
    var claims: [Expression] = []
    for later in elements.indices.dropFirst() {
      for earlier in (0..<later).reversed() {
        claims.append(pair(earlier, later, relation))
        if elements[later].needs.implies(elements[earlier].needs) { break }
      }
    }
    return claims
  }

  private func pairs(_ relation: BinaryOperator) -> [Expression] {
    elements.indices.flatMap { later in (0..<later).map { pair($0, later, relation) } }
  }

  private func pair(_ earlier: Int, _ later: Int, _ relation: BinaryOperator) -> Expression {
    let (a, b) = (elements[earlier], elements[later])
    return implied(by: a.needs.union(b.needs), .binary(relation, a.value.expression, b.value.expression))
  }
}
