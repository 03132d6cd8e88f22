package import SpaceIR

/// One thing that a front asks for: little of a cost, or much of it.
package struct Criterion: Hashable, Sendable {
  package enum Direction: Hashable, Sendable {
    case least
    case most
  }
  package let measure: CostMeasure
  package let direction: Direction

  package init(_ measure: CostMeasure, _ direction: Direction = .least) {
    self.measure = measure
    self.direction = direction
  }
}

/// Members that no other member matches in all criteria and beats in one.
///
/// Labels are set along the diagram (Hansen 1980, bicriterion paths; Martins 1984, several criteria): at each state only
/// the ways that no other way to it beats are kept, so the front is exact and members are never enumerated. A budget is
/// one more criterion, with a bound.
package struct ParetoFront: Hashable, Sendable {
  package struct Point: Hashable, Sendable {
    /// In the order of `criteria`.
    package let costs: [Int]
    /// One member with these costs.
    package let architecture: Architecture
  }
  package let criteria: [Criterion]
  /// By the first criterion, the best first.
  package let points: [Point]
  /// Every member is matched by a point that is as good in the other criteria, and worse by at most so much in the first;
  /// 0 where the front is exact.
  package let excess: Int
  /// Work counter: ways that were kept, over all states.
  package let labels: Int
}

/// Why there is no front.
package enum ParetoError: Error, Hashable, Sendable {
  case model(CostModelError)
  /// Budgets that contradict each other, or on what has no measure.
  case budget(BudgetError)
  /// No member is within the budgets.
  case noMembers
  /// Too many ways do not beat each other, and with more than two criteria, or a bound on the first, none can be left out
  /// under a stated bound.
  case tooManyLabels(limit: Int)
  /// Criteria and bounds of budgets are more than four together.
  case tooManyCriteria(Int)
}

extension ParetoFront {
  /// The front of some criteria over the members of a space within its budgets.
  ///
  /// - Parameters:
  ///   - criteria: At least one, on different measures.
  ///   - budgets: Those of the space unless given.
  ///   - limit: Ways kept in all, about 60 bytes each. With two criteria, bounds counted in, more are thinned out and
  ///     `excess` says what that may hide.
  /// - Complexity: O(labels × edges of a state × log labels) for up to three criteria.
  package init(
    _ space: Space, _ criteria: [Criterion], budgets: [Budget]? = nil, labels limit: Int = 4_000_000,
    limits: CostModelLimits = CostModelLimits()
  ) throws(ParetoError) {
    precondition(
      Set(criteria.map(\.measure)).count == criteria.count && !criteria.isEmpty, "a front has different costs")
    let bands: [BudgetBand]
    do throws(BudgetError) {
      bands = try BudgetBand.bands(of: budgets ?? space.budgets)
    } catch {
      throw .budget(error)
    }
    let measures = criteria.map(\.measure)
    let all = measures + bands.map(\.measure).filter { !measures.contains($0) }
    let model: CostModel
    do throws(CostModelError) {
      model = try CostModel(space, measure: all[0], sides: Array(all.dropFirst()), limits: limits)
    } catch {
      throw .model(error)
    }
    let bounded = BoundedCriterion.all(criteria, bands)
    guard bounded.count <= 4 else { throw .tooManyCriteria(bounded.count) }
    var search = LabelSearch(model, bounded, limit: limit)
    try search.run()
    self.criteria = criteria
    excess = search.excess
    labels = search.labelCount
    points = search.ends(criteria.count).map {
      Point(costs: $0.costs, architecture: $0.path.architecture(in: model))
    }
  }
}

/// A criterion turned so that less is better, with the most that is allowed.
private struct BoundedCriterion {
  let criterion: Criterion
  /// Of the turned cost.
  var ceiling: Int

  var sign: Int { criterion.direction == .least ? 1 : -1 }

