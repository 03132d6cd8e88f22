import SpaceIR

/// The decisions of one owner that exist under one condition on other owners.
///
/// Invariant: a decision's parent is in the same tuple, or the decision's condition is the tuple's.
struct OwnerTuple {
  let owner: String
  /// The condition on a decision of another owner; nil: none.
  let condition: Existence?
  /// Whether the owner has other tuples, so that the condition must be part of the name.
  private(set) var isPartOfOwner = false
  /// Ascending.
  private(set) var decisions: [DecisionID] = []

  private init(_ key: Key) {
    owner = key.owner
    condition = key.condition
  }

  private struct Key: Hashable {
    let owner: String
    let condition: Existence?
  }

  /// The tuples of a space by their first decision.
  ///
  /// That order puts a tuple behind the one its condition refers to: all its decisions descend from that one's decision,
  /// and parents come before children.
  static func all(of space: Space) -> [OwnerTuple] {
    var tuples: [OwnerTuple] = []
    var placeOfKey: [Key: Int] = [:]
    var tuplesOfOwner: [String: Int] = [:]
    for id in space.decisionIDs {
      let key = Key(owner: space[id].owner, condition: outerCondition(of: id, in: space))
      let place = placeOfKey[key, default: tuples.count]
      if place == tuples.count {
        placeOfKey[key] = place
        tuplesOfOwner[key.owner, default: 0] += 1
        tuples.append(OwnerTuple(key))
      }
      tuples[place].decisions.append(id)
    }
    for place in tuples.indices where tuplesOfOwner[tuples[place].owner] != 1 {
      tuples[place].isPartOfOwner = true
    }
    return tuples
  }

  /// The condition of the first ancestor, the decision itself included, that hangs on another owner or on nothing.
  private static func outerCondition(of id: DecisionID, in space: Space) -> Existence? {
    var id = id
    while let existence = space[id].existence {
      guard space[existence.parent].owner == space[id].owner else { return existence }
      id = existence.parent
    }
    return nil
  }

  /// The owner, `network` for the network; with the condition where the owner is split.
  func name(in space: Space) -> String {
    let owner = owner.isEmpty ? "network" : owner
    guard isPartOfOwner, let condition else { return owner }
    let parent = space[condition.parent]
    let options = condition.options.map { parent.options[$0].description }.joined(separator: ", ")
    return "\(owner) if \(parent.name) in {\(options)}"
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
    space[id].existence.flatMap { space[$0.parent].owner == owner ? $0 : nil }
  }
}
