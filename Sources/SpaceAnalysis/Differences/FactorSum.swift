import BigInt

/// The sum over all combinations of states of the product of factors, by variable elimination (Zhang and Poole 1994,
/// "A simple approach to Bayesian network computations"): the variable with the fewest neighbours goes next. A forest of
/// decisions never needs a table of more than two variables.
struct FactorSum {
  /// Entries of the largest table.
  static let limit = 1 << 20

  private let sizes: [Int]
  private var factors: [FactorTable]
  /// By variable: the factors that have it and are still there.
  private var uses: [Set<Int>]
  private var neighbours: [Set<Int>]
  private var queue: [[Int]] = []
  private var isGone: [Bool]
  private var result: BigUInt = 1

  /// - Parameter sizes: By variable, how many states it has, at least 1.
  init(_ factors: [FactorTable], sizes: [Int]) {
    self.sizes = sizes
    self.factors = []
    uses = [Set<Int>](repeating: [], count: sizes.count)
    neighbours = uses
    isGone = sizes.map { _ in false }
    for factor in factors { add(factor) }
    for variable in sizes.indices { enqueue(variable) }
  }

  /// - Throws: The variable whose elimination would need more than `limit` entries.
  mutating func sum() throws(Failure) -> BigUInt {
    while let variable = next() { try eliminate(variable) }
    return result
  }

  struct Failure: Error {
    let variable: Int
  }

  private mutating func eliminate(_ variable: Int) throws(Failure) {
    let rest = neighbours[variable].sorted()
    var entries = sizes[variable]
    for other in rest {
      entries *= sizes[other]
      guard entries <= Self.limit else { throw Failure(variable: variable) }
    }
    let used = uses[variable].sorted()
    let table = FactorTable(product: used.map { factors[$0] }, addedOver: variable, leaving: rest, sizes: sizes)
    for index in used {
      for other in factors[index].variables { uses[other].remove(index) }
      factors[index] = FactorTable([], sizes: sizes) { _ in 1 }
    }
    isGone[variable] = true
    for other in rest { neighbours[other].remove(variable) }
    add(table)
    for other in rest { enqueue(other) }
  }

  private mutating func add(_ factor: FactorTable) {
    guard !factor.variables.isEmpty else {
      result *= factor.values[0]
      return
    }
    for variable in factor.variables {
      uses[variable].insert(factors.count)
      for other in factor.variables where other != variable { neighbours[variable].insert(other) }
    }
    factors.append(factor)
  }

  private mutating func enqueue(_ variable: Int) {
    let degree = neighbours[variable].count
    while queue.count <= degree { queue.append([]) }
    queue[degree].append(variable)
  }

  /// A variable with the fewest neighbours; entries of the queue that are out of date are dropped.
  private mutating func next() -> Int? {
    for degree in queue.indices {
      while let variable = queue[degree].popLast() {
        if !isGone[variable], neighbours[variable].count == degree { return variable }
      }
    }
    return nil
  }
}
