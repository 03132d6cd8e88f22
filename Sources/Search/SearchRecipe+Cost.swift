package import SpaceAnalysis
package import SpaceIR

extension SearchRecipe {
  /// What a network costs, by multiply-adds and parameters and by the recipe's measure.
  ///
  /// - Throws: `CostError`, `noRow` among others where a latency table lacks a kernel.
  package func cost(of architecture: Architecture, in space: Space) throws(CostError) -> NetworkCost {
    try measure.cost(of: architecture, in: space)
  }

  /// What a record says beside multiply-adds; nil: nothing.
  package func measured(_ cost: NetworkCost) -> Int? { measure.measured(cost) }
}

extension CostMeasure {
  /// With this measure among what is known.
  func cost(of architecture: Architecture, in space: Space) throws(CostError) -> NetworkCost {
    try SpaceAnalysis.cost(of: architecture, in: space, devices: device.map { [$0] } ?? [])
  }

  func measured(_ cost: NetworkCost) -> Int? { self == .macs ? nil : cost[self] }

  /// As what draws are held to.
  ///
  /// - Precondition: A recipe may be about it, see `SearchRecipe.complaint`.
  var searched: Budget.Quantity {
    guard let quantity else { preconditionFailure("no search is held to '\(name)'") }
    return quantity
  }
}
