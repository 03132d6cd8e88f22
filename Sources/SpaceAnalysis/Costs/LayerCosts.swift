package import SpaceIR

/// What each layer of a network costs, and what a device has no row for.
package struct LayerCosts: Hashable, Sendable {
  /// Of layers that have an operation in the network.
  package let costs: [LayerID: NetworkCost]
  /// By layer, the kernels that were not measured, which its latency then leaves out.
  package let missing: [LayerID: [MissingRow]]
}

/// The costs of one member of a space layer by layer; their sums are those of `cost(of:in:devices:)`.
///
/// A kernel belongs to the layer of the operation that heads it. A kernel that was not measured is noted and no error.
///
/// - Throws: `CostError`, but no `noRow`.
package func layerCosts(
  of architecture: Architecture, in space: Space, device: String?
) throws(CostError) -> LayerCosts {
  guard space.contains(architecture) else { throw .notAMember }
  var walk = CostWalk(
    space: space, architecture: architecture, tables: try space.latencyTables(of: device.map { [$0] } ?? []))
  walk.isByLayer = true
  try walk.visit(space.body)
  return LayerCosts(costs: walk.byLayer, missing: walk.missing)
}
