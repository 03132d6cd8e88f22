import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// What a node can read.
  private struct Source {
    let name: String
    let tensor: Tensor?
    let isInput: Bool
  }

  /// Builds a cell: its inputs prepared, its nodes one after another, its output.
  mutating func assemble(
    _ cell: CellDeclaration, of block: BlockDeclaration, wires: Wires, scope: ExpressionScope,
    at range: SourceRange, into site: inout Site
  ) -> Tensor? {
    var plan = plan(cell, inputs: block.inputs.map(\.value), at: range, in: site)
    var sources = block.inputs.map { input in
      Source(
        name: input.value, tensor: prepared(input.value, cell, wires: wires, scope: scope, into: &site), isInput: true)
    }
    var width: Expression?
    if let syntax = cell.splitWidth {
      guard let found = convert(syntax, in: scope) else { return nil }
      guard found.type == .integer else {
        report(
          .wrongType(expected: "a whole number", found: found.type.phrase, what: "the width that nodes share"),
          at: syntax.range)
        return nil
      }
      guard isShareable(found.expression, among: cell.nodes.count, at: syntax.range) else { return nil }
      width = found.expression
    }
    plan.widths = width.map { plan.splitWidths($0) }
    var prunes = false
    if case .any = cell.output.value { prunes = true }
    for (index, name) in cell.nodes.enumerated() {
      var inner = scope
      inner.define("node.index", as: Typed(expression: .integer(index + 1), type: .integer))
      if let widths = plan.widths {
        inner.define("node.channels", as: Typed(expression: widths[index], type: .integer))
      }
      let ready = sources
      let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
        expander.node(
          index, name.value, cell, plan, ready, isLive: prunes, wires: wires, scope: inner, into: &site)
      }
      let isLive = prunes ? plan.isLive(index) : .constant(.boolean(true))
      let tensor =
        isLive == .constant(.boolean(true))
        ? build(&self, &site) : conditional(isLive, label: name.value, into: &site, build)
      sources.append(Source(name: name.value, tensor: tensor, isInput: false))
    }
    let result = output(cell, plan, sources, width: width, wires: wires, scope: scope, into: &site)
    guard let result, let presence = result.presence, prunes else { return result }
    // A cell without a way gives zeros: a sum of nothing.
    let sum = Operation.join(.add, [Operand(result.id, when: presence)])
    return append(sum, type: result.type, label: "output", to: &site)
  }

  /// An input after what `prepare` says.
  private mutating func prepared(
    _ name: String, _ cell: CellDeclaration, wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    let tensor = wires.lookup(name) ?? nil
    guard let items = cell.prepare.first(where: { $0.name.value == name })?.items else { return tensor }
    return inside([name], &site) { expander, site in
      expander.expand(items, on: tensor, wires: wires, scope: scope, into: &site)
    }
  }

  /// Runs with the site's place and path one or more names deeper.
  private mutating func inside<Result>(
    _ names: [String], _ site: inout Site, _ body: (inout Expander, inout Site) -> Result
  ) -> Result {
    let outer = (site.place, site.path, site.counts)
    site.place += names
    site.path += names
    site.counts = [:]
    defer { (site.place, site.path, site.counts) = outer }
    return body(&self, &site)
  }

  /// Items of a cell, which call what enters them `in`.
  private mutating func expand(
    _ items: [BodyItem], on tensor: Tensor?, wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    var wires = wires
    wires.append(tensor, name: "in")
    var scope = scope
    scope.define("in", shape: tensor?.type)
    return expand(items, wires: wires, scope: scope, into: &site)
  }

  // MARK: Nodes

  private mutating func node(
    _ index: Int, _ name: String, _ cell: CellDeclaration, _ plan: CellPlan, _ sources: [Source], isLive: Bool,
    wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    let node = plan.nodes[index]
    let outer = knownOrders
    var read: [Tensor?] = node.edges.map { edge in
      if let widths = plan.widths, edge.source >= plan.inputCount {
        knownOrders.append((widths[index], widths[edge.source - plan.inputCount]))
      }
      defer { knownOrders = outer }
      let presence = edge.presence.map(guarded)
      return self.edge(
        cell.edge, edge.operation, sources[edge.source], under: presence, names: [name, sources[edge.source].name],
        wires: wires, scope: scope, into: &site)
    }
    for (slot, position) in zip(node.slots, 1...) {
      read.append(
        pick(
          slot, cell.edge, sources, names: [name, "slot\(position)"], wires: wires, scope: scope,
          at: cell.inputs.range, into: &site))
    }
    let tensors = read.compactMap { $0 }
    guard tensors.count == read.count, !tensors.isEmpty else { return nil }
    var isNeverEmpty = isLive
    if case .choose = cell.inputs.value { isNeverEmpty = true }
    guard
      let joined = inside(
        [name], &site,
        { expander, site in
          expander.join(
            cell.join.value, tensors, label: "join", isNeverEmpty: isNeverEmpty, at: cell.join.range, into: &site)
        })
    else { return nil }
    guard !cell.operation.isNothing else { return joined }
    let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
      expander.operation(
        cell.operation, node.operation, on: joined, names: [name], wires: wires, scope: scope,
        at: cell.inputs.range, into: &site)
    }
    guard let presence = joined.presence else { return build(&self, &site) }
    return conditional(presence, label: name, into: &site, build)
  }

  /// What one edge gives, where it and its source are there.
  private mutating func edge(
    _ operation: CellOperation, _ which: Expression?, _ source: Source, under presence: Expression?, names: [String],
    wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    guard let tensor = source.tensor else { return nil }
    var inner = scope
    inner.define("edge.from_input", as: Typed(expression: .constant(.boolean(source.isInput)), type: .boolean))
    let build: (inout Expander, inout Site) -> Tensor? = { expander, site in
      var tensor = expander.bound(tensor)
      tensor?.presence = nil
      return expander.operation(
        operation, which, on: tensor, names: names, wires: wires, scope: inner, at: nil, into: &site)
    }
    let parts = [tensor.presence, presence].compactMap { $0 }
    guard let first = parts.first else { return build(&self, &site) }
    let whole = parts.dropFirst().reduce(first) { .binary(.and, $0, $1) }.folded
    if operation.isNothing, whole == first, parts.count == 1, tensor.presence != nil { return tensor }
    return conditional(whole, label: names.isEmpty ? source.name : names.joined(separator: "_"), into: &site, build)
  }

  /// A slot: the edge's operation on the source that it picks.
  private mutating func pick(
    _ slot: CellPlan.Slot, _ operation: CellOperation, _ sources: [Source], names: [String], wires: Wires,
    scope: ExpressionScope, at range: SourceRange, into site: inout Site
  ) -> Tensor? {
    let branches = sources.map { source in
      Branch(label: source.name, path: source.name, values: [.word(source.name)]) { expander, site, _ in
        expander.edge(
          operation, slot.operation, source, under: nil, names: [], wires: wires, scope: scope, into: &site)
      }
    }
    return inside(names, &site) { expander, site in
      expander.choose(slot.from, branches, on: sources.first?.tensor, at: range, into: &site)
    }
  }

  /// The operation of an edge or of a node.
  private mutating func operation(
    _ operation: CellOperation, _ which: Expression?, on tensor: Tensor?, names: [String], wires: Wires,
    scope: ExpressionScope, at range: SourceRange?, into site: inout Site
  ) -> Tensor? {
    inside(names, &site) { expander, site in
      switch operation {
      case .items(let items):
        return expander.expand(items, on: tensor, wires: wires, scope: scope, into: &site)
      case .oneOf(let options):
        let branches = options.map { option in
          Branch(
            label: option.name.value, path: option.name.value, values: [.word(option.name.value)],
            range: option.name.range
          ) {
            expander, site, input in
            expander.expand(option.items, on: input, wires: wires, scope: scope, into: &site)
          }
        }
        let place = range ?? options[0].name.range
        return expander.choose(
          which ?? .word(options[0].name.value), branches, on: tensor, at: place, into: &site)
      }
    }
  }

  // MARK: Output

  private mutating func output(
    _ cell: CellDeclaration, _ plan: CellPlan, _ sources: [Source], width: Expression?, wires: Wires,
    scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    let nodes = Array(sources.dropFirst(plan.inputCount))
    var gathered: [Tensor?]
    var isNeverEmpty = false
    switch cell.output.value {
    case .last: return nodes.last?.tensor
    case .nodes: gathered = nodes.map(\.tensor)
    case .looseEnds:
      // Of the nodes that are there the last is a loose end.
      isNeverEmpty = nodes.contains { $0.tensor?.presence == nil }
      gathered = nodes.enumerated().map { index, node in
        guard var tensor = node.tensor else { return nil }
        let loose = plan.isLoose(index)
        let parts = [tensor.presence, loose == .constant(.boolean(true)) ? nil : guarded(loose)].compactMap { $0 }
        tensor.presence = parts.first.map { parts.dropFirst().reduce($0) { .binary(.and, $0, $1) }.folded }
        return tensor
      }
    case .any(let edge):
      var inner = scope
      if let width { inner.define("node.channels", as: Typed(expression: width, type: .integer)) }
      inner.define("node.index", as: Typed(expression: .integer(cell.nodes.count + 1), type: .integer))
      gathered = plan.output.map { read in
        self.edge(
          edge, read.operation, sources[read.source], under: read.presence.map(guarded),
          names: ["output", sources[read.source].name], wires: wires, scope: inner, into: &site)
      }
    }
    let tensors = gathered.compactMap { $0 }
    guard tensors.count == gathered.count else { return nil }
    return inside(["output"], &site) { expander, site in
      guard let width, case .any = cell.output.value else {
        return expander.join(
          cell.outputJoin.value, tensors, label: "join", isNeverEmpty: isNeverEmpty, at: cell.outputJoin.range,
          into: &site)
      }
      // NAS-Bench-101: nodes side by side, and what comes straight from an input added.
      let fromNodes = Array(tensors.dropFirst(plan.inputCount))
      let joined = expander.join(
        cell.outputJoin.value, fromNodes, label: "join", channels: width, at: cell.outputJoin.range, into: &site)
      guard let joined else { return nil }
      // A cell that leads nowhere gives zeros: a sum of nothing.
      return expander.join(
        .add, [joined] + tensors.prefix(plan.inputCount), label: "sum", isNeverEmpty: true,
        at: cell.outputJoin.range, into: &site)
    }
  }
}

