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
    usedOperations.insert(call.op.value)
    guard let signature = signatures[call.op.value] else {
      if hidesBlocks { return nil }
      let meant = log.closest(to: call.op.value) { [signatures] in signatures.keys.sorted() + words }
      report(.unknownOperation(call.op.value), at: call.op.range, fixIts: didYouMean(meant, at: call.op.range))
      return nil
    }
    if signature.isPoison { return nil }
    var given: [String: ArgumentValue] = [:]
    given.reserveCapacity(call.arguments.count)
    var unknown: [Argument] = []
    for argument in call.arguments {
      if signature.parameters.contains(where: { $0.name == argument.name.value }) {
        given[argument.name.value] = argument.value
      } else {
        unknown.append(argument)
      }
    }
    let strange = unknown.isEmpty ? 0 : reportArguments(unknown, of: call, signature, &given)
    let missing = signature.parameters.filter {
      $0.defaultValue == nil && !$0.isOptional && given[$0.name] == nil
    }.map(\.name)
    // An argument of a strange name may be one of the missing ones.
    if missing.count > strange, !call.hidesArguments {
      report(.missingArguments(missing, of: signature.name), at: call.op.range)
    }
    return Target(signature: signature, given: given, isPoison: strange > 0 || call.hidesArguments)
  }

  /// Takes what is meant for the argument that is written.
  ///
  /// - Returns: How many arguments are not known to be meant for any parameter.
  private mutating func reportArguments(
    _ arguments: [Argument], of call: Call, _ signature: Signature, _ given: inout [String: ArgumentValue]
  ) -> Int {
    let known = signature.parameters.map(\.name)
    var strange = 0
    for argument in arguments {
      let meant = log.closest(to: argument.name.value) { [given] in
        known.filter { given[$0] == nil } + Self.keysOfCalls(call)
      }
      let list =
        known.isEmpty ? "'\(signature.name)' has no parameters" : "parameters: \(known.joined(separator: ", "))"
      report(
        .unknownArgument(argument.name.value, of: signature.name), at: argument.name.range,
        notes: meant == nil ? [Note(list)] : [], fixIts: didYouMean(meant, at: argument.name.range))
      if let meant, known.contains(meant) {
        given[meant] = argument.value
      } else {
        strange += 1
      }
    }
    return strange
  }

  /// What can stand beside the arguments and is not there.
  private static func keysOfCalls(_ call: Call) -> [String] {
    (call.from == nil ? ["from"] : []) + (call.presence == nil ? ["when"] : [])
  }

  /// Evaluates the arguments of a call inside a block body; a choice among them is a decision of the item.
  mutating func arguments(_ target: Target, label: String, in scope: ExpressionScope, _ site: Site) -> Arguments {
    var result: Arguments = [:]
    for parameter in target.signature.parameters {
      guard let argument = target.given[parameter.name] else {
        result[parameter.name] = parameter.defaultTyped
        continue
      }
      switch argument {
      case .expression(let syntax): result[parameter.name] = value(syntax, for: parameter, in: scope)
      case .choice(let choice): result[parameter.name] = decided(choice, parameter, below: label, in: site)
      case .firstRest(_, _, let range): report(.firstRestOutsideStage, at: range)
      case .poison: break
      }
    }
    return result
  }

  private mutating func decided(
    _ choice: ChoiceDeclaration, _ parameter: Signature.Parameter, below label: String, in site: Site
  ) -> Typed? {
    guard site.mayDecide else {
      report(
        .choiceNotHere(where: "inside a block that does not say who decides"), at: choice.range,
        notes: [
          Note(
            "write 'decide: each' in the block (every use decides for itself) or 'decide: once' (all uses together)"),
          Note("or make it a parameter of the block, and choose where the block is used"),
        ])
      return nil
    }
    if let scope = choice.scope {
      report(
        .choiceNotHere(where: "here with a 'decide' of its own"), at: scope.range,
        notes: [Note("the layers of a stage share a choice or not; in a block its own 'decide' speaks for all")])
      return nil
    }
    guard choiceFits(choice, parameter) else { return nil }
    var made = decide(parameter: parameter.name, in: site, below: label, choice: choice)
    made.range = choice.range
    return check(made, for: parameter, at: choice.range)
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
    value.given = openBlocks.isEmpty ? nil : place(of: syntax, in: scope)
    givenPlaces[syntax.range] = value.given
    var isLiteral = false
    if case .string = syntax.kind { isLiteral = true }
    return check(value, for: parameter, at: syntax.range, isLiteral: isLiteral)
  }

  /// Where a parameter that is named here got its value.
  private func place(of syntax: ExpressionSyntax, in scope: ExpressionScope) -> SourceRange? {
    guard case .name(let path) = syntax.kind, case .known(let member) = member(path, in: scope) else { return nil }
    return member.value.given ?? member.value.range
  }

  /// The value if its type and, for words, each possible word fit the parameter.
  ///
  /// - Parameter isLiteral: Whether the word is written at the range, so that another can be written in its place.
  mutating func check(
    _ value: Typed, for parameter: Signature.Parameter, at range: SourceRange, isLiteral: Bool = false
  ) -> Typed? {
    guard parameter.type.accepts(value.type) else {
      let constant = value.expression.constant
      let notes =
        parameter.type == .integer && value.type == .rational && constant == nil
        ? [Note("name the rounding: round_to(x, 8), make_divisible(x, 8), floor(x) or ceil(x)")] : []
      report(
        .wrongType(
          expected: parameter.type.phrase,
          found: value.type == .rational
            ? constant.map { "\($0)" } ?? "a number that need not be whole" : value.type.phrase,
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
    case .decision(let id): options(of: id).compactMap(\.word)
    case .call(.select, let arguments): arguments.dropFirst().flatMap { words(of: $0) }
    case .unary, .binary, .call: []
    }
  }

  /// The options of a decision that the enclosing conditions on it alone leave.
  private func options(of id: DecisionID) -> [Value] {
    let own = conditions.filter { $0.selector.support == [id] }
    return decisions[id.index].options.filter { option in
      own.allSatisfy { condition in
        let value = try? condition.selector.evaluate { $0 == id ? option : nil }
        return value.map(condition.values.contains) ?? true
      }
    }
  }

  /// Expands a call whose arguments are known.
  ///
  /// - Parameter name: What decisions of a block are named after; nil: the item's label, below what is around.
  mutating func expand(
    _ signature: Signature, _ arguments: Arguments, on operands: [Tensor?], label: String, named name: [String]? = nil,
    range: SourceRange, into site: inout Site
  ) -> Tensor? {
    guard countsOperation(at: range) else { return nil }
    switch signature.body {
    case .primitive(let primitive):
      let inputs = operands.compactMap { $0 }
      guard inputs.count == operands.count else { return nil }
      return expand(primitive, arguments, on: inputs, label: label, range: range, into: &site)
    case .block(let block):
      return expand(block, arguments, on: operands, label: label, named: name, range: range, into: &site)
    }
  }

  private mutating func expand(
    _ block: BlockDeclaration, _ arguments: Arguments, on operands: [Tensor?], label: String, named name: [String]?,
    range: SourceRange, into site: inout Site
  ) -> Tensor? {
    guard mayOpen(block, at: range) else { return nil }
    guard openBlocks.count < ExpansionLimits.depth else {
      report(.blocksTooDeep(limit: ExpansionLimits.depth), at: range)
      return nil
    }
    var isBounded = false
    if case .rule(let rule) = block.content { isBounded = rule.maxDepth != nil }
    openBlocks.append(Use(block: block.name.value, range: range, isBounded: isBounded))
    defer { openBlocks.removeLast() }
    var scope = ExpressionScope()
    for (name, tensor) in zip(block.inputs, operands) { scope.define(name.value, shape: tensor?.type) }
    scope.define("here", shape: operands.first??.type)
    scope.define("output.classes", as: classes.map { Typed(expression: .integer($0), type: .integer) })
    for parameter in block.parameters { scope.define(parameter.name.value, as: arguments[parameter.name.value]) }
    let outer = (site.counts, site.path, site.sharedBlock, site.mayDecide)
    let around = (circumstances, outerCircumstances)
    let inner = site.label(label)
    site.place.append(inner)
    site.counts = [:]
    site.path = name ?? site.path + [inner]
    if let decide = block.decide?.value {
      site.mayDecide = true
      if decide == .once {
        (site.path, site.sharedBlock) = ([block.name.value], block.name.value)
        openShared(block)
      }
    } else {
      site.mayDecide = false
    }
    defer {
      site.place.removeLast()
      (site.counts, site.path, site.sharedBlock, site.mayDecide) = outer
      (circumstances, outerCircumstances) = around
      _ = site.label(label)
    }
    guard demand(block.requirements, in: scope) else { return nil }
    let wires = Wires(zip(block.inputs, operands).map { ($0.value, $1) })
    switch block.content {
    case .body(let items, let shortcut):
      let body = expand(items, wires: wires, scope: scope, into: &site)
      guard let shortcut else { return body }
      return residual(block, shortcut, body: body, input: operands.first ?? nil, scope: scope, into: &site)
    case .rule(let rule): return derive(block, rule, wires: wires, scope: scope, at: range, into: &site)
    case .cell(let cell): return assemble(cell, of: block, wires: wires, scope: scope, at: range, into: &site)
    }
  }

  /// Whether the block may be used here: not inside itself, unless a rule between bounds the depth.
  private mutating func mayOpen(_ block: BlockDeclaration, at range: SourceRange) -> Bool {
    guard let earlier = openBlocks.lastIndex(where: { $0.block == block.name.value }) else { return true }
    if openBlocks[earlier...].contains(where: \.isBounded) { return true }
    if case .rule = block.content {
      // Reported where the rule is defined.
      return false
    }
    report(
      .recursiveBlock(block.name.value), at: range, notes: [Note("the block is defined here", at: block.name.range)])
    return false
  }

  mutating func reportSize(at range: SourceRange) {
    report(
      .tooManyOperations(limit: ExpansionLimits.operations), at: range,
      notes: [
        Note("a block is written out as often as it is used, a rule with all its productions"),
        Note("lower 'max_depth', or let blocks and productions use fewer others"),
      ])
  }

  /// Expands the items of a body one after another.
  mutating func expand(
    _ items: [BodyItem], wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    var wires = wires
    var scope = scope
    for item in items {
      scope.define("here", shape: wires.current?.type)
      var name: String?
      let tensor: Tensor?
      switch item {
      case .call(let label, let call):
        name = label?.value
        tensor = expand(call, label: label?.value, wires: wires, scope: scope, into: &site)
      case .poison: tensor = nil
      case .branch(let subject, let cases, let otherwise, let range):
        tensor = branch(subject, cases, otherwise, range, wires: wires, scope: scope, into: &site)
      case .condition(let subject, let then, let otherwise, let range):
        tensor = condition(subject, then, otherwise, range, wires: wires, scope: scope, into: &site)
      case .parallel(let label, let parallel):
        name = label?.value
        tensor = expand(parallel, label: label?.value ?? "parallel", wires: wires, scope: scope, into: &site)
      }
      if let name { scope.define("\(name).out", shape: tensor?.type) }
      wires.append(tensor, name: name)
    }
    return wires.current
  }

  /// An operation of a body.
  private mutating func expand(
    _ call: Call, label: String?, wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    guard let target = resolve(call) else { return nil }
    if case .bypass(let range)? = call.alternatives.first {
      report(.choiceNotHere(where: "inside a block"), at: range)
    } else if case .call(let other)? = call.alternatives.first {
      report(
        .choiceNotHere(where: "inside a block"), at: other.range,
        notes: [Note("a rule has alternatives: 'one_of' under 'rules'")])
    }
    let operands = operands(of: call, target.signature, isPoison: target.isPoison, wires: wires)
    var scope = scope
    if call.from != nil { scope.define("here", shape: operands?.first??.type) }
    let own = call.presence.map { condition($0, in: scope) } ?? .some(nil)
    let label = label ?? target.signature.name
    let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
      let values = expander.arguments(target, label: site.nextLabel(label), in: scope, site)
      guard !target.isPoison, let operands else { return nil }
      return expander.expand(
        target.signature, values, on: operands.map { expander.bound($0) }, label: label, range: call.op.range,
        into: &site)
    }
    guard let own, let presence = presence(of: operands ?? [], own, target.signature) else {
      return build(&self, &site)
    }
    return conditional(presence, label: label, into: &site, build)
  }

  /// A condition that has a value in every network; nil after an error, `.some(nil)` where it always holds.
  mutating func condition(_ syntax: ExpressionSyntax, in scope: ExpressionScope) -> Expression?? {
    guard let condition = convert(syntax, in: scope) else { return nil }
    guard condition.type == .boolean else {
      report(.wrongType(expected: "a boolean", found: condition.type.phrase, what: "a condition"), at: syntax.range)
      return nil
    }
    let whole = guarded(condition.expression)
    return whole == .constant(.boolean(true)) ? .some(nil) : .some(whole)
  }
}

extension Signature.Parameter {
  var defaultTyped: Typed? {
    defaultValue.map { Typed(expression: .constant($0), type: type == .rational ? $0.type : type) }
  }
}
