package import SpaceIR

extension Space {
  /// The kernels that some network within the conditions has and a device's table has not, each once, in the order of the
  /// graph.
  ///
  /// - Throws: As `CostModel.init`.
  /// - Complexity: That of a diagram of the device's latency.
  package func kernels(
    missingIn table: LatencyTable, limits: CostModelLimits = CostModelLimits()
  ) throws(CostModelError) -> [MissingRow] {
    var space = self
    space.latencyTables = [table]
    var builder = try DiagramBuilder(
      space, measures: [.latency(device: table.device)], limits: limits, lack: .listed([:]))
    _ = try builder.buildLayers()
    return builder.missingRows
  }

  /// The layer that a node belongs to.
  package func layer(of node: NodeID) -> LayerID? {
    var layer: LayerID?
    body.forEachNode { if $0.id == node { layer = $0.layer } }
    return layer
  }

  package func layerName(of node: NodeID) -> String { layer(of: node).map { layers[$0.index].name } ?? "" }
}