// MARK: Decisions
extension Expander {
  private mutating func plan(
    _ cell: CellDeclaration, inputs: [String], at range: SourceRange, in site: Site
  ) -> CellPlan {
    var plan = CellPlan(sources: inputs + cell.nodes.map(\.value), inputCount: inputs.count)
    for (index, name) in cell.nodes.enumerated() {
      let sources = Array(plan.sources.prefix(inputs.count + index))
      var edges: [CellPlan.Edge] = []
      var slots: [CellPlan.Slot] = []
      switch cell.inputs.value {
      case .all:
        edges = sources.indices.map { source in
          .init(
            source: source, presence: nil,
            operation: which(cell.edge, parameter: sources[source], below: name.value, in: site))
        }
      case .any: edges = anyEdges(cell.edge, sources, below: name.value, at: cell.inputs.range, in: site)
      case .choose(let count): edges = chosenEdges(count, cell, sources, below: name.value, in: site)
      case .slots(let count):
        slots = (1...count).map { slot in
          let below = "\(name.value).slot\(slot)"
          let from = decide(
            parameter: "from", in: site, below: below, choice: words(sources, at: cell.inputs.range))
          return .init(from: from.expression, operation: which(cell.edge, parameter: "op", below: below, in: site))
        }
      }
      plan.nodes.append(
        .init(
          edges: edges, slots: slots,
          operation: which(cell.operation, parameter: "op", below: name.value, in: site)))
    }
    if case .any(let edge) = cell.output.value {
      plan.output = anyEdges(edge, plan.sources, below: "output", at: cell.output.range, in: site)
    }
    return plan
  }

