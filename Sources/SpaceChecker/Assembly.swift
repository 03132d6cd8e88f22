import Diagnostics
import SpaceIR
import SpaceSyntax

/// Puts a whole space together: network decisions, stages, output, hints.
struct Assembly {
  let declaration: SpaceDeclaration
  let library: Library
  let devices: DeviceTables
  /// What a command asks beside what the space requires; shapes are judged without it.
  let queries: [RequirementDeclaration]
  var log: DiagnosticLog

  init(
    _ declaration: SpaceDeclaration, library: Library, devices: DeviceTables,
    queries: [RequirementDeclaration] = [], log: DiagnosticLog
  ) {
    self.declaration = declaration
    self.library = library
    self.devices = devices
    self.queries = queries
    self.log = log
  }

  mutating func assemble(input wanted: ImageShape?) -> CheckedSpace? {
    let inputs = declaration.inputs.map(\.value)
    let shape = wanted ?? inputs.first
    let output = declaration.outputs.first?.shape.value
    var expander = Expander(
      signatures: library.signatures, hidesBlocks: library.hidesBlocks, classes: output?.channels, log: log)
    expander.devices = devices
    checkNames(&expander)
    checkRules(&expander)
    let isEndless = hasEndlessRules(expander)
    if !isEndless { expander.assumptions = assumptions(shape) }
    let built = isEndless || isTooLarge(&expander) ? nil : network(shape, &expander)
    if built != nil { expander.settleSharedBlocks() }
    var requirements = isEndless ? [] : resolveRequirements(&expander)
    let required = requirements.count
    if !isEndless, !hidesNames { requirements += expander.resolve(queries) }
    checkBlocks(&expander)
    checkHints(&expander)
    log = expander.log
    guard let built, let shape, let output, let name = declaration.name?.value, !log.hasErrors else { return nil }
    var space = Space(
      name: name, decisions: expander.decisions, layers: expander.layers, input: shape, classes: output.channels,
      requirements: requirements.map(\.requirement), hints: declaration.hints, body: built.body)
    space.output = output
    space.inputName = declaration.inputName?.value ?? ""
    space.otherInputs = declaration.otherInputs.compactMap { input in
      input.shape.map { NamedInput(name: input.name.value, shape: $0) }
    }
    space.outputName = declaration.outputs.first?.name?.value ?? ""
    space.latencyTables = devices.tables
    space.otherOutputs = built.otherOutputs
    checkGroups(of: space)
    if log.hasErrors { return nil }
    lint(space, expander)
    return CheckedSpace(
      space: space, expectations: declaration.expectations ?? Expectations(), inputs: inputs,
      origins: SpaceOrigins(
        expander.origins, requirements, layers: expander.layerRanges, devices: declaration.devices,
        groups: declaration.groups),
      formerNames: Dictionary(
        expander.formerNames.map { ($0.name, $0.decision) }, uniquingKeysWith: { first, _ in first }),
      architecture: nil, queryCount: requirements.count - required,
      work: expander.work + expander.assumptions.work)
  }

  /// What can be said of blocks that nothing uses yet.
  mutating func checkLibrary() {
    var expander = Expander(
      signatures: library.signatures, hidesBlocks: library.hidesBlocks, classes: nil, log: log)
    checkRules(&expander)
    checkBlocks(&expander)
    log = expander.log
  }

  /// What the requirements say, learned from a first expansion that reports nothing.
  private func assumptions(_ shape: ImageShape?) -> Assumptions {
    let demanding = library.blocks.contains { !$0.requirements.isEmpty }
    guard demanding || !declaration.requirements.isEmpty else { return Assumptions() }
    var rehearsal = Expander(
      signatures: library.signatures, hidesBlocks: library.hidesBlocks,
      classes: declaration.outputs.first?.shape.value.channels, log: DiagnosticLog())
    rehearsal.isRehearsal = true
    rehearsal.devices = devices
    if network(shape, &rehearsal) != nil { rehearsal.settleSharedBlocks() }
    let conditions = resolveRequirements(&rehearsal).compactMap { resolved -> Expression? in
      if case .condition(let condition) = resolved.requirement.claim { condition } else { nil }
    }
    return Assumptions(conditions: conditions, decisions: rehearsal.decisions, work: rehearsal.work)
  }

  /// Those of the space and those that its blocks demand; silent where an error hides what requirements could name.
  private func resolveRequirements(_ expander: inout Expander) -> [ResolvedRequirement] {
    (hidesNames ? [] : expander.resolve(declaration.requirements)) + expander.demands
  }

  private var hidesNames: Bool {
    declaration.network.contains { item in
      if case .poison(name: nil) = item { true } else { false }
    }
  }

