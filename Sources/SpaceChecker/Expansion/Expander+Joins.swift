import Diagnostics
import SpaceIR

extension Expander {
  /// Tensors joined, those left out that are not there; checks that they have one shape wherever two of them are.
  ///
  /// - Parameters:
  ///   - isNeverEmpty: Whether at least one operand is known to be there.
  ///   - branches: The branches of a parallel item that the inputs end, for messages.
  ///   - channels: What the channels of a concat are known to add up to; nil: their sum as it is written.
  mutating func join(
    _ join: Join, _ inputs: [Tensor], label: String, branches: [Located<String>] = [], isNeverEmpty: Bool = false,
    channels: Expression? = nil,
    at range: SourceRange, into site: inout Site
  ) -> Tensor? {
    let operands = inputs.filter { $0.presence?.constant != .boolean(false) }
    guard let first = operands.first(where: { $0.presence == nil }) ?? operands.first else {
      return inputs.first
    }
    let ends = Dictionary(zip(inputs.map(\.id), branches)) { first, _ in first }
    guard agree(join, first, operands, ends, at: range) else { return nil }
    let presence = isNeverEmpty ? nil : presence(ofAny: operands)
    if operands.count == 1 {
      var only = operands[0]
      only.presence = presence
      return only
    }
    var type = type(join, first, operands)
    if join == .concat {
      let parts = operands.map { operand in
        operand.presence.map { Expression.call(.select, [$0, operand.type.channels, .integer(0)]) }
          ?? operand.type.channels
      }
      type.channels = parts.dropFirst().reduce(parts[0]) { .binary(.add, $0, $1) }
      if let channels {
        type.channels = channels
      } else if presence != nil || isNeverEmpty {
        // Interval arithmetic does not see that one part is there.
        type.channels = .call(.maximum, [type.channels, .integer(1)])
      }
    }
    let isSimple = join == .add && operands.count == 2 && operands.allSatisfy { $0.presence == nil }
    let operation: Operation =
      isSimple
      ? .add(operands[0].id, operands[1].id)
      : .join(join, operands.map { Operand($0.id, when: $0.presence) })
    guard let presence else { return append(operation, type: type.folded, label: label, to: &site) }
    // Nothing is there to join in some networks.
    return conditional(presence, label: label, into: &site) { expander, site in
      expander.append(operation, type: type.folded, label: "join", to: &site)
    }
  }

  /// Where at least one of the tensors is there; nil: everywhere.
  private func presence(ofAny tensors: [Tensor]) -> Expression? {
    let parts = tensors.compactMap(\.presence)
    guard parts.count == tensors.count, let first = parts.first else { return nil }
    let any = parts.dropFirst().reduce(first) { .binary(.or, $0, $1) }.folded
    let support = any.support
    // A few decisions are asked outright: that every network has one is common, and makes all that follows simpler.
    if support.count <= 3, case .holds = prove([any], claim: { $0[0] == .boolean(true) }) { return nil }
    return any
  }

  /// The type of a join whose operands agree: of the first that is always there, else of each where it is there.
  private func type(_ join: Join, _ first: Tensor, _ operands: [Tensor]) -> TensorType {
    let maps = operands.filter { join != .multiply || !isPixel($0.type) }
    let start = maps.first { $0.presence == nil } ?? maps.last ?? first
    guard start.presence != nil else { return start.type }
    return maps.dropLast().reversed().reduce(start.type) { type, operand in
      guard let presence = operand.presence, operand.type != type else { return type }
      let extents = zip(operand.type.extents, type.extents).map { a, b in
        a == b ? a : Expression.call(.select, [presence, a, b])
      }
      return TensorType(copies: extents[0], channels: extents[1], height: extents[2], width: extents[3])
    }
  }

  private func isPixel(_ type: TensorType) -> Bool { type.height == .integer(1) && type.width == .integer(1) }

