import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// A named operation of the network; choices among its arguments are decisions of that name.
  mutating func expand(
    operation name: Located<String>, _ call: Call, on input: Tensor?, scope: inout ExpressionScope,
    into nodes: inout [Node]
  ) -> Tensor? {
    let layer = StageLayer(stage: name.value, owner: name.value, index: 1, depthCondition: nil)
    var shared: [ChoiceKey: Typed] = [:]
    let result = expand(layer, call, scope: .each, on: input, names: &scope, shared: &shared, into: &nodes)
    return result
  }

  /// A stage: its layers one after another, the later ones under the depth decision where depth is a choice.
  mutating func expand(
    _ stage: StageDeclaration, on input: Tensor?, scope: inout ExpressionScope, into nodes: inout [Node]
  ) -> Tensor? {
    let name = stage.name.value
    let scopeOfStage = scopeOf(stage)
    var depths: [Int]
    switch stage.layers.value {
    case .fixed(let count): depths = [count]
    case .chosen(let chosen): depths = chosen
    }
    var depth: Expression?
    if depths.count > 1 {
      let options = depths.map { Located(Value.integer($0), stage.layers.range) }
      let choice = ChoiceDeclaration(options: options, scope: nil, range: stage.layers.range)
      depth = decide(parameter: "layers", owner: name, choice: choice).expression
    }
    var shared: [ChoiceKey: Typed] = [:]
    var tensor = input
    let most = depths[depths.count - 1]
    let least = depths[0]
    for index in 1...most {
      let owner = most == 1 || scopeOfStage == .once ? name : "\(name)[\(index)]"
      var layer = StageLayer(stage: name, owner: owner, index: most == 1 ? nil : index, depthCondition: nil)
      if let depth, index > least {
        layer.depthCondition = (depth, depths.filter { $0 >= index }.map(Value.integer), depths.filter { $0 < index }.map(Value.integer))
      }
      tensor = expand(
        layer, stage.layer, scope: scopeOfStage, on: tensor, names: &scope, shared: &shared, into: &nodes)
    }
    return tensor
  }

  private mutating func scopeOf(_ stage: StageDeclaration) -> DecisionScope {
    if let said = stage.decide { return said.value }
    let most: Int
    switch stage.layers.value {
    case .fixed(let count): most = count
    case .chosen(let depths): most = depths.max() ?? 1
    }
    let unsaid = stage.layer.arguments.contains { argument in
      if case .choice(let choice) = argument.value { choice.scope == nil && choice.options.count > 1 } else { false }
    }
    if most > 1, unsaid || !stage.layer.alternatives.isEmpty {
      report(
        .missingScope(stage: stage.name.value, layers: most), at: stage.name.range,
        notes: [
          Note("'decide: once' makes one choice for all its layers"),
          Note("'decide: each' lets every layer choose for itself"),
        ])
    }
    return .once
  }

  /// One repetition while it is being expanded.
  struct StageLayer {
    let stage: String
    let owner: String
    /// From 1; nil where the stage has one layer.
    let index: Int?
    /// The depth decision with the depths that have this layer and those that do not.
    var depthCondition: (Expression, [Value], [Value])?

    var name: String { index.map { "\(stage)[\($0)]" } ?? stage }
    var isFirst: Bool { (index ?? 1) == 1 }
  }

  /// A choice that the layers of a stage share: by the alternative it belongs to and its parameter.
  struct ChoiceKey: Hashable {
    let alternative: Int
    let parameter: String
  }

  private mutating func expand(
    _ layer: StageLayer, _ call: Call, scope: DecisionScope, on input: Tensor?, names: inout ExpressionScope,
    shared: inout [ChoiceKey: Typed], into nodes: inout [Node]
  ) -> Tensor? {
    let firstDecision = decisions.count
    let outer = existence
    defer { existence = outer }
    if let (depth, present, _) = layer.depthCondition, layer.owner != layer.stage { require(depth, present) }
    let which = alternativeDecision(layer, call, shared: &shared)
    var prepared: [Prepared?] = []
    let inside = existence
    for (position, alternative) in alternatives(of: call).enumerated() {
      existence = inside
      if let which { require(which, [alternativeValue(position, call)]) }
      guard let inner = alternative else {
        prepared.append(nil)
        continue
      }
      prepared.append(
        prepare(layer, inner, position: position, scope: scope, on: input, names: &names, shared: &shared))
    }
    existence = outer
    layers.append(Layer(name: layer.name, decisions: []))
    var site = Site(layer: LayerID(index: layers.count - 1))
    let result = build(layer, call, which: which, prepared: prepared, on: input, into: &site)
    layers[layers.count - 1] = Layer(
      name: layer.name, decisions: usedDecisions(prepared, which: which, from: firstDecision))
    nodes += site.nodes
    return result
  }

  /// An alternative's operation with its arguments.
  private struct Prepared {
    let signature: Signature
    let arguments: Arguments
    let call: Call
  }

  private func alternatives(of call: Call) -> [Call?] {
    [call]
      + call.alternatives.map { alternative in
        if case .call(let inner) = alternative { inner } else { nil }
      }
  }

  /// The word that names an alternative: its operation, or `bypass`.
  private func alternativeValue(_ position: Int, _ call: Call) -> Value {
    let operations = alternatives(of: call).map { $0?.op.value ?? "bypass" }
    let name = operations[position]
    let earlier = operations[..<position].filter { $0 == name }.count
    return .word(earlier == 0 ? name : "\(name)_\(earlier + 1)")
  }

  private mutating func alternativeDecision(
    _ layer: StageLayer, _ call: Call, shared: inout [ChoiceKey: Typed]
  ) -> Expression? {
    guard !call.alternatives.isEmpty else { return nil }
    let key = ChoiceKey(alternative: -1, parameter: "op")
    if layer.owner == layer.stage, let known = shared[key] { return known.expression }
    let options = alternatives(of: call).indices.map { Located(alternativeValue($0, call), call.range) }
    let made = decide(
      parameter: "op", owner: layer.owner, choice: ChoiceDeclaration(options: options, scope: nil, range: call.range))
    shared[key] = made
    return made.expression
  }

  /// Restricts the decisions made from here on to members where the selector has one of the values.
  private mutating func require(_ selector: Expression, _ values: [Value]) {
    guard case .decision(let id) = selector else { return }
    let options = decisions[id.index].options.indices.filter { values.contains(decisions[id.index].options[$0]) }
    existence = Existence(parent: id, options: options)
  }

  private mutating func prepare(
    _ layer: StageLayer, _ call: Call, position: Int, scope: DecisionScope, on input: Tensor?,
    names: inout ExpressionScope, shared: inout [ChoiceKey: Typed]
  ) -> Prepared? {
    guard let signature = signature(of: call) else { return nil }
    var inner = names
    inner.define("in", shape: input?.type)
    var arguments: Arguments = [:]
    for parameter in signature.parameters {
      guard let argument = call.arguments.first(where: { $0.name.value == parameter.name }) else {
        arguments[parameter.name] = parameter.defaultTyped
        continue
      }
      let key = ChoiceKey(alternative: position, parameter: parameter.name)
      let prefix = position == 0 ? "" : "\(call.op.value)."
      arguments[parameter.name] = argumentValue(
        argument.value, parameter, layer, key: key, prefix: prefix, scope: scope, names: inner, shared: &shared)
      if position == 0, layer.owner == layer.stage {
        names.define("\(layer.stage).\(parameter.name)", as: arguments[parameter.name])
      }
    }
    return Prepared(signature: signature, arguments: arguments, call: call)
  }

  private mutating func argumentValue(
    _ value: ArgumentValue, _ parameter: Signature.Parameter, _ layer: StageLayer, key: ChoiceKey, prefix: String,
    scope: DecisionScope, names: ExpressionScope, shared: inout [ChoiceKey: Typed]
  ) -> Typed? {
    switch value {
    case .poison: return nil
    case .expression(let syntax): return self.value(syntax, for: parameter, in: names)
    case .firstRest(let first, let rest, _):
      let side = layer.isFirst ? first : rest
      if !layer.isFirst, case .choice = first { shared[key] = nil }
      return argumentValue(
        side, parameter, layer, key: key, prefix: prefix, scope: scope, names: names, shared: &shared)
    case .choice(let choice):
      let isShared = (choice.scope?.value ?? scope) == .once || layer.index == nil
      let owner = isShared ? layer.stage : layer.name
      if isShared, let known = shared[key] { return known }
      guard choiceFits(choice, parameter) else { return nil }
      let made = decide(parameter: prefix + parameter.name, owner: owner, choice: choice)
      let typed = check(made, for: parameter, at: choice.range)
      if isShared { shared[key] = typed }
      return typed
    }
  }

  /// Whether each option is a value of the parameter; reports the first that is not.
  private mutating func choiceFits(_ choice: ChoiceDeclaration, _ parameter: Signature.Parameter) -> Bool {
    for option in choice.options where !parameter.type.accepts(option.value.type) {
      report(
        .wrongType(
          expected: parameter.type.phrase, found: "\(option.value.type.phrase), \(option.value)",
          what: "an option of '\(parameter.name)'"), at: option.range)
      return false
    }
    guard parameter.type == .word, !parameter.words.isEmpty else { return true }
    for option in choice.options {
      guard let word = option.value.word, !parameter.words.contains(word) else { continue }
      let fix = closest(to: word, among: parameter.words).map {
        [FixIt("did you mean '\($0)'?", replacing: option.range, with: $0)]
      }
      report(
        .unknownWord(word, allowed: parameter.words, what: "the parameter '\(parameter.name)'"), at: option.range,
        fixIts: fix ?? [])
      return false
    }
    return true
  }

  private mutating func build(
    _ layer: StageLayer, _ call: Call, which: Expression?, prepared: [Prepared?], on input: Tensor?,
    into site: inout Site
  ) -> Tensor? {
    let list = alternatives(of: call).enumerated().map { position, alternative in
      let value = alternativeValue(position, call)
      return Branch(label: value.description, values: [value]) { expander, site, input in
        guard alternative != nil else { return input }
        guard let ready = prepared[position] else { return nil }
        return expander.expand(
          ready.signature, ready.arguments, on: input, label: ready.signature.name, range: ready.call.op.range,
          into: &site)
      }
    }
    let whole: (inout Expander, inout Site, Tensor?) -> Tensor? = { expander, site, input in
      guard let which else { return list[0].build(&expander, &site, input) }
      return expander.choose(which, list, on: input, at: call.range, into: &site)
    }
    guard let (depth, present, absent) = layer.depthCondition else { return whole(&self, &site, input) }
    let pass = Branch(label: "absent", values: absent) { _, _, current in current }
    return choose(
      depth, [Branch(label: "present", values: present, build: whole), pass], on: input, at: call.range, into: &site)
  }

  /// The decisions a layer was written with: its own and those of its arguments, ascending.
  private func usedDecisions(_ prepared: [Prepared?], which: Expression?, from first: Int) -> [DecisionID] {
    var found: Set<DecisionID> = []
    which?.collectSupport(into: &found)
    for item in prepared.compactMap({ $0 }) {
      for value in item.arguments.values { value.expression.collectSupport(into: &found) }
    }
    return found.sorted()
  }
}