  private struct Network {
    let body: Region
    let otherOutputs: [NamedOutput]
  }

  private func network(_ shape: ImageShape?, _ expander: inout Expander) -> Network? {
    expander.append(Layer(name: "input", decisions: []), at: declaration.networkRange)
    var site = Expander.Site(layer: LayerID(index: 0))
    var names = ExpressionScope()
    let shapes = [shape] + declaration.otherInputs.map(\.shape)
    let inputNames = [declaration.inputName?.value ?? "input"] + declaration.otherInputs.map(\.name.value)
    var wires = Wires(
      zip(inputNames, shapes).enumerated().map { index, input in
        let label = index == 0 ? "input" : input.0
        let tensor = input.1.map {
          expander.append(.input(index), type: TensorType($0), label: label, to: &site)
        }
        if declaration.inputName != nil { names.define("\(input.0).out", shape: tensor?.type) }
        return (input.0, tensor)
      })
    wires.hidesNames = declaration.hidesInputs
    var nodes = site.nodes
    names.define(
      "output.classes",
      as: declaration.outputs.first.map { Typed(expression: .integer($0.shape.value.channels), type: .integer) })
    for decision in declaration.decisions {
      let made = decision.choice.map { expander.decide(parameter: decision.name.value, owner: "", choice: $0) }
      names.define(decision.name.value, as: made)
    }
    for item in declaration.network {
      switch item {
      case .operation(let name, let call):
        expander.expand(operation: name, call, wires: &wires, scope: &names, into: &nodes)
      case .stage(let stage): expander.expand(stage, wires: &wires, scope: &names, into: &nodes)
      case .parallel(let name, let parallel):
        expander.expand(parallel: name, parallel, wires: &wires, scope: &names, into: &nodes)
      case .poison(let name):
        wires.append(nil, name: name)
        if let name { names.poison(everythingUnder: name) }
      }
    }
    expander.networkNames = names
    return ends(wires, nodes, &expander)
  }

  /// The outputs, each held against the shape that the file states.
  private func ends(_ wires: Wires, _ nodes: [Node], _ expander: inout Expander) -> Network? {
    var ids: [NodeID] = []
    for output in declaration.outputs {
      var tensor = wires.current
      if let from = output.from {
        guard let found = wires.lookup(from.value) else {
          let meant = closest(to: from.value, among: wires.names)
          expander.report(
            .unknownTensor(from.value), at: from.range,
            notes: meant == nil ? [Note("known here: \(wires.names.joined(separator: ", "))")] : [],
            fixIts: didYouMean(meant, at: from.range))
          continue
        }
        tensor = found
      }
      guard let tensor else { continue }
      guard let range = output.from?.range ?? lastRange else { continue }
      if tensor.presence != nil {
        expander.report(.absentResult, at: range, notes: expander.notesOnAbsence(of: tensor))
      } else {
        checkOutput(tensor, output.shape.value, at: range, &expander)
      }
      ids.append(tensor.id)
    }
    guard ids.count == declaration.outputs.count, let first = ids.first else { return nil }
    let others = zip(declaration.outputs, ids).dropFirst().map { output, id in
      NamedOutput(name: output.name?.value ?? "", node: id, shape: output.shape.value)
    }
    return Network(body: Region(nodes: nodes, result: first), otherOutputs: Array(others))
  }

  /// What ends the network: its last operation, or the key where there is none.
  private var lastRange: SourceRange? {
    switch declaration.network.last {
    case .operation(_, let call): call.op.range
    case .stage(let stage): stage.layer.op.range
    case .parallel(_, let parallel): parallel.join.range
    case .poison, nil: declaration.networkRange
    }
  }

  private func checkOutput(
    _ tensor: Tensor, _ shape: ImageShape, at range: SourceRange, _ expander: inout Expander
  ) {
    let expected = TensorType(shape)
    guard !expander.equal(tensor.type, expected) else { return }
    let wanted = expander.describe(expected)
    guard shape.height == 1, shape.width == 1 else {
      expander.report(.wrongOutputShape(found: expander.describe(tensor.type), expected: wanted), at: range)
      return
    }
    expander.report(
      .wrongOutput(found: expander.describe(tensor.type), classes: shape.channels), at: range,
      notes: [Note("the last operation of the network gives one number for each class: \(wanted)")])
  }

