import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// A call's evaluated arguments by parameter name; a missing entry is poison.
  typealias Arguments = [String: Typed]

  /// What a call calls, with the arguments it gives by the parameter they are for.
  struct Target {
    let signature: Signature
    let given: [String: ArgumentValue]
    /// Whether some argument is not known, after an error: what comes out is poison.
    let isPoison: Bool
  }

  /// Looks the operation up and checks which arguments are given; nil after an error about the operation's name.
  ///
  /// A misspelt argument counts as the one that was meant.
  ///
  /// - Parameter words: What could stand in the operation's place besides operations.
  mutating func resolve(_ call: Call, besides words: [String] = []) -> Target? {
    guard let signature = signatures[call.op.value] else {
      if hidesBlocks { return nil }
      let meant = log.closest(to: call.op.value) { [signatures] in signatures.keys.sorted() + words }
      report(.unknownOperation(call.op.value), at: call.op.range, fixIts: didYouMean(meant, at: call.op.range))
      return nil
    }
    if signature.isPoison { return nil }
    let known = signature.parameters.map(\.name)
    var given: [String: ArgumentValue] = [:]
    for argument in call.arguments where known.contains(argument.name.value) {
      given[argument.name.value] = argument.value
    }
    var strange = 0
    for argument in call.arguments where !known.contains(argument.name.value) {
      let meant = log.closest(to: argument.name.value) { known.filter { given[$0] == nil } }
      let list =
        known.isEmpty ? "'\(signature.name)' has no parameters" : "parameters: \(known.joined(separator: ", "))"
      report(
        .unknownArgument(argument.name.value, of: signature.name), at: argument.name.range,
        notes: meant == nil ? [Note(list)] : [], fixIts: didYouMean(meant, at: argument.name.range))
      if let meant {
        given[meant] = argument.value
      } else {
        strange += 1
      }
    }
    let missing = signature.parameters.filter { $0.defaultValue == nil && given[$0.name] == nil }.map(\.name)
    // An argument of a strange name may be one of the missing ones.
    if missing.count > strange, !call.hidesArguments {
      report(.missingArguments(missing, of: signature.name), at: call.op.range)
    }
    return Target(signature: signature, given: given, isPoison: strange > 0 || call.hidesArguments)
  }

  /// Evaluates the arguments of a call inside a block body, where nothing is decided.
  mutating func arguments(_ target: Target, in scope: ExpressionScope) -> Arguments {
    var result: Arguments = [:]
    for parameter in target.signature.parameters {
      guard let argument = target.given[parameter.name] else {
        result[parameter.name] = parameter.defaultTyped
        continue
      }
      switch argument {
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
      return check(
        Typed(expression: .word(word), type: .word, range: syntax.range), for: parameter, at: syntax.range,
        isLiteral: true)
    }
    guard var value = convert(syntax, in: scope) else { return nil }
    value.range = syntax.range
    var isLiteral = false
    if case .string = syntax.kind { isLiteral = true }
    return check(value, for: parameter, at: syntax.range, isLiteral: isLiteral)
  }

  private func bareWord(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> String? {
    guard case .name(let path) = syntax.kind, path.count == 1, scope.lookup(path[0].text) == nil else { return nil }
    return path[0].text
  }

  /// The value if its type and, for words, each possible word fit the parameter.
  ///
  /// - Parameter isLiteral: Whether the word is written at the range, so that another can be written in its place.
  mutating func check(
    _ value: Typed, for parameter: Signature.Parameter, at range: SourceRange, isLiteral: Bool = false
  ) -> Typed? {
    guard parameter.type.accepts(value.type) else {
      let notes =
        parameter.type == .integer && value.type == .rational
        ? [Note("name the rounding: round_to(x, 8), make_divisible(x, 8), floor(x) or ceil(x)")] : []
      report(
        .wrongType(
          expected: parameter.type.phrase,
          found: value.type == .rational ? "a number that need not be whole" : value.type.phrase,
          what: "the parameter '\(parameter.name)'"),
        at: range, notes: notes)
      return nil
    }
    guard parameter.type == .word, !parameter.words.isEmpty else { return value }
    for word in words(of: value.expression) where !parameter.words.contains(word) {
      report(
        .unknownWord(word, allowed: parameter.words, what: "the parameter '\(parameter.name)'"), at: range,
        fixIts: isLiteral ? didYouMean(log.closest(to: word, among: parameter.words), at: range) : [])
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
    guard countsOperation(at: range) else { return nil }
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
    guard !openBlocks.contains(where: { $0.block == block.name.value }) else {
      report(
        .recursiveBlock(block.name.value), at: range, notes: [Note("the block is defined here", at: block.name.range)])
      return nil
    }
    guard openBlocks.count < ExpansionLimits.depth else {
      report(.blocksTooDeep(limit: ExpansionLimits.depth), at: range)
      return nil
    }
    openBlocks.append(Use(block: block.name.value, range: range))
    defer { openBlocks.removeLast() }
    var scope = ExpressionScope()
    scope.define("in", shape: input?.type)
    scope.define("here", shape: input?.type)
    scope.define("output.classes", as: classes.map { Typed(expression: .integer($0), type: .integer) })
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
        guard let target = resolve(call) else {
          tensor = nil
          continue
        }
        if case .bypass(let range)? = call.alternatives.first {
          report(.choiceNotHere(where: "inside a block"), at: range)
        } else if case .call(let other)? = call.alternatives.first {
          report(.choiceNotHere(where: "inside a block"), at: other.range)
        }
        let values = arguments(target, in: scope)
        guard !target.isPoison else {
          tensor = nil
          continue
        }
        tensor = expand(
          target.signature, values, on: tensor, label: label?.value ?? target.signature.name, range: call.op.range,
          into: &site)
      case .poison: tensor = nil
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