  /// The criteria, then what budgets add: an upper bound asks for less, a lower one for more.
  static func all(_ criteria: [Criterion], _ bands: [BudgetBand]) -> [BoundedCriterion] {
    var result = criteria.map { BoundedCriterion(criterion: $0, ceiling: .max) }
    func bound(_ criterion: Criterion, _ ceiling: Int) {
      let known = result.firstIndex { $0.criterion == criterion }
      if let known {
        result[known].ceiling = ceiling
      } else {
        result.append(.init(criterion: criterion, ceiling: ceiling))
      }
    }
    for band in bands {
      if band.range.upperBound < .max { bound(Criterion(band.measure), band.range.upperBound) }
      if band.range.lowerBound > 0 { bound(Criterion(band.measure, .most), -band.range.lowerBound) }
    }
    return result
  }
}

/// Sets labels layer by layer.
private struct LabelSearch {
  let model: CostModel
  let criteria: [BoundedCriterion]
  let limit: Int
  private(set) var excess = 0
  private(set) var labelCount = 1
  /// By layer: its labels, those of one state after another.
  private var labels: [[Label]] = []
  /// By criterion, layer and state: the least turned cost of what is left to decide.
  private let toGo: [[[Int]]]

  private struct Label {
    /// Turned costs by criterion; the rest is 0.
    let costs: SIMD4<Int>
    let state: Int
    /// Index among the labels of the layer before.
    let previous: Int
    let tuple: Int
  }

  init(_ model: CostModel, _ criteria: [BoundedCriterion], limit: Int) {
    self.model = model
    self.criteria = criteria
    self.limit = limit
    toGo = criteria.map { bounded in
      let side = model.side(of: bounded.criterion.measure)
      guard bounded.sign < 0 else { return model.toGo(.least, side: side) }
      return model.toGo(.greatest, side: side).map { $0.map { -$0 } }
    }
  }

  mutating func run() throws(ParetoError) {
    let constants = criteria.map { bounded in
      bounded.sign * (model.side(of: bounded.criterion.measure).map { model.sideConstants[$0] } ?? model.constant)
    }
    let best = zip(constants, toGo).map { $0 + $1[0][0] }
    guard zip(best, criteria).allSatisfy({ $0 <= $1.ceiling }) else { throw .noMembers }
    labels = [[Label(costs: SIMD4(prefix: constants), state: 0, previous: 0, tuple: 0)]]
    for index in model.layers.indices {
      AnalysisProgress.tell(.fronts, index, of: model.layers.count)
      let next = try extended(labels[index], by: index)
      guard !next.isEmpty else { throw .noMembers }
      labels.append(next)
      labelCount += next.count
    }
  }

  private mutating func extended(_ sources: [Label], by index: Int) throws(ParetoError) -> [Label] {
    let layer = model.layers[index]
    let targets = index + 1 < model.layers.count ? model.layers[index + 1].stateCount : 1
    var candidates = [[Label]](repeating: [], count: targets)
    // What a way to each target may cost so that the cheapest way on keeps the ceilings.
    let room = (0..<targets).map { target in
      SIMD4(prefix: zip(criteria, toGo).map { Self.room(under: $0.ceiling, toGo: $1[index + 1][target]) })
    }
    var edges: (state: Int, best: [Label]) = (-1, [])
    for (number, source) in sources.enumerated() {
      if edges.state != source.state { edges = (source.state, best(of: source.state, in: layer)) }
      for edge in edges.best {
        let costs = source.costs &+ edge.costs
        guard all(costs .<= room[edge.state]) else { continue }
        candidates[edge.state].append(Label(costs: costs, state: edge.state, previous: number, tuple: edge.tuple))
      }
    }
    let share = max(16, limit / model.layers.count / targets)
    var hidden = 0
    var result: [Label] = []
    for target in candidates.indices {
      var kept = unbeaten(candidates[target])
      if kept.count > share {
        guard criteria.count <= 2, criteria[0].ceiling == .max else { throw .tooManyLabels(limit: limit) }
        hidden = max(hidden, Self.thin(&kept, to: share))
      }
      result += kept
    }
    excess += hidden
    return result
  }

  private static func room(under ceiling: Int, toGo: Int) -> Int { ceiling == .max ? .max : ceiling - toGo }

