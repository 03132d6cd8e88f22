import Foundation
import SpaceIR

/// The order in which a group's decisions are decided: parents first, and so that few decided ones still matter.
///
/// Of two orders the one with the smaller estimate of states is taken, file order on a tie: file order, and a greedy one
/// that always takes the decision after which the fewest combinations of decided ones still matter. Conditions that
/// compare a sum of many decisions hold one number, not the combinations, and do not steer the greedy order.
struct DecisionOrder {
  private struct Tie {
    /// Positions in the group.
    let members: [Int]
    /// Binary logarithm of the number of values that it can hold on to.
    let capacity: Double
    var isSum: Bool { capacity < .infinity }
  }

  private let decisions: [Int]
  private let ties: [Tie]
  /// By position in the group.
  private let tiesOf: [[Int]]
  private let parents: [[Int]]
  private let weights: [Double]

  init(_ group: ConditionGroup, in space: Space) {
    decisions = group.decisions
    let place = Dictionary(uniqueKeysWithValues: group.decisions.enumerated().map { ($1, $0) })
    func places(_ ids: [DecisionID]) -> [Int] { ids.compactMap { place[$0.index] } }
    parents = group.decisions.map { places(space.decisions[$0].existence?.conditions.map(\.decision) ?? []) }
    weights = group.decisions.map { log2(Double(space.decisions[$0].options.count)) }
    var ties: [Tie] = []
    for conjunct in group.conjuncts where conjunct.support.count > 1 {
      let members = places(conjunct.support)
      ties.append(Tie(members: members, capacity: conjunct.isSum ? log2(Double(16 * members.count)) : .infinity))
    }
    for (child, parents) in parents.enumerated() where !parents.isEmpty {
      ties.append(Tie(members: (parents + [child]).sorted(), capacity: .infinity))
    }
    var tiesOf = [[Int]](repeating: [], count: group.decisions.count)
    for (index, tie) in ties.enumerated() {
      for member in tie.members { tiesOf[member].append(index) }
    }
    self.ties = ties
    self.tiesOf = tiesOf
  }

  /// Decisions of the space, in order.
  func best() -> [Int] {
    let file = Array(decisions.indices)
    let greedy = greedyOrder()
    return (estimate(greedy) < estimate(file) ? greedy : file).map { decisions[$0] }
  }

  /// The sum over the cuts of the order of the combinations that still matter, as far as a `Double` tells.
  private func estimate(_ order: [Int]) -> Double {
    var walk = Walk(self)
    return order.reduce(0) { sum, member in
      walk.decide(member)
      return sum + exp2(min(walk.width(), 512))
    }
  }

  private func greedyOrder() -> [Int] {
    var walk = Walk(self)
    var order: [Int] = []
    var first = 0
    while order.count < decisions.count {
      while walk.isDecided[first] { first += 1 }
      var best = first
      var least = Double.infinity
      for candidate in walk.candidates() where parents[candidate].allSatisfy({ walk.isDecided[$0] }) {
        let change = walk.change(deciding: candidate)
        if change < least { (best, least) = (candidate, change) }
      }
      walk.decide(best)
      order.append(best)
    }
    return order
  }

  /// The state of an order under construction.
  private struct Walk {
    let problem: DecisionOrder
    private(set) var isDecided: [Bool]
    /// By tie: members not decided yet; by member: ties that are no sums and have such members.
    private var left: [Int]
    private var open: [Int]
    /// By tie: the weights of its decided members.
    private var decidedWeights: [Double]
    /// Decided members with open ties, and the open ties, each by number.
    private var boundary: Double = 0
    private var openTies: Set<Int> = []

    init(_ problem: DecisionOrder) {
      self.problem = problem
      isDecided = [Bool](repeating: false, count: problem.decisions.count)
      left = problem.ties.map(\.members.count)
      decidedWeights = [Double](repeating: 0, count: left.count)
      open = problem.tiesOf.map { $0.count { !problem.ties[$0].isSum } }
    }

    /// Undecided members of small open ties, ascending; without one, of none.
    func candidates() -> [Int] {
      var found: Set<Int> = []
      for tie in openTies where !problem.ties[tie].isSum && left[tie] <= 64 {
        for member in problem.ties[tie].members where !isDecided[member] { found.insert(member) }
      }
      return found.sorted()
    }

    func change(deciding member: Int) -> Double {
      var closing: [Int: Int] = [:]
      var stays = false
      for tie in problem.tiesOf[member] where !problem.ties[tie].isSum {
        guard left[tie] == 1 else {
          stays = true
          continue
        }
        for other in problem.ties[tie].members where other != member { closing[other, default: 0] += 1 }
      }
      var change = stays ? problem.weights[member] : 0
      for other in closing.keys.sorted() where closing[other] == open[other] { change -= problem.weights[other] }
      return change
    }

    mutating func decide(_ member: Int) {
      boundary += change(deciding: member)
      isDecided[member] = true
      for tie in problem.tiesOf[member] {
        left[tie] -= 1
        decidedWeights[tie] += problem.weights[member]
        guard left[tie] == 0 else {
          openTies.insert(tie)
          continue
        }
        openTies.remove(tie)
        guard !problem.ties[tie].isSum else { continue }
        for other in problem.ties[tie].members { open[other] -= 1 }
      }
    }

    func width() -> Double {
      openTies.sorted().reduce(boundary) { width, index in
        problem.ties[index].isSum ? width + min(problem.ties[index].capacity, decidedWeights[index]) : width
      }
    }
  }
}

extension Conjunct {
  /// Whether it compares numbers of many decisions, which a sum usually does.
  fileprivate var isSum: Bool {
    guard support.count >= 4, case .binary(let op, _, _) = expression else { return false }
    switch op {
    case .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: return true
    case .or, .and, .add, .subtract, .multiply, .divide, .remainder: return false
    }
  }
}
