import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// A call's evaluated arguments by parameter name; a missing entry is poison.
  typealias Arguments = [String: Typed]

  /// Looks the operation up and checks which arguments are given; nil after an error about the operation's name.
  mutating func signature(of call: Call) -> Signature? {
    guard let signature = signatures[call.op.value] else {
      let fix = closest(to: call.op.value, among: signatures.keys.sorted()).map {
        [FixIt("did you mean '\($0)'?", replacing: call.op.range, with: $0)]
      }
      report(.unknownOperation(call.op.value), at: call.op.range, fixIts: fix ?? [])
      return nil
    }
    let known = signature.parameters.map(\.name)
    var given: [String: SourceRange] = [:]
    for argument in call.arguments {
      given[argument.name.value] = argument.name.range
      guard !known.contains(argument.name.value) else { continue }
      let fix = closest(to: argument.name.value, among: known).map {
        [FixIt("did you mean '\($0)'?", replacing: argument.name.range, with: $0)]
      }
      let list = known.isEmpty ? "'\(signature.name)' has no parameters" : "parameters: \(known.joined(separator: ", "))"
      report(
        .unknownArgument(argument.name.value, of: signature.name), at: argument.name.range,
        notes: fix == nil ? [Note(list)] : [], fixIts: fix ?? [])
    }
    for parameter in signature.parameters where parameter.defaultValue == nil && given[parameter.name] == nil {
      report(.missingArgument(parameter.name, of: signature.name), at: call.op.range)
    }
    return signature
  }

  /// Evaluates the arguments of a call inside a block body, where nothing is decided.
  mutating func arguments(of call: Call, to signature: Signature, in scope: ExpressionScope) -> Arguments {
    var result: Arguments = [:]
    for parameter in signature.parameters {
      guard let argument = call.arguments.first(where: { $0.name.value == parameter.name }) else {
        result[parameter.name] = parameter.defaultTyped
        continue
      }
      switch argument.value {
      case .expression(let syntax): result[parameter.name] = value(syntax, for: parameter, in: scope)
      case .choice(let choice):
        report(
          .choiceNotHere(where: "inside a block"), at: choice.range,
          notes: [Note("make it a parameter of the block, and choose where the block is used")])
      case .firstRest(_, _, let range): report(.firstRestOutsideStage, at: range)
      case .poison: break
      }
    }
    return result
  }

  /// An argument as its parameter's type; a bare word is a word where a word is expected and no name hides it.
  mutating func value(
    _ syntax: ExpressionSyntax, for parameter: Signature.Parameter, in scope: ExpressionScope
  ) -> Typed? {
    if parameter.type == .word, let word = bareWord(syntax, in: scope) {
      return check(Typed(expression: .word(word), type: .word), for: parameter, at: syntax.range)
    }
    return convert(syntax, in: scope).flatMap { check($0, for: parameter, at: syntax.range) }
  }

  private func bareWord(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> String? {
    guard case .name(let path) = syntax.kind, path.count == 1, scope.lookup(path[0].text) == nil else { return nil }
    return path[0].text
  }

  /// The value if its type and, for words, each possible word fit the parameter.
  mutating func check(_ value: Typed, for parameter: Signature.Parameter, at range: SourceRange) -> Typed? {
    guard parameter.type.accepts(value.type) else {
      let notes =
        parameter.type == .integer && value.type == .rational
        ? [Note("name the rounding: round_to(x, 8), make_divisible(x, 8), floor(x) or ceil(x)")] : []
      report(
        .wrongType(
          expected: parameter.type.phrase, found: value.type.phrase, what: "the parameter '\(parameter.name)'"),
        at: range, notes: notes)
      return nil
    }
    guard parameter.type == .word, !parameter.words.isEmpty else { return value }
    for word in words(of: value.expression) where !parameter.words.contains(word) {
      let fix = closest(to: word, among: parameter.words).map {
        [FixIt("did you mean '\($0)'?", replacing: range, with: $0)]
      }
      report(
        .unknownWord(word, allowed: parameter.words, what: "the parameter '\(parameter.name)'"), at: range,
        fixIts: value.expression.constant == nil ? [] : fix ?? [])
      return nil
    }
    return value
  }

  /// Every word that the expression can be.
  private func words(of expression: Expression) -> [String] {
    switch expression {
    case .constant(let value): value.word.map { [$0] } ?? []
    case .decision(let id): decisions[id.index].options.compactMap(\.word)
    case .call(.select, let arguments): arguments.dropFirst().flatMap { words(of: $0) }
    case .unary, .binary, .call: []
    }
  }

  /// Expands a call whose arguments are known.
  mutating func expand(
    _ signature: Signature, _ arguments: Arguments, on input: Tensor?, label: String, range: SourceRange,
    into site: inout Site
  ) -> Tensor? {
    switch signature.body {
    case .primitive(let primitive):
      guard let input else { return nil }
      return expand(primitive, arguments, on: input, label: label, range: range, into: &site)
    case .block(let block):
      return expand(block, arguments, on: input, label: label, range: range, into: &site)
    }
  }

  private mutating func expand(
    _ block: BlockDeclaration, _ arguments: Arguments, on input: Tensor?, label: String, range: SourceRange,
    into site: inout Site
  ) -> Tensor? {
    guard !openBlocks.contains(block.name.value) else {
      report(.recursiveBlock(block.name.value), at: range, notes: [Note("the block is defined here", at: block.name.range)])
      return nil
    }
    openBlocks.append(block.name.value)
    defer { openBlocks.removeLast() }
    var scope = ExpressionScope()
    scope.define("in", shape: input?.type)
    scope.define("here", shape: input?.type)
    scope.define("output.classes", as: Typed(expression: .integer(classes), type: .integer))
    for parameter in block.parameters { scope.define(parameter.name.value, as: arguments[parameter.name.value]) }
    let outerCounts = site.counts
    let inner = site.label(label)
    site.place.append(inner)
    site.counts = [:]
    defer {
      site.place.removeLast()
      site.counts = outerCounts
      _ = site.label(label)
    }
    let body = expand(block.body, on: input, scope: scope, into: &site)
    guard let shortcut = block.shortcut else { return body }
    return residual(block, shortcut, body: body, input: input, scope: scope, into: &site)
  }

  /// Expands the items of a body one after another.
  mutating func expand(
    _ items: [BodyItem], on input: Tensor?, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    var tensor = input
    var scope = scope
    for item in items {
      scope.define("here", shape: tensor?.type)
      switch item {
      case .call(let label, let call):
        guard let signature = signature(of: call) else {
          tensor = nil
          continue
        }
        if case .bypass(let range)? = call.alternatives.first {
          report(.choiceNotHere(where: "inside a block"), at: range)
        } else if case .call(let other)? = call.alternatives.first {
          report(.choiceNotHere(where: "inside a block"), at: other.range)
        }
        let values = arguments(of: call, to: signature, in: scope)
        tensor = expand(
          signature, values, on: tensor, label: label?.value ?? signature.name, range: call.op.range, into: &site)
      case .branch(let subject, let cases, let otherwise, let range):
        tensor = branch(subject, cases, otherwise, range, on: tensor, scope: scope, into: &site)
      case .condition(let subject, let then, let otherwise, let range):
        tensor = condition(subject, then, otherwise, range, on: tensor, scope: scope, into: &site)
      }
    }
    return tensor
  }
}

extension Signature.Parameter {
  var defaultTyped: Typed? {
    defaultValue.map { Typed(expression: .constant($0), type: type == .rational ? $0.type : type) }
  }
}