  private func words(_ words: [String], at range: SourceRange) -> ChoiceDeclaration {
    ChoiceDeclaration(options: words.map { Located(.word($0), range) }, scope: nil, range: range)
  }

  /// The decision for one of several operations; nil where there is one.
  private mutating func which(
    _ operation: CellOperation, parameter: String, below: String, in site: Site
  ) -> Expression? {
    guard case .oneOf(let options) = operation, options.count > 1 else { return nil }
    let choice = ChoiceDeclaration(
      options: options.map { Located(.word($0.name.value), $0.name.range) }, scope: nil,
      range: options[0].name.range)
    return decide(parameter: parameter, in: site, below: below, choice: choice).expression
  }

  /// Each source or not.
  private mutating func anyEdges(
    _ operation: CellOperation, _ sources: [String], below: String, at range: SourceRange, in site: Site
  ) -> [CellPlan.Edge] {
    sources.enumerated().map { index, name in
      let choice = ChoiceDeclaration(
        options: [Located(.boolean(false), range), Located(.boolean(true), range)], scope: nil, range: range)
      let taken = decide(parameter: name, in: site, below: below, choice: choice).expression
      let outer = circumstances
      defer { circumstances = outer }
      require(taken, [.boolean(true)])
      return .init(
        source: index, presence: taken,
        operation: which(operation, parameter: "op", below: "\(below).\(name)", in: site))
    }
  }

  /// An unordered set of sources; all of them where there are no more.
  private mutating func chosenEdges(
    _ count: Int, _ cell: CellDeclaration, _ sources: [String], below: String, in site: Site
  ) -> [CellPlan.Edge] {
    let sets = combinations(of: count, among: sources.count)
    let names = sets.map { set in set.map { sources[$0] }.joined(separator: "+") }
    let chosen = decide(
      parameter: "inputs", in: site, below: below, choice: words(names, at: cell.inputs.range)
    ).expression
    return sources.indices.map { source in
      let values = zip(sets, names).filter { $0.0.contains(source) }.map { Value.word($0.1) }
      let isThere = values.count == sets.count
      let outer = circumstances
      defer { circumstances = outer }
      if !isThere { require(chosen, values) }
      return .init(
        source: source, presence: isThere ? nil : isOneOf(values, chosen),
        operation: which(cell.edge, parameter: sources[source], below: below, in: site))
    }
  }
}
