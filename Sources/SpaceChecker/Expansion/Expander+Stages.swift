import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// A named operation of the network; choices among its arguments are decisions of that name.
  mutating func expand(
    operation name: Located<String>, _ call: Call, wires: inout Wires, scope: inout ExpressionScope,
    into nodes: inout [Node]
  ) {
    let layer = StageLayer(stage: name.value, owner: name.value, index: nil, depth: nil, isStage: false)
    var shared: [ChoiceKey: Typed] = [:]
    let tensor = expand(layer, call, scope: .once, wires: wires, names: &scope, shared: &shared, into: &nodes)
    scope.define("\(name.value).out", shape: tensor?.type)
    wires.append(tensor, name: name.value)
  }

  /// Branches of the network, each of items that the branch's name is put before.
  mutating func expand(
    parallel name: Located<String>, _ parallel: ParallelDeclaration, wires: inout Wires, scope: inout ExpressionScope,
    into nodes: inout [Node]
  ) {
    append(Layer(name: name.value, decisions: []), at: name.range)
    let firstDecision = decisions.count
    var site = Site(layer: LayerID(index: layers.count - 1), path: [name.value])
    // The network decides for itself.
    site.mayDecide = true
    let tensor = expand(parallel, label: nil, wires: wires, scope: scope, into: &site)
    nodes += site.nodes
    settle(Layer(name: name.value, decisions: (firstDecision..<decisions.count).map(DecisionID.init(index:))))
    scope.define("\(name.value).out", shape: tensor?.type)
    wires.append(tensor, name: name.value)
  }

  /// A stage: its layers one after another, the later ones under the depth decision where depth is a choice.
  mutating func expand(
    _ stage: StageDeclaration, wires: inout Wires, scope: inout ExpressionScope, into nodes: inout [Node]
  ) {
    let name = stage.name.value
    let scopeOfStage = scopeOf(stage)
    var depths: [Int]
    switch stage.layers.value {
    case .fixed(let count): depths = [count]
    case .chosen(let chosen): depths = chosen
    }
    if stage.hidesDepth { scope.define("\(name).layers", as: nil) }
    var depth: Expression?
    if depths.count > 1 {
      let options = depths.map { Located(Value.integer($0), stage.layers.range) }
      let choice = ChoiceDeclaration(options: options, scope: nil, range: stage.layers.range)
      depth = decide(parameter: "layers", owner: name, choice: choice).expression
    }
    var shared: [ChoiceKey: Typed] = [:]
    let most = depths[depths.count - 1]
    let least = depths[0]
    for index in 1...most {
      let owner = most == 1 || scopeOfStage == .once ? name : "\(name)[\(index)]"
      var layer = StageLayer(stage: name, owner: owner, index: most == 1 ? nil : index, depth: nil, isStage: true)
      if let depth, index > least {
        layer.depth = DepthCondition(
          selector: depth, present: depths.filter { $0 >= index }.map(Value.integer),
          absent: depths.filter { $0 < index }.map(Value.integer), range: stage.layers.range)
      }
      let tensor = expand(
        layer, stage.layer, scope: scopeOfStage, wires: wires, names: &scope, shared: &shared, into: &nodes)
      wires.append(tensor, name: name)
    }
    scope.define("\(name).out", shape: wires.current?.type)
  }

  private mutating func scopeOf(_ stage: StageDeclaration) -> DecisionScope {
    if let said = stage.decide { return said.value }
    let most: Int
    switch stage.layers.value {
    case .fixed(let count): most = count
    case .chosen(let depths): most = depths.max() ?? 1
    }
    let unsaid = stage.layer.arguments.contains { isUndecided($0.value, layers: most) }
    if !stage.hidesScope, most > 1, unsaid || !stage.layer.alternatives.isEmpty {
      report(
        .missingScope(stage: stage.name.value, layers: most), at: stage.name.range,
        notes: [
          Note("'decide: once' makes one choice for all its layers"),
          Note("'decide: each' lets every layer choose for itself"),
        ])
    }
    return .once
  }

  /// Whether several layers would use a choice that does not say who makes it.
  private func isUndecided(_ value: ArgumentValue, layers: Int) -> Bool {
    switch value {
    case .choice(let choice): layers > 1 && choice.scope == nil && choice.options.count > 1
    case .firstRest(let first, let rest, _): isUndecided(first, layers: 1) || isUndecided(rest, layers: layers - 1)
    case .expression, .poison: false
    }
  }

  /// The depth decision with the depths that have a layer and those that do not.
  struct DepthCondition {
    let selector: Expression
    let present: [Value]
    let absent: [Value]
    let range: SourceRange
  }

  /// One repetition while it is being expanded.
  struct StageLayer {
    let stage: String
    let owner: String
    /// From 1; nil where the stage has one layer.
    let index: Int?
    /// Nil for a layer that every depth has.
    var depth: DepthCondition?
    /// False for an operation of the network, which has no first layer and no rest.
    let isStage: Bool

    var name: String { index.map { "\(stage)[\($0)]" } ?? stage }
    var isFirst: Bool { (index ?? 1) == 1 }
  }

  /// A choice that the layers of a stage share: by the alternative it belongs to and its parameter.
  struct ChoiceKey: Hashable {
    let alternative: Int
    let parameter: String
    /// Two choices where the first layer makes one and the rest another.
    var side = Side.whole

    enum Side {
      case whole
      case first
      case rest
    }
  }

  private mutating func expand(
    _ layer: StageLayer, _ call: Call, scope: DecisionScope, wires: Wires, names: inout ExpressionScope,
    shared: inout [ChoiceKey: Typed], into nodes: inout [Node]
  ) -> Tensor? {
    let firstDecision = decisions.count
    let (outer, around) = (circumstances, conditions)
    let own = presence(of: layer, call, names: names)
    if let depth = layer.depth, layer.owner != layer.stage { require(depth.selector, depth.present) }
    if let own = own ?? nil {
      require(own, [.boolean(true)])
      conditions.append(PathCondition(selector: own, values: [.boolean(true)]))
    }
    let which = alternativeDecision(layer, call, shared: &shared)
    var prepared: [Prepared?] = []
    let inside = circumstances
    for (position, alternative) in alternatives(of: call).enumerated() {
      circumstances = inside
      if let which { require(which, [.word(alternativeNames(of: call)[position])]) }
      guard case .call(let inner) = alternative else {
        prepared.append(nil)
        continue
      }
      let name = alternativeNames(of: call)[position]
      let ready = prepare(
        layer, inner, from: call.from, named: name, position: position, scope: scope, wires: wires, names: &names,
        shared: &shared)
      prepared.append(ready)
    }
    (circumstances, conditions) = (outer, around)
    append(Layer(name: layer.name, decisions: []), at: call.op.range)
    var site = Site(layer: LayerID(index: layers.count - 1), path: [layer.name])
    let result = own.flatMap {
      build(layer, call, which: which, prepared: prepared, own: $0, wires: wires, into: &site)
    }
    settle(Layer(name: layer.name, decisions: usedDecisions(prepared, which: which, from: firstDecision)))
    nodes += site.nodes
    return result
  }

  /// The condition that `when` states for a layer; nil after an error, `.some(nil)` without one.
  private mutating func presence(of layer: StageLayer, _ call: Call, names: ExpressionScope) -> Expression?? {
    guard let syntax = call.presence else { return .some(nil) }
    return condition(syntax, in: layerNames(layer, names))
  }

  /// What the arguments of a layer know beside the names of the network.
  private func layerNames(_ layer: StageLayer, _ names: ExpressionScope) -> ExpressionScope {
    var inner = names.inner()
    if layer.isStage {
      inner.define("layer.index", as: Typed(expression: .integer(layer.index ?? 1), type: .integer))
    }
    return inner
  }

  /// An alternative's operation with its arguments.
  private struct Prepared {
    let signature: Signature
    let arguments: Arguments
    let call: Call
    let operands: [Tensor?]
  }

  private func alternatives(of call: Call) -> [CallAlternative] { [.call(call)] + call.alternatives }

  /// The words that name the alternatives, all different: the operation, or `bypass`; the second of a kind is `skip_2`.
  private func alternativeNames(of call: Call) -> [String] {
    var names: [String] = []
    for alternative in alternatives(of: call) {
      var name = "bypass"
      if case .call(let inner) = alternative { name = inner.op.value }
      var candidate = name
      var count = 1
      while names.contains(candidate) {
        count += 1
        candidate = "\(name)_\(count)"
      }
      names.append(candidate)
    }
    return names
  }

  private func place(of alternative: CallAlternative) -> SourceRange? {
    switch alternative {
    case .bypass(let range): range
    case .call(let call): call.op.range
    case .poison: nil
    }
  }

  private mutating func alternativeDecision(
    _ layer: StageLayer, _ call: Call, shared: inout [ChoiceKey: Typed]
  ) -> Expression? {
    guard !call.alternatives.isEmpty else { return nil }
    let key = ChoiceKey(alternative: -1, parameter: "op")
    if layer.owner == layer.stage, let known = shared[key] { return known.expression }
    let options = zip(alternativeNames(of: call), alternatives(of: call)).map { name, alternative in
      Located(Value.word(name), place(of: alternative) ?? call.range)
    }
    let made = decide(
      parameter: "op", owner: layer.owner, choice: ChoiceDeclaration(options: options, scope: nil, range: call.range))
    shared[key] = made
    return made.expression
  }

  private mutating func prepare(
    _ layer: StageLayer, _ call: Call, from: Located<[Located<String>]>?, named name: String, position: Int,
    scope: DecisionScope, wires: Wires, names: inout ExpressionScope, shared: inout [ChoiceKey: Typed]
  ) -> Prepared? {
    guard let target = resolve(call, besides: position == 0 ? [] : ["bypass"]) else {
      if position == 0 { names.poison(everythingUnder: layer.stage) }
      return nil
    }
    var reading = call
    reading.from = from
    let operands = operands(of: reading, target.signature, isPoison: target.isPoison, wires: wires)
    let outer = circumstances
    defer { circumstances = outer }
    if let presence = presence(of: operands ?? [], nil, target.signature) { require(presence, [.boolean(true)]) }
    var inner = layerNames(layer, names)
    inner.define("in", shape: operands?.first??.type)
    if case .named(let names) = target.signature.reads {
      for (name, tensor) in zip(names, operands ?? []) { inner.define(name, shape: tensor?.type) }
    }
    var arguments: Arguments = [:]
    for parameter in target.signature.parameters {
      if let argument = target.given[parameter.name] {
        let key = ChoiceKey(alternative: position, parameter: parameter.name)
        let prefix = position == 0 ? "" : "\(name)."
        arguments[parameter.name] = argumentValue(
          argument, parameter, layer, key: key, prefix: prefix, scope: scope, names: inner, shared: &shared)
      } else {
        arguments[parameter.name] = parameter.defaultTyped
      }
    }
    // The names of the network are shared with `inner` until here; a change before would copy them all.
    inner = ExpressionScope()
    for parameter in target.signature.parameters
    where position == 0 && (!parameter.isOptional || target.given[parameter.name] != nil) {
      publish(arguments[parameter.name], parameter.name, of: layer, call, in: &names)
    }
    guard !target.isPoison, let operands else { return nil }
    return Prepared(signature: target.signature, arguments: arguments, call: call, operands: operands)
  }

  /// Makes an argument known to what comes later, `s1.channels`, where all layers agree on it in every member.
  private mutating func publish(
    _ value: Typed?, _ parameter: String, of layer: StageLayer, _ call: Call, in names: inout ExpressionScope
  ) {
    let name = "\(layer.stage).\(parameter)"
    if call.alternatives.isEmpty { layerArguments["\(layer.name).\(parameter)"] = value }
    guard call.alternatives.isEmpty else {
      return names.hide(name, because: "'\(layer.stage)' can be something else, and then has no '\(parameter)'")
    }
    guard layer.isFirst else {
      guard case .some(.some(let known)) = names.lookup(name), known.expression != value?.expression else { return }
      return names.hide(
        name, because: "the layers of '\(layer.stage)' differ in '\(parameter)', so it is not one value")
    }
    names.define(name, as: value)
  }

  private mutating func build(
    _ layer: StageLayer, _ call: Call, which: Expression?, prepared: [Prepared?], own: Expression?, wires: Wires,
    into site: inout Site
  ) -> Tensor? {
    let names = alternativeNames(of: call)
    let list = alternatives(of: call).enumerated().map { position, alternative in
      var leavesOut: SourceRange?
      if case .bypass(let range) = alternative { leavesOut = range }
      let path = position == 0 ? nil : names[position]
      return Branch(
        label: names[position], path: path, values: [.word(names[position])], range: place(of: alternative),
        leavesOut: leavesOut
      ) { expander, site, input in
        if case .bypass = alternative { return input }
        return prepared[position].flatMap { expander.expand($0, into: &site) }
      }
    }
    // What is left out passes on what it would have read.
    let read = prepared.compactMap { $0 }.first
    let whole: (inout Expander, inout Site, Tensor?) -> Tensor? = { expander, site, input in
      guard let which else { return list[0].build(&expander, &site, input) }
      let input = call.from == nil ? input : expander.bound(read?.operands.first ?? nil)
      return expander.choose(which, list, on: input, at: call.op.range, into: &site)
    }
    let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
      let input = expander.bound(wires.current)
      guard let depth = layer.depth else { return whole(&expander, &site, input) }
      let pass = Branch(label: "absent", values: depth.absent, leavesOut: depth.range) { _, _, current in current }
      return expander.choose(
        depth.selector, [Branch(label: "present", values: depth.present, build: whole), pass], on: input,
        at: call.op.range, into: &site)
    }
    guard let read, let presence = presence(of: read.operands, own, read.signature) ?? own else {
      return build(&self, &site)
    }
    return conditional(presence, label: "present", into: &site, build)
  }

  /// An alternative whose arguments are known, which is there where what it reads is.
  private mutating func expand(_ ready: Prepared, into site: inout Site) -> Tensor? {
    let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
      expander.expand(
        ready.signature, ready.arguments, on: ready.operands.map { expander.bound($0) }, label: ready.signature.name,
        named: site.path, range: ready.call.op.range, into: &site)
    }
    guard let presence = presence(of: ready.operands, nil, ready.signature) else { return build(&self, &site) }
    return conditional(presence, label: "present", into: &site, build)
  }

  /// The decisions a layer was written with: its own and those of its arguments, ascending.
  private func usedDecisions(_ prepared: [Prepared?], which: Expression?, from first: Int) -> [DecisionID] {
    var found: Set<DecisionID> = []
    which?.collectSupport(into: &found)
    for item in prepared.compactMap({ $0 }) {
      for value in item.arguments.values { value.expression.collectSupport(into: &found) }
    }
    found.formUnion((first..<decisions.count).map(DecisionID.init(index:)))
    return found.sorted()
  }
}
