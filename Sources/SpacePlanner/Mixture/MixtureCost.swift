package import SpaceAnalysis
import SpaceIR

/// The cost of all architectures at once, as a differentiable function of the decisions' weights.
package struct MixtureCost: Sendable {
  /// What is meant by the cost of a mixture.
  package enum Rule: String, Hashable, Sendable, Codable, CaseIterable {
    /// That of effective shapes (Wan et al. 2020, arXiv 2004.05565; fbnetv2.md, section 2.4): a formula gets the mean
    /// number of channels, and the costs of different blocks are weighted.
    case effective
    /// The mean of the costs of networks, whose widths are then drawn together with their neighbours'.
    case expected
  }

  private let variables: [MixtureVariable]
  private let terms: [Term]
  /// What every network costs beside its terms: of a latency, the constant of its table.
  private let constant: Double

  /// Σ over outcomes of P(outcome) times amount, times what a formula gives for mean widths.
  fileprivate struct Term {
    let variable: VariableID
    let amounts: [Int]
    let widths: [Width]
    /// The formula where each width is its least or its greatest: bit k of the index says which width k is. A formula
    /// is linear in every number of channels, so these say all of it.
    let corners: [Double]
  }

  fileprivate struct Width {
    let variable: VariableID
    let amounts: [Int]
    let least: Int
    let greatest: Int
  }

  /// A latency is always the mean over networks: a table has times for whole widths, and no formula between them.
  ///
  /// - Throws: `PlanError` where a cost depends on too many combinations, or leaves 64 bits.
  /// - Precondition: The space has the table of a latency's device.
  package init(_ measure: CostMeasure, _ rule: Rule, of plan: SupernetPlan) throws(PlanError) {
    var maker = TermMaker(plan: plan)
    if case .latency(let device) = measure {
      guard let table = plan.space.latencyTable(of: device) else { preconditionFailure("a latency has its table") }
      try maker.visit(plan.space.body, path: .constant(.boolean(true)), table, KernelFusion(plan.space))
      variables = maker.builder.variables
      terms = maker.terms
      constant = Double(table.constant)
      return
    }
    constant = 0
    try maker.visit(plan.space.body, path: .constant(.boolean(true)), measure, rule)
    variables = maker.builder.variables
    terms = maker.terms
  }

  /// The cost, and its gradient with respect to the weights.
  ///
  /// - Parameter weights: Of each decision, [decision][option].
  package func value(_ weights: [[Double]]) -> (cost: Double, gradient: [[Double]]) {
    let probabilities = variables.probabilities(weights)
    var slopes = variables.map { [Double](repeating: 0, count: $0.outcomes) }
    var cost = constant
    for term in terms {
      let share = term.share(probabilities)
      let (value, partial) = term.formula(probabilities)
      cost += share * value
      for (outcome, amount) in term.amounts.enumerated() {
        slopes[term.variable.index][outcome] += Double(amount) * value
      }
      for (width, slope) in zip(term.widths, partial) {
        for (outcome, amount) in width.amounts.enumerated() {
          slopes[width.variable.index][outcome] += share * slope * Double(amount)
        }
      }
    }
    return (cost, variables.gradient(slopes, weights: weights, probabilities: probabilities))
  }

  // MARK: Making terms

  private struct TermMaker {
    let plan: SupernetPlan
    let uses: LayerUses
    var builder: VariableBuilder
    var terms: [Term] = []

    init(plan: SupernetPlan) {
      self.plan = plan
      uses = LayerUses(plan)
      builder = VariableBuilder(space: plan.space)
    }

    mutating func visit(
      _ region: Region, path: Expression, _ measure: CostMeasure, _ rule: Rule
    ) throws(PlanError) {
      for node in region.nodes {
        if case .choice(let choice) = node.operation {
          for alternative in choice.alternatives {
            let taken = alternative.values.map { Expression.binary(.equal, choice.selector, .constant($0)) }
            let any = taken.dropFirst().reduce(taken[0]) { .binary(.or, $0, $1) }
            try visit(alternative.region, path: .binary(.and, path, any), measure, rule)
          }
          continue
        }
        let operands = node.operation.operands.compactMap { plan.types[$0] }
        for cost in CostRule.all(of: node, operands: operands, measure: measure) {
          switch rule {
          case .expected: try addExpected(cost, path.folded)
          case .effective: try addEffective(cost, node, path)
          }
        }
      }
    }

    /// The kernels of a region, each with the times of its row for what is decided.
    mutating func visit(
      _ region: Region, path: Expression, _ table: LatencyTable, _ fusion: KernelFusion
    ) throws(PlanError) {
      for node in region.nodes {
        guard case .choice(let choice) = node.operation else { continue }
        for alternative in choice.alternatives {
          let taken = alternative.values.map { Expression.binary(.equal, choice.selector, .constant($0)) }
          let any = taken.dropFirst().reduce(taken[0]) { .binary(.or, $0, $1) }
          try visit(alternative.region, path: .binary(.and, path, any), table, fusion)
        }
      }
      let types = plan.types
      for kernel in fusion.kernels(of: region, type: { types[$0] }) {
        let arguments = [path.folded] + kernel.arguments.map(\.folded)
        let quantity = try builder.quantity(of: arguments, where: []) { (values) throws(PlanError) in
          guard values[0] == .boolean(true) else { return 0 }
          guard let time = table[KernelShape(kernel.form, Array(values.dropFirst()))] else { throw .noValue }
          return time
        }
        terms.append(Term(variable: quantity.variable, amounts: quantity.amounts, widths: [], corners: [1]))
      }
    }

    private mutating func addExpected(_ rule: CostRule, _ path: Expression) throws(PlanError) {
      let arguments = rule.arguments.map(\.folded)
      let quantity = try builder.quantity(of: [path] + arguments, where: []) { (values) throws(PlanError) in
        guard values[0] == .boolean(true) else { return 0 }
        return try rule.checkedCost(values.dropFirst().compactMap(\.integer))
      }
      terms.append(Term(variable: quantity.variable, amounts: quantity.amounts, widths: [], corners: [1]))
    }

    /// One term for each combination of the options that the node is made anew for.
    private mutating func addEffective(_ rule: CostRule, _ node: Node, _ path: Expression) throws(PlanError) {
      let open = Set(rule.arguments.flatMap(\.support) + path.support)
      let decisions = uses.enumerated(at: node).keys.filter(open.contains).sorted()
      var combinations: [[Int]] = [[]]
      for decision in decisions {
        let options = plan.space[decision].options.indices
        guard combinations.count * options.count <= MixtureBinder.mostInstances else {
          throw .tooManyCombinations(count: combinations.count * options.count)
        }
        combinations = combinations.flatMap { known in options.map { known + [$0] } }
      }
      for combination in combinations {
        let options = Dictionary(uniqueKeysWithValues: zip(decisions, combination))
        func bound(_ expression: Expression) -> Expression {
          expression.binding { id in options[id].map { plan.space[id].options[$0] } }
        }
        let path = bound(path)
        guard path.constant != .boolean(false) else { continue }
        let picks = zip(decisions, combination).map {
          MixtureVariable.Pick(source: .decision($0), outcome: $1)
        }
        try add(rule, rule.arguments.map(bound), where: path, picks)
      }
    }

    private mutating func add(
      _ rule: CostRule, _ arguments: [Expression], where path: Expression, _ picks: [MixtureVariable.Pick]
    ) throws(PlanError) {
      let share = try builder.quantity(of: [path], where: picks) { (values) throws(PlanError) in
        values[0] == .boolean(true) ? 1 : 0
      }
      var widths: [Width] = []
      var places: [Int] = []
      var values: [Int] = []
      for (place, argument) in arguments.enumerated() {
        let possible = try builder.integers(of: argument)
        guard let least = possible.min(), let greatest = possible.max() else { throw .noValue }
        values.append(least)
        guard least < greatest else { continue }
        let quantity = try builder.quantity(of: [argument], where: []) { (values) throws(PlanError) in
          guard let value = values[0].integer else { throw .noValue }
          return value
        }
        places.append(place)
        widths.append(
          Width(variable: quantity.variable, amounts: quantity.amounts, least: least, greatest: greatest))
      }
      var corners: [Double] = []
      for number in 0..<1 << widths.count {
        for (bit, place) in places.enumerated() {
          values[place] = number >> bit & 1 == 1 ? widths[bit].greatest : widths[bit].least
        }
        corners.append(Double(try rule.checkedCost(values)))
      }
      terms.append(Term(variable: share.variable, amounts: share.amounts, widths: widths, corners: corners))
    }
  }
}

