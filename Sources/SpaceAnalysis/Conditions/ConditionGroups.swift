import SpaceIR

/// One conjunct of a requirement.
struct Conjunct: Sendable {
  /// Index in `Space.requirements`.
  let requirement: Int
  let expression: Expression
  /// Ascending.
  let support: [DecisionID]

  /// Of the conditions among a space's requirements, cut at each `and`; `including` says which requirements count.
  static func all(of space: Space, including: (Int) -> Bool) -> [Conjunct] {
    var result: [Conjunct] = []
    for (index, requirement) in space.requirements.enumerated() where including(index) {
      guard case .condition(let condition) = requirement.claim else { continue }
      // Left operands are taken off a stack, because a long conjunction is as deep as it is long.
      var pending = [condition.folded]
      while let expression = pending.popLast() {
        if case .binary(.and, let a, let b) = expression {
          pending += [b, a]
        } else {
          result.append(Conjunct(requirement: index, expression: expression, support: expression.support))
        }
      }
    }
    return result
  }
}

/// Decisions that conditions tie together, with what ties them. Different groups are independent of each other.
struct ConditionGroup: Sendable {
  /// Ascending.
  let decisions: [Int]
  let conjuncts: [Conjunct]

  /// Indices in `Space.requirements`, ascending.
  var requirements: [Int] { Set(conjuncts.map(\.requirement)).sorted() }
}

/// A space's decisions taken apart: those that conditions tie together, and a forest of all others.
///
/// A decision is tied where a conjunct speaks of it, where it exists under several conditions at once, and where the
/// existence of a tied decision depends on it. Every other decision is free, or hangs on one other under one condition.
struct ConditionGroups {
  let groups: [ConditionGroup]
  /// By decision.
  let isTied: [Bool]

  init(_ space: Space, _ conjuncts: [Conjunct]) {
    var tied = space.decisions.map { !($0.existence?.others.isEmpty ?? true) }
    for id in conjuncts.flatMap(\.support) { tied[id.index] = true }
    var sets = DisjointSets(count: space.decisions.count)
    for index in space.decisions.indices.reversed() where tied[index] {
      for condition in space.decisions[index].existence?.conditions ?? [] {
        tied[condition.decision.index] = true
        sets.unite(index, condition.decision.index)
      }
    }
    for conjunct in conjuncts {
      for id in conjunct.support.dropFirst() { sets.unite(conjunct.support[0].index, id.index) }
    }
    isTied = tied
    var groupOf: [Int: Int] = [:]
    var decisions: [[Int]] = []
    for index in tied.indices where tied[index] {
      let root = sets.root(of: index)
      if groupOf[root] == nil {
        groupOf[root] = decisions.count
        decisions.append([])
      }
      if let group = groupOf[root] { decisions[group].append(index) }
    }
    var parts = [[Conjunct]](repeating: [], count: decisions.count)
    for conjunct in conjuncts {
      guard let first = conjunct.support.first, let group = groupOf[sets.root(of: first.index)] else { continue }
      parts[group].append(conjunct)
    }
    groups = zip(decisions, parts).map { ConditionGroup(decisions: $0, conjuncts: $1) }
  }
}

/// Union-find with path halving; the root of a set is its smallest element.
struct DisjointSets {
  private var parents: [Int]

  init(count: Int) { parents = Array(0..<count) }

  mutating func root(of element: Int) -> Int {
    var element = element
    while parents[element] != element {
      parents[element] = parents[parents[element]]
      element = parents[element]
    }
    return element
  }

  mutating func unite(_ a: Int, _ b: Int) {
    let (x, y) = (root(of: a), root(of: b))
    parents[max(x, y)] = min(x, y)
  }
}
