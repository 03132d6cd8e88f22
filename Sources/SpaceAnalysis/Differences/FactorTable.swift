import BigInt

/// A number for every combination of states of some variables.
///
/// Invariant: `values` has an entry for each combination, the last variable's state changing fastest.
struct FactorTable {
  /// Rising.
  let variables: [Int]
  let values: [BigUInt]

  /// - Parameters:
  ///   - sizes: By variable, how many states it has.
  ///   - value: Of the states of `variables`, in their order.
  init(_ variables: [Int], sizes: [Int], value: ([Int]) -> BigUInt) {
    self.variables = variables
    var values: [BigUInt] = []
    forEachCombination(of: variables.map { sizes[$0] }) { values.append(value($0)) }
    self.values = values
  }

  /// The product of factors, added up over the states of one variable.
  ///
  /// - Parameter rest: The other variables of the factors, rising.
  init(product factors: [FactorTable], addedOver variable: Int, leaving rest: [Int], sizes: [Int]) {
    let all = rest + [variable]
    let steps = factors.map { factor in all.map { factor.step(of: $0, sizes: sizes) } }
    var values: [BigUInt] = []
    var sum: BigUInt = 0
    forEachCombination(of: all.map { sizes[$0] }) { states in
      var product: BigUInt = 1
      for (factor, steps) in zip(factors, steps) {
        var index = 0
        for (state, step) in zip(states, steps) { index += state * step }
        guard factor.values[index] != 0 else {
          product = 0
          break
        }
        if factor.values[index] != 1 { product *= factor.values[index] }
      }
      sum += product
      guard states[states.count - 1] == sizes[variable] - 1 else { return }
      values.append(sum)
      sum = 0
    }
    variables = rest
    self.values = values
  }

  /// How far apart entries are that differ by one in a variable's state; 0 for a variable of others.
  private func step(of variable: Int, sizes: [Int]) -> Int {
    guard let place = variables.firstIndex(of: variable) else { return 0 }
    return variables[(place + 1)...].reduce(1) { $0 * sizes[$1] }
  }
}

/// Calls the body with every combination, the last place changing fastest; once with none for no places. Every size is
/// at least 1.
private func forEachCombination(of sizes: [Int], _ body: ([Int]) -> Void) {
  var states = [Int](repeating: 0, count: sizes.count)
  while true {
    body(states)
    guard let place = states.indices.last(where: { states[$0] < sizes[$0] - 1 }) else { return }
    states[place] += 1
    for later in states.indices.dropFirst(place + 1) { states[later] = 0 }
  }
}