extension MixtureCost.Term {
  fileprivate func share(_ probabilities: [[Double]]) -> Double {
    amounts.enumerated().reduce(0) { $0 + Double($1.element) * probabilities[variable.index][$1.offset] }
  }

  /// The formula at the mean widths, with its slope in each.
  fileprivate func formula(_ probabilities: [[Double]]) -> (value: Double, slopes: [Double]) {
    let places = widths.map { width in
      let mean = width.amounts.enumerated().reduce(0) {
        $0 + Double($1.element) * probabilities[width.variable.index][$1.offset]
      }
      return (mean - Double(width.least)) / Double(width.greatest - width.least)
    }
    func interpolated(skipping skipped: Int?) -> Double {
      corners.enumerated().reduce(0) { sum, corner in
        var product = corner.element
        for (bit, place) in places.enumerated() {
          let isHigh = corner.offset >> bit & 1 == 1
          product *= bit == skipped ? (isHigh ? 1 : -1) : (isHigh ? place : 1 - place)
        }
        return sum + product
      }
    }
    let slopes = widths.indices.map {
      interpolated(skipping: $0) / Double(widths[$0].greatest - widths[$0].least)
    }
    return (interpolated(skipping: nil), slopes)
  }
}

extension CostRule {
  fileprivate func checkedCost(_ values: [Int]) throws(PlanError) -> Int {
    guard let cost = cost(values) else { throw .noValue }
    return cost
  }
}