  /// Whether operands have one shape wherever two of them are there: for `concat` up to the channels, for `multiply` up
  /// to those of one pixel.
  ///
  /// - Parameter ends: The branch that each operand ends, where it ends one.
  private mutating func agree(
    _ join: Join, _ first: Tensor, _ operands: [Tensor], _ ends: [NodeID: Located<String>], at range: SourceRange
  ) -> Bool {
    let outer = conditions
    defer { conditions = outer }
    for (position, operand) in operands.enumerated() where operand.id != first.id {
      // Of two that may both be absent every pair can meet; of the rest it is enough to compare with one that is there.
      let others = first.presence == nil ? [first] : Array(operands[..<position])
      for other in others where other.type != operand.type {
        conditions = outer
        for presence in [other.presence, operand.presence] {
          if let presence { conditions.append(PathCondition(selector: presence, values: [.boolean(true)])) }
        }
        let places = [ends[other.id], ends[operand.id]]
        guard agree(join, other.type, operand.type, places, at: range) else { return false }
      }
    }
    return true
  }

  private mutating func agree(
    _ join: Join, _ a: TensorType, _ b: TensorType, _ places: [Located<String>?], at range: SourceRange
  ) -> Bool {
    if join == .multiply, isPixel(a) || isPixel(b) {
      return settle(equal(a.channels, b.channels), a, b, join, places, at: range)
    }
    var pairs = [(a.copies, b.copies), (a.height, b.height), (a.width, b.width)]
    if join != .concat { pairs.append((a.channels, b.channels)) }
    let open = pairs.filter { !holds(equal($0.0, $0.1)) }
    guard !open.isEmpty else { return true }
    let proof = prove(a.extents + b.extents) { values in
      let same = [0, 1, 2, 3].map { values[$0] == values[$0 + 4] }
      return same[0] && same[2] && same[3] && (join == .concat || same[1])
    }
    return settle(proof, a, b, join, places, at: range)
  }

  private mutating func settle(
    _ proof: Proof, _ a: TensorType, _ b: TensorType, _ join: Join, _ places: [Located<String>?],
    at range: SourceRange
  ) -> Bool {
    switch proof {
    case .holds: return true
    case .fails(let values, let member):
      let shapes =
        values.count == 8
        ? (describe(TensorType(values[..<4])), describe(TensorType(values[4...]))) : (describe(a), describe(b))
      report(
        .joinMismatch(join: join, first: shapes.0, second: shapes.1, member: member), at: range,
        notes: zip(places, [shapes.0, shapes.1]).compactMap { place, shape in
          place.map { Note("branch '\($0.value)' ends in \(shape)", at: $0.range) }
        } + [Note("'conv' changes channels, its stride and 'resize' height and width")])
    case .undecided:
      report(
        .joinMismatch(
          join: join, first: describe(a), second: describe(b), member: ", which could not be shown equal"),
        at: range)
    case .noValue(let reason, let member): report(.noValue(reason: reason, member: member), at: range)
    }
    return isRehearsal
  }

  /// Branches from the current tensor, joined.
  mutating func expand(
    _ parallel: ParallelDeclaration, label: String?, wires: Wires, scope: ExpressionScope, into site: inout Site
  ) -> Tensor? {
    let outer = (site.counts, site.place, site.path)
    let name = label.map { site.nextLabel($0) }
    if let name {
      site.place.append(name)
      site.path.append(name)
      site.counts = [:]
    }
    let inside = (site.place, site.path)
    var results: [Tensor?] = []
    for branch in parallel.branches {
      (site.place, site.path) = (inside.0 + [branch.name.value], inside.1 + [branch.name.value])
      site.counts = [:]
      results.append(expand(branch.items, wires: wires, scope: scope, into: &site))
    }
    (site.place, site.path) = inside
    site.counts = [:]
    let tensors = results.compactMap { $0 }
    var joined: Tensor?
    if tensors.count == results.count {
      joined = join(
        parallel.join.value, tensors, label: "join", branches: parallel.branches.map(\.name), at: parallel.join.range,
        into: &site)
    }
    (site.counts, site.place, site.path) = outer
    if let label { _ = site.label(label) }
    return joined
  }
}