  /// Of each target, which is the label's state, the edges that no other one beats.
  private func best(of state: Int, in layer: DiagramLayer) -> [Label] {
    var byTarget: [[Label]] = []
    for edge in layer.edges(of: state) {
      let costs = criteria.map { $0.sign * layer.cost(of: edge, side: model.side(of: $0.criterion.measure)) }
      let label = Label(
        costs: SIMD4(prefix: costs), state: edge.target, previous: 0,
        tuple: Int(layer.members[edge.members.lowerBound]))
      if byTarget.last?.first?.state == edge.target {
        byTarget[byTarget.count - 1].append(label)
      } else {
        byTarget.append([label])
      }
    }
    return byTarget.flatMap { unbeaten($0) }
  }

  /// The labels that no other matches in every cost, ascending; of equal ones the first.
  private func unbeaten(_ labels: [Label], _ count: Int? = nil) -> [Label] {
    let order = labels.indices.sorted { a, b in
      let (x, y) = (labels[a].costs, labels[b].costs)
      for lane in 0..<4 where x[lane] != y[lane] { return x[lane] < y[lane] }
      return a < b
    }
    var kept: [Label] = []
    if count ?? criteria.count > 3 {
      for index in order where !kept.contains(where: { all($0.costs .<= labels[index].costs) }) {
        kept.append(labels[index])
      }
      return kept
    }
    var staircase = Staircase()
    for index in order where staircase.insert(labels[index].costs[1], labels[index].costs[2]) {
      kept.append(labels[index])
    }
    return kept
  }

  /// Keeps so many labels of two costs, of each run the one that has least of the second; the most that it has more of
  /// the first than one that is left out.
  private static func thin(_ labels: inout [Label], to room: Int) -> Int {
    var (kept, hidden): ([Label], Int) = ([], 0)
    for part in 0..<room {
      let (start, end) = (labels.count * part / room, labels.count * (part + 1) / room)
      guard start < end else { continue }
      kept.append(labels[end - 1])
      hidden = max(hidden, labels[end - 1].costs[0] - labels[start].costs[0])
    }
    labels = kept
    return hidden
  }

  /// The labels at the end that no other beats in the first so many costs, and the ways to them.
  func ends(_ count: Int) -> [(costs: [Int], path: DiagramPath)] {
    let ends = labels[labels.count - 1].enumerated().map { number, label in
      Label(costs: SIMD4(prefix: (0..<count).map { label.costs[$0] }), state: number, previous: 0, tuple: 0)
    }
    return unbeaten(ends, count).map { end in
      ((0..<count).map { criteria[$0].sign * end.costs[$0] }, path(to: end.state))
    }
  }

  private func path(to end: Int) -> DiagramPath {
    var steps: [DiagramPath.Step] = []
    var number = end
    for layer in labels.dropFirst().reversed() {
      let label = layer[number]
      number = label.previous
      steps.append(DiagramPath.Step(state: labels[labels.count - 2 - steps.count][number].state, tuple: label.tuple))
    }
    return DiagramPath(steps: steps.reversed())
  }
}

extension CostModel {
  /// Where the edges carry a measure: nil as their own cost, else the index of a further one.
  fileprivate func side(of measure: CostMeasure) -> Int? {
    guard measure != self.measure else { return nil }
    guard let side = sideMeasures.firstIndex(of: measure) else { preconditionFailure("the edges carry every measure") }
    return side
  }
}

/// Pairs of numbers that do not match each other, by the first ascending and so by the second descending.
private struct Staircase {
  private var steps: [(Int, Int)] = []

  /// Adds a pair; false where one that is there has no more of either.
  mutating func insert(_ first: Int, _ second: Int) -> Bool {
    var (low, high) = (0, steps.count)
    while low < high {
      let middle = (low + high) / 2
      if steps[middle].0 <= first { low = middle + 1 } else { high = middle }
    }
    if low > 0, steps[low - 1].1 <= second { return false }
    let start = low > 0 && steps[low - 1].0 == first ? low - 1 : low
    var end = start
    while end < steps.count, steps[end].1 >= second { end += 1 }
    steps.replaceSubrange(start..<end, with: [(first, second)])
    return true
  }
}

extension SIMD4 where Scalar == Int {
  /// The numbers, then zeros.
  fileprivate init(prefix numbers: [Int]) {
    self.init(repeating: 0)
    for (lane, number) in numbers.enumerated() { self[lane] = number }
  }
}
