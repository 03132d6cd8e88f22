import SpaceIR

/// What decides together in a joint plan.
enum DecisionUnit: Hashable {
  /// The network, a stage, a layer.
  case owner(String)
  /// Of the hints, by its number.
  case group(Int)
  /// Alone, because the hints want what is in no group factorised.
  case decision(DecisionID)

  /// For each decision of a space its unit.
  static func all(of space: Space) -> [DecisionUnit] {
    let areAlone = space.hints.distribution == .factorised && !space.hints.groups.isEmpty
    var units = space.decisionIDs.map { areAlone ? DecisionUnit.decision($0) : .owner(space[$0].owner) }
    for (number, group) in space.decisionGroups.enumerated() {
      for id in group { units[id.index] = .group(number) }
    }
    return units
  }
}

/// The decisions of one unit that exist under one condition on decisions of other units.
///
/// Invariant: a decision's parent is in the same tuple, or the decision's condition is the tuple's.
struct OwnerTuple {
  let unit: DecisionUnit
  /// The condition on a decision of another unit; nil: none.
  let condition: Existence?
  /// Whether the unit has other tuples, so that the condition must be part of the name.
  private(set) var isPartOfUnit = false
  /// Ascending.
  private(set) var decisions: [DecisionID] = []

  private init(_ key: Key) {
    unit = key.unit
    condition = key.condition
  }

  /// - Precondition: The decisions exist under one condition outside.
  init(unit: DecisionUnit, decisions: [DecisionID], in space: Space) {
    self.unit = unit
    self.decisions = decisions
    let members = Set(decisions)
    condition = decisions.first.flatMap { space.outerCondition(of: $0, where: members.contains) }
  }

  private struct Key: Hashable {
    let unit: DecisionUnit
    let condition: Existence?
  }

  /// The tuples of a space by their first decision.
  ///
  /// That order puts a tuple behind the one its condition refers to: its first decision hangs on a decision of that one,
  /// and parents come before children.
  static func all(of space: Space) -> [OwnerTuple] {
    let units = DecisionUnit.all(of: space)
    var tuples: [OwnerTuple] = []
    var placeOfKey: [Key: Int] = [:]
    var tuplesOfUnit: [DecisionUnit: Int] = [:]
    for id in space.decisionIDs {
      let unit = units[id.index]
      let key = Key(unit: unit, condition: space.outerCondition(of: id) { units[$0.index] == unit })
      let place = placeOfKey[key, default: tuples.count]
      if place == tuples.count {
        placeOfKey[key] = place
        tuplesOfUnit[unit, default: 0] += 1
        tuples.append(OwnerTuple(key))
      }
      tuples[place].decisions.append(id)
    }
    for place in tuples.indices where tuplesOfUnit[tuples[place].unit] != 1 {
      tuples[place].isPartOfUnit = true
    }
    return tuples
  }

  /// The owner, `network` for the network, or what a group holds; with the condition where the unit is split.
  func name(in space: Space) -> String {
    let name =
      switch unit {
      case .owner(let owner): owner.isEmpty ? "network" : owner
      case .group(let number): space.hints.groups[number].joined(separator: " + ")
      case .decision(let id): space[id].name
      }
    guard isPartOfUnit, let condition else { return name }
    let parent = space[condition.parent]
    let options = condition.options.map { parent.options[$0].description }.joined(separator: ", ")
    return "\(name) if \(parent.name) in {\(options)}"
  }

  /// How many tuples can occur: exact below 2⁵³, rounded above, without making them.
  ///
  /// Each option of a decision multiplies the counts of the children that exist under it; children come after parents,
  /// so one walk from the back folds every subtree into its parent.
  func countOfCombinations(in space: Space) -> Double {
    var perOption: [DecisionID: [Double]] = [:]
    for id in decisions { perOption[id] = space[id].options.map { _ in 1 } }
    var total = 1.0
    for id in decisions.reversed() {
      let count = perOption[id]!.reduce(0, +)
      if let existence = innerCondition(of: id, in: space) {
        for option in existence.options { perOption[existence.parent]![option] *= count }
      } else {
        total *= count
      }
    }
    return total
  }

  /// The factor with its combinations in lexicographic order.
  func factor(in space: Space) -> Factor {
    var combinations: [[Int?]] = [[]]
    let placeOfDecision = Dictionary(uniqueKeysWithValues: decisions.enumerated().map { ($1, $0) })
    for id in decisions {
      let inner = innerCondition(of: id, in: space).map { (place: placeOfDecision[$0.parent]!, options: $0.options) }
      combinations = combinations.flatMap { prefix -> [[Int?]] in
        if let inner {
          guard let chosen = prefix[inner.place], inner.options.contains(chosen) else { return [prefix + [nil]] }
        }
        return space[id].options.indices.map { prefix + [$0] }
      }
    }
    return Factor(name: name(in: space), decisions: decisions, combinations: combinations, existence: condition)
  }

  /// The condition of a decision on another one of this tuple.
  private func innerCondition(of id: DecisionID, in space: Space) -> Existence? {
    space[id].existence.flatMap { decisions.contains($0.parent) ? $0 : nil }
  }
}
