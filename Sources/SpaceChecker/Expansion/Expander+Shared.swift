import Diagnostics
import SpaceIR

// Blocks that decide once: their decisions exist where any use does.
extension Expander {
  /// Notes a use, and lets the decisions inside depend on what is inside alone.
  mutating func openShared(_ block: BlockDeclaration) {
    let name = block.name.value
    var whole = outerCircumstances
    for condition in circumstances.conditions { add(condition, to: &whole) }
    whole.isTangled = whole.isTangled || circumstances.isTangled
    sharedBlocks[name, default: SharedBlock(name: block.name)].uses.append(whole)
    outerCircumstances = whole
    circumstances = Circumstances()
  }

  /// Says when the decisions of blocks that decide once exist, now that all uses are known.
  mutating func settleSharedBlocks() {
    for block in sharedBlocks.values.sorted(by: { $0.name.value < $1.name.value }) where !block.decisions.isEmpty {
      guard block.uses.allSatisfy({ $0.isTangled || !$0.conditions.isEmpty }) else { continue }
      let first = block.uses[0]
      if !first.isTangled, block.uses.allSatisfy({ $0.conditions == first.conditions && !$0.isTangled }) {
        for id in block.decisions where decisions[id.index].existence == nil { restrict(id, to: first.conditions) }
      } else if !isAlwaysUsed(block) {
        report(
          .sharedDecisionAbsent(block.name.value), at: block.name.range,
          notes: [
            Note("use it where it is always there, or under one condition"),
            Note("or let every use decide for itself: 'decide: each'"),
          ])
      }
    }
  }

  private mutating func restrict(_ id: DecisionID, to conditions: [Existence.Condition]) {
    let old = decisions[id.index]
    decisions[id.index] = Decision(
      name: old.name, parameter: old.parameter, owner: old.owner, options: old.options,
      existence: Existence(conditions))
  }

  /// Whether every network has one of the uses: decided by the options of the decisions that the first use hangs on, from
  /// the outermost on, each leaving fewer uses open.
  private func isAlwaysUsed(_ block: SharedBlock) -> Bool {
    guard block.uses.allSatisfy({ !$0.isTangled }) else { return false }
    var steps = 100_000
    return covers(block.uses.map { Presence($0.conditions, in: decisions).conditions }[...], &steps)
  }

  private func covers(_ uses: ArraySlice<[Existence.Condition]>, _ steps: inout Int) -> Bool {
    steps -= 1
    guard steps > 0, let first = uses.first else { return false }
    guard let outermost = first.first else { return true }
    for option in decisions[outermost.decision.index].options.indices {
      let left = uses.compactMap { use -> [Existence.Condition]? in
        guard let own = use.first(where: { $0.decision == outermost.decision }) else { return use }
        return own.options.contains(option) ? use.filter { $0.decision != outermost.decision } : nil
      }
      if left.contains(where: \.isEmpty) { continue }
      guard covers(left[...], &steps) else { return false }
    }
    return true
  }
}
