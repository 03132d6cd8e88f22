import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// The list function of a call; nil for other functions, `min` and `max` of plain numbers included.
  func listFunction(
    _ name: NamePart, _ arguments: [ExpressionSyntax], in scope: ExpressionScope
  ) -> ListFunction? {
    guard let function = ListFunction(rawValue: name.text) else { return nil }
    // In a requirement what does not exist is left out, whatever the function.
    guard function.isPlain, scope.members == nil else { return function }
    return arguments.contains { !$0.stars.isEmpty } ? function : nil
  }

  mutating func listed(
    _ function: ListFunction, _ arguments: [ExpressionSyntax], at range: SourceRange, in scope: ExpressionScope
  ) -> Typed? {
    guard !arguments.isEmpty else {
      report(.argumentCount(function: function.rawValue, expected: "at least 1 argument", found: 0), at: range)
      return nil
    }
    guard let elements = elements(arguments, in: scope) else { return nil }
    guard elements.count <= ListFunction.mostElements else {
      report(.listTooLong(elements.count, most: ListFunction.mostElements), at: range)
      return nil
    }
    for (element, syntax) in elements where function.refused(element.value.type) {
      report(.operandType(function.rawValue, found: element.value.type.phrase), at: syntax.range)
      return nil
    }
    if let first = elements.first,
      let other = elements.first(where: { !$0.0.value.type.isComparable(with: first.0.value.type) })
    {
      report(.operandType(function.rawValue, found: other.0.value.type.phrase), at: other.1.range)
      return nil
    }
    let list = ElementList(elements: elements.map(\.0), decisions: decisions)
    return Typed(expression: list.applying(function), type: function.result(list.elements.map(\.value.type)))
  }

  /// The elements of all arguments with the syntax of each; nil after an error.
  mutating func elements(
    _ arguments: [ExpressionSyntax], in scope: ExpressionScope
  ) -> [(ElementList.Element, ExpressionSyntax)]? {
    var found: [(ElementList.Element, ExpressionSyntax)] = []
    var isComplete = true
    for argument in arguments {
      guard let scopes = scopes(ofElementsIn: argument, scope) else {
        isComplete = false
        continue
      }
      for inner in scopes {
        guard let value = typed(argument, in: inner) else {
          isComplete = false
          break
        }
        let needs = scope.members == nil ? Guard.none : self.needs(of: argument, in: inner)
        found.append((ElementList.Element(value: value, needs: needs), argument))
      }
    }
    return isComplete ? found : nil
  }

  /// One scope for each element that an argument of a list function stands for; nil after an error.
  mutating func scopes(ofElementsIn argument: ExpressionSyntax, _ scope: ExpressionScope) -> [ExpressionScope]? {
    let stars = argument.stars
    guard let first = stars.first else { return [scope] }
    guard let members = scope.members, let layer = LayerPath(first), let count = members.layerCount(of: layer.stage)
    else {
      reportUnknown(first, at: first.range, in: scope)
      return nil
    }
    if let other = stars.first(where: { LayerPath($0)?.stage != layer.stage }) {
      report(.starsOfStages(first.text, other.text), at: other.range)
      return nil
    }
    let scopes = (1...count).compactMap { number -> ExpressionScope? in
      var inner = scope
      inner.layer = number
      let isThere = stars.allSatisfy { path in
        if case .unknown = member(path, in: inner) { false } else { true }
      }
      return isThere ? inner : nil
    }
    if scopes.isEmpty {
      for path in stars { reportUnknown(path, at: path.range, in: scope) }
      return nil
    }
    return scopes
  }

  /// `exists(s1[3].kernel)`
  mutating func existence(
    _ arguments: [ExpressionSyntax], at range: SourceRange, in scope: ExpressionScope
  ) -> Typed? {
    guard arguments.count == 1, case .name(let path) = arguments[0].kind else {
      report(.existenceOfNoName, at: arguments.count == 1 ? arguments[0].range : range)
      return nil
    }
    switch member(path, in: scope) {
    case .known(let member):
      let needs = scope.members == nil ? Guard(for: member.value.expression, in: decisions) : member.needs
      let condition = needs.expression(decisions) ?? .constant(.boolean(true))
      return Typed(expression: condition, type: .boolean)
    case .poison: return nil
    case .unknown:
      reportUnknown(path, at: arguments[0].range, in: scope)
      return nil
    }
  }

  /// What has to hold so that everything an expression names exists. What `exists` asks about, and what a list function
  /// leaves out, is not counted.
  mutating func needs(of syntax: ExpressionSyntax, in scope: ExpressionScope) -> Guard {
    switch syntax.kind {
    case .integer, .decimal, .quantity, .string: return .none
    case .name(let path):
      guard case .known(let member) = member(path, in: scope) else { return .none }
      return member.needs
    case .unary(_, let operand): return needs(of: operand, in: scope)
    case .binary(_, let left, let right): return needs(of: left, in: scope).union(needs(of: right, in: scope))
    case .call(let function, let arguments):
      if function.text == "exists" { return .none }
      if let list = listFunction(function, arguments, in: scope) {
        guard let elements = elements(arguments, in: scope) else { return .none }
        return ElementList(elements: elements.map(\.0), decisions: decisions).needs(of: list)
      }
      var result = Guard.none
      for argument in arguments { result.formUnion(needs(of: argument, in: scope)) }
      return result
    }
  }
}

extension ExpressionSyntax {
  /// The names with stars that a list function around this expression speaks of; those inside another list function
  /// are that one's.
  var stars: [[NamePart]] {
    switch kind {
    case .integer, .decimal, .quantity, .string: []
    case .name(let path): path.hasStar ? [path] : []
    case .unary(_, let operand): operand.stars
    case .binary(_, let left, let right): left.stars + right.stars
    case .call(let function, let arguments):
      ListFunction(rawValue: function.text) == nil ? arguments.flatMap(\.stars) : []
    }
  }
}

extension [NamePart] {
  var text: String { map(\.written).joined(separator: ".") }

  /// From the first to the last part.
  var range: SourceRange { dropFirst().reduce(self[0].range) { $0.union($1.range) } }
}

extension ValueType {
  fileprivate func isComparable(with other: ValueType) -> Bool { self == other || (isNumeric && other.isNumeric) }
}
