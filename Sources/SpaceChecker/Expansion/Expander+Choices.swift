import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// One way on, with the selector's values that lead there.
  struct Branch {
    let label: String
    /// What it adds to the names of decisions; nil: nothing.
    var path: String?
    let values: [Value]
    /// Where it is written; nil where nothing names it.
    var range: SourceRange?
    /// Where it is written that a layer may be left out; nil for branches that build something.
    var leavesOut: SourceRange?
    let build: (inout Expander, inout Site, Tensor?) -> Tensor?
  }

  fileprivate struct Built {
    let alternative: Alternative
    let type: TensorType
    let range: SourceRange?
    let leavesOut: SourceRange?
    let fixed: [DecisionID: Value]
    let conditions: [PathCondition]
  }

  /// Builds every branch as a region and joins them in one choice; a constant selector leaves only its branch, inline.
  ///
  /// Where the input is not there, neither is the result.
  mutating func choose(
    _ selector: Expression, _ branches: [Branch], on input: Tensor?, at range: SourceRange, into site: inout Site
  ) -> Tensor? {
    if let value = selector.constant {
      guard let branch = branches.first(where: { $0.values.contains(value) }) else { return nil }
      return branch.build(&self, &site, input)
    }
    guard isDecided(selector, at: range) else { return nil }
    if let presence = bound(input)?.presence {
      return conditional(presence, label: "present", into: &site) { expander, site in
        expander.choose(selector, branches, on: expander.bound(input), at: range, into: &site)
      }
    }
    let start = site
    var built: [Built] = []
    var isComplete = true
    for branch in branches {
      let label = site.label(branch.label)
      guard let result = build(branch, label, selector, on: input, at: range, in: start) else {
        isComplete = false
        continue
      }
      built.append(result)
    }
    guard isComplete, let input else { return nil }
    if built.allSatisfy({ $0.alternative.region.nodes.isEmpty && $0.alternative.region.result == input.id }) {
      return input
    }
    guard let type = join(built, selector, at: range) else { return nil }
    let choice = Choice(selector: selector, alternatives: built.map(\.alternative))
    return append(.choice(choice), type: type, label: "choice", to: &site)
  }

  private mutating func build(
    _ branch: Branch, _ label: String, _ selector: Expression, on input: Tensor?, at range: SourceRange,
    in outerSite: Site
  ) -> Built? {
    let outer = (fixed, conditions, circumstances)
    defer { (fixed, conditions, circumstances) = outer }
    conditions.append(PathCondition(selector: selector, values: branch.values))
    require(selector, branch.values)
    if case .decision(let id) = selector, branch.values.count == 1 { fixed[id] = branch.values[0] }
    // Of two conditions side by side both have a `then`.
    var site = outerSite.alternative(label, path: branch.path == nil ? nil : label)
    guard let result = branch.build(&self, &site, bound(input)) else { return nil }
    if result.presence != nil {
      report(.absentResult, at: range, notes: notesOnAbsence(of: result))
      return nil
    }
    return Built(
      alternative: Alternative(values: branch.values, region: Region(nodes: site.nodes, result: result.id)),
      type: result.type, range: branch.range, leavesOut: branch.leavesOut, fixed: fixed, conditions: conditions)
  }

  /// Where a result is there, and what to do.
  func notesOnAbsence(of result: Tensor) -> [Note] {
    [
      Note(
        result.presence == .constant(.boolean(false))
          ? "it is there in no network" : "it is there where \(describe(result.presence ?? .constant(.boolean(true))))"),
      Note("join it with a tensor that is always there: 'add', 'concat' and 'multiply' leave out what is absent"),
    ]
  }

  /// Builds what is there only where a condition holds; elsewhere there are zeros, which a join leaves out.
  ///
  /// - Parameter presence: Has a value in every network: see `guarded`.
  mutating func conditional(
    _ presence: Expression, label: String, into site: inout Site,
    _ build: (inout Expander, inout Site) -> Tensor?
  ) -> Tensor? {
    let outer = (fixed, conditions, circumstances)
    conditions.append(PathCondition(selector: presence, values: [.boolean(true)]))
    require(presence, [.boolean(true)])
    // The decision is not put into types as fixed, unlike in `choose`: what is there has one type inside and outside.
    var inner = site.alternative(site.nextLabel(label), path: nil)
    let result = build(&self, &inner)
    (fixed, conditions, circumstances) = outer
    _ = site.label(label)
    guard let result else { return nil }
    var absentSite = site.alternative(site.nextLabel("absent"), path: nil)
    let known = outer.2
    let type = result.type.mapping { extent in
      extent.support.allSatisfy { isMade($0, in: known) } ? extent : .integer(1)
    }
    let zero = append(.zero, type: type, label: "zero", to: &absentSite)
    let whole = zip((result.written ?? result.type).extents, type.extents).map { there, absent in
      there == absent ? there : Expression.call(.select, [presence, there, absent]).folded
    }
    let choice = Choice(
      selector: presence,
      alternatives: [
        Alternative(values: [.boolean(true)], region: Region(nodes: inner.nodes, result: result.id)),
        Alternative(values: [.boolean(false)], region: Region(nodes: absentSite.nodes, result: zero.id)),
      ])
    let written = TensorType(copies: whole[0], channels: whole[1], height: whole[2], width: whole[3])
    let node = append(.choice(choice), type: written, label: "choice", to: &site)
    let both = result.presence.map { Expression.binary(.and, presence, $0).folded } ?? presence
    return Tensor(id: node.id, type: result.type, presence: both, written: written)
  }

  /// The type that holds in every alternative: one of theirs where it is right for all, else channels by `select`.
  private mutating func join(_ built: [Built], _ selector: Expression, at range: SourceRange) -> TensorType? {
    // Most alternatives differ, and a select says so: the requirements are asked only before an error.
    for candidate in built.reversed() where isRight(candidate.type, in: built, Assumptions()) { return candidate.type }
    var result = built[built.count - 1]
    var type = result.type
    for other in built.dropLast().reversed() {
      let sides = [(type.copies, other.type.copies), (type.height, other.type.height), (type.width, other.type.width)]
      guard sides.allSatisfy({ $0.0 == $0.1 }) else {
        for candidate in built.reversed() where isRight(candidate.type, in: built, assumptions) {
          return candidate.type
        }
        reportMismatch(other, result, among: built, at: range)
        return nil
      }
      type.channels =
        Expression.call(
          .select, [isOneOf(other.alternative.values, selector), other.type.channels, type.channels]
        ).folded
      result = other
    }
    return type
  }

  /// At the alternative that is unlike most of the others.
  private mutating func reportMismatch(_ a: Built, _ b: Built, among built: [Built], at range: SourceRange) {
    let (out, kept) = a.leavesOut == nil ? (b, a) : (a, b)
    if let place = out.leavesOut {
      report(
        .bypassStride(shape: describe(out.type), result: describe(kept.type)), at: place,
        notes: [Note("let a layer that is always there change height and width: {stride: {first: 2, rest: 1}}")])
    } else {
      let (usual, odd) = built.count(like: a) < built.count(like: b) ? (b, a) : (a, b)
      let place = odd.range ?? range
      let other = usual.range.flatMap { $0 == place ? nil : $0 }
      report(
        .alternativesMismatch(first: describe(usual.type), second: describe(odd.type)), at: place,
        notes: (other.map { [Note("this one ends in \(describe(usual.type))", at: $0)] } ?? [])
          + [Note("every alternative must end with the same height, width and number of copies")])
    }
  }

  private func isRight(_ type: TensorType, in built: [Built], _ assumptions: Assumptions) -> Bool {
    built.allSatisfy { alternative in
      var inner = self
      inner.assumptions = assumptions
      inner.fixed = alternative.fixed
      inner.conditions = alternative.conditions
      return inner.equal(type, alternative.type)
    }
  }

  func isOneOf(_ values: [Value], _ selector: Expression) -> Expression {
    if values == [.boolean(true)] { return selector }
    let tests = values.map { Expression.binary(.equal, selector, .constant($0)) }
    return tests.dropFirst().reduce(tests[0]) { .binary(.or, $0, $1) }
  }

  // MARK: The forms of the language

  /// `switch: EXPRESSION` with cases.
  mutating func branch(
    _ subject: ExpressionSyntax, _ cases: [BranchCase], _ otherwise: [BodyItem]?, _ range: SourceRange,
    wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    guard let selector = convert(subject, in: scope) else { return nil }
    let domain = possibleValues(of: selector.expression)
    var branches: [Branch] = []
    var seen: [Value: SourceRange] = [:]
    var isRight = true
    for item in cases {
      if let first = seen[item.value.value] {
        report(
          .duplicateName(item.value.value.description, what: "case"), at: item.value.range,
          notes: [Note("first here", at: first)])
        isRight = false
        continue
      }
      seen[item.value.value] = item.value.range
      guard selector.type.accepts(item.value.value.type) else {
        report(
          .wrongType(
            expected: selector.type.phrase, found: item.value.value.type.phrase, what: "a case of this switch"),
          at: item.value.range)
        isRight = false
        continue
      }
      if let domain, !domain.contains(item.value.value) { continue }
      branches.append(
        itemsBranch(
          item.value.value.description, [item.value.value], item.items, wires, scope, at: item.value.range))
    }
    guard let domain else {
      report(
        .wrongShape(
          expected: "a constant, a parameter or a choice", found: describe(selector.expression),
          what: "what a switch looks at"),
        at: subject.range)
      return nil
    }
    guard isRight else { return nil }
    let rest = domain.filter { seen[$0] == nil }
    if let first = rest.first {
      guard let otherwise else {
        report(.missingCase(first.description), at: subject.range, notes: [Note("add the case, or 'else: []'")])
        return nil
      }
      branches.append(itemsBranch("else", rest, otherwise, wires, scope))
    }
    return choose(selector.expression, branches, on: wires.current, at: subject.range, into: &site)
  }

  /// `when: CONDITION`.
  mutating func condition(
    _ subject: ExpressionSyntax, _ then: [BodyItem], _ otherwise: [BodyItem], _ range: SourceRange,
    wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    guard let selector = convert(subject, in: scope) else { return nil }
    guard selector.type == .boolean else {
      report(.wrongType(expected: "a boolean", found: selector.type.phrase, what: "a condition"), at: subject.range)
      return nil
    }
    let branches = [
      itemsBranch("then", [.boolean(true)], then, wires, scope),
      itemsBranch("else", [.boolean(false)], otherwise, wires, scope),
    ]
    return choose(selector.expression, branches, on: wires.current, at: subject.range, into: &site)
  }

  func itemsBranch(
    _ label: String, _ values: [Value], _ items: [BodyItem], _ wires: Wires, _ scope: ExpressionScope,
    at range: SourceRange? = nil
  ) -> Branch {
    Branch(label: label, path: label, values: values, range: range) { expander, site, input in
      expander.expand(items, wires: wires.with(current: input), scope: scope, into: &site)
    }
  }

  /// `shortcut:` of a block: the input added to the body's result, always or under a condition.
  mutating func residual(
    _ block: BlockDeclaration, _ shortcut: ShortcutDeclaration, body: Tensor?, input: Tensor?,
    scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    let add = Branch(label: "add", values: [.boolean(true)]) { expander, site, current in
      guard let current, let input else { return nil }
      return expander.add(block, shortcut, body: current, input: input, into: &site)
    }
    guard let condition = shortcut.condition else { return add.build(&self, &site, body) }
    guard let selector = convert(condition, in: scope) else { return nil }
    guard selector.type == .boolean else {
      report(.wrongType(expected: "a boolean", found: selector.type.phrase, what: "a condition"), at: condition.range)
      return nil
    }
    let pass = Branch(label: "pass", values: [.boolean(false)]) { _, _, current in current }
    if body?.presence != nil {
      report(.absentResult, at: shortcut.range, notes: [Note("write 'shortcut: always', which adds what is there")])
      return nil
    }
    return choose(selector.expression, [add, pass], on: body, at: shortcut.range, into: &site)
  }

  private mutating func add(
    _ block: BlockDeclaration, _ shortcut: ShortcutDeclaration, body: Tensor, input: Tensor, into site: inout Site
  ) -> Tensor? {
    let name = block.name.value
    if body.presence != nil { return join(.add, [body, input], label: "add", at: shortcut.range, into: &site) }
    guard keepsShape(body.type, input.type, at: shortcut.range) else { return nil }
    switch equal(body.type.channels, input.type.channels) {
    case .holds: break
    case .fails(let values, let member):
      report(
        .residualMismatch(
          block: name, body: values[0].description, shortcut: values[1].description, member: member),
        at: shortcut.range,
        notes: [Note("add it only where the widths agree: {when: in.channels == channels}")])
      guard isRehearsal else { return nil }
    case .noValue(let reason, let member):
      report(.noValue(reason: reason, member: member), at: shortcut.range)
      guard isRehearsal else { return nil }
    case .undecided:
      report(
        .residualMismatch(
          block: name, body: describe(body.type.channels), shortcut: describe(input.type.channels),
          member: ", which could not be shown equal"), at: shortcut.range)
      guard isRehearsal else { return nil }
    }
    return append(.add(body.id, input.id), type: body.type, label: "add", to: &site)
  }

  /// Whether body and shortcut agree in copies, height and width; an error with both shapes in one member where not.
  private mutating func keepsShape(_ body: TensorType, _ input: TensorType, at range: SourceRange) -> Bool {
    let pairs = [(body.copies, input.copies), (body.height, input.height), (body.width, input.width)]
    let agree = pairs.allSatisfy { pair in
      if case .holds = equal(pair.0, pair.1) { true } else { false }
    }
    if agree { return true }
    var (found, wanted, member) = (describe(body), describe(input), "")
    let proof = prove(body.extents + input.extents) { values in
      [0, 2, 3].allSatisfy { values[$0] == values[$0 + 4] }
    }
    if case .fails(let values, let place) = proof {
      found = describe(TensorType(values[..<4]))
      wanted = describe(TensorType(values[4...]))
      member = place
    }
    report(
      .spatialMismatch(body: found, shortcut: wanted, member: member), at: range,
      notes: [Note("add it only where the shape is kept: {when: stride == 1 and in.channels == channels}")])
    return isRehearsal
  }

  /// The values a selector can have: a constant or a decision's options; nil for what is computed.
  private func possibleValues(of selector: Expression) -> [Value]? {
    switch selector {
    case .constant(let value): [value]
    case .decision(let id): decisions[id.index].options
    case .unary, .binary, .call: nil
    }
  }
}

extension TensorType {
  /// From the values of copies, channels, height and width.
  init(_ values: ArraySlice<Value>) {
    let extents = values.map(Expression.constant)
    self.init(copies: extents[0], channels: extents[1], height: extents[2], width: extents[3])
  }

  static func vector(_ channels: Int) -> TensorType {
    TensorType(channels: .integer(channels), height: .integer(1), width: .integer(1))
  }
}

extension [Expander.Built] {
  /// How many end as one of them does, but for the channels.
  fileprivate func count(like one: Expander.Built) -> Int {
    count {
      $0.type.copies == one.type.copies && $0.type.height == one.type.height && $0.type.width == one.type.width
    }
  }
}