  /// Rules that can contain themselves without a bound.
  private func checkRules(_ expander: inout Expander) {
    var reported: Set<String> = []
    for block in library.blocks {
      guard case .rule = block.content else { continue }
      if let decide = block.decide, decide.value == .once, expander.grammar.isRecursive(block.name.value) {
        expander.report(
          .recursiveOnce(block.name.value), at: decide.range,
          notes: [Note("one production for all uses would be taken inside itself without end")],
          fixIts: [FixIt("let every use decide", confidence: .certain, replacing: decide.range, with: "each")])
      }
      guard !reported.contains(block.name.value),
        let cycle = expander.grammar.unboundedCycle(through: block.name.value)
      else { continue }
      reported.formUnion(cycle)
      let way = (cycle + [block.name.value]).joined(separator: " > ")
      expander.report(
        .unboundedRule(block.name.value), at: block.name.range,
        notes: [Note("it leads back to itself: \(way)"), Note("write 'max_depth: N' in one of these rules")])
    }
  }

  /// Whether a grammar grows beyond measure, which is known before it is written out.
  private func isTooLarge(_ expander: inout Expander) -> Bool {
    var left = ExpansionLimits.operations
    for (call, repetitions) in declaration.network.flatMap(\.calls) {
      let size = expander.grammar.size(of: call.op.value, limit: left)
      left = repetitions > 0 && size > left / repetitions ? -1 : left - size * repetitions
      guard left < 0 else { continue }
      expander.reportSize(at: call.op.range)
      return true
    }
    return false
  }

  private func hasEndlessRules(_ expander: Expander) -> Bool {
    library.blocks.contains { block in
      guard case .rule = block.content else { return false }
      return expander.grammar.unboundedCycle(through: block.name.value) != nil
        || block.decide?.value == .once && expander.grammar.isRecursive(block.name.value)
    }
  }

  private func checkNames(_ expander: inout Expander) {
    var seen: [String: SourceRange] = [:]
    func check(_ name: Located<String>, what: String, _ expander: inout Expander) {
      if let first = seen[name.value] {
        expander.report(
          .duplicateName(name.value, what: what), at: name.range, notes: [Note("named first here", at: first)])
      }
      seen[name.value] = seen[name.value] ?? name.range
    }
    for name in [declaration.inputName].compactMap({ $0 }) + declaration.otherInputs.map(\.name) {
      check(name, what: "input", &expander)
    }
    for item in declaration.network {
      switch item {
      case .operation(let name, _): check(name, what: "layer", &expander)
      case .stage(let stage): check(stage.name, what: "stage", &expander)
      case .parallel(let name, _): check(name, what: "layer", &expander)
      case .poison: break
      }
    }
  }

  /// Names and functions inside every block, used or not. What depends on the arguments is poison here and stays silent.
  private func checkBlocks(_ expander: inout Expander) {
    for block in library.blocks where !block.isPoison {
      var scope = ExpressionScope()
      for input in block.inputs { scope.define(input.value, shape: nil) }
      scope.define("here", shape: nil)
      scope.define("output.classes", as: nil)
      for parameter in block.parameters { scope.define(parameter.name.value, as: nil) }
      for condition in block.requirements { _ = expander.convert(condition, in: scope) }
      var dry = DryRun(expander: expander, mayDecide: block.decide != nil)
      dry.check(block, scope)
      expander.log = dry.expander.log
      expander.usedOperations = dry.expander.usedOperations
    }
  }

  /// A hint about a parameter that no operation has is a mistake.
  private func checkHints(_ expander: inout Expander) {
    guard !library.hidesBlocks else { return }
    let known = Set(library.signatures.values.flatMap { $0.parameters.map(\.name) })
      .union(expander.decisions.map(\.parameter)).sorted()
    for hint in declaration.hintRanges where !known.contains(hint.value) {
      let fixes = didYouMean(expander.log.closest(to: hint.value, among: known), at: hint.range)
      expander.report(.unknownHint(hint.value), at: hint.range, fixIts: fixes)
    }
  }
}

extension NetworkItem {
  /// What it calls directly, with how often.
  fileprivate var calls: [(call: Call, repetitions: Int)] {
    switch self {
    case .operation(_, let call): return calls(call, repetitions: 1)
    case .stage(let stage):
      switch stage.layers.value {
      case .fixed(let count): return calls(stage.layer, repetitions: count)
      case .chosen(let depths): return calls(stage.layer, repetitions: depths.max() ?? 1)
      }
    case .parallel(_, let parallel):
      return parallel.branches.flatMap(\.items).compactMap { item in
        if case .call(_, let call) = item { (call, 1) } else { nil }
      }
    case .poison: return []
    }
  }

  private func calls(_ call: Call, repetitions: Int) -> [(call: Call, repetitions: Int)] {
    [(call, repetitions)]
      + call.alternatives.compactMap { alternative in
        if case .call(let inner) = alternative { (inner, repetitions) } else { nil }
      }
  }
}
