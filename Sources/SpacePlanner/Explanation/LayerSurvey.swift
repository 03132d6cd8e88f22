import SpaceIR

/// What one layer's nodes say about its weights, gathered in a single walk over the graph.
struct LayerSurvey {
  let layer: LayerID
  private var tensors: Set<TensorID> = []
  private var separate: Set<DecisionID> = []
  /// Decisions in an extent of a tensor.
  private var slicing: Set<DecisionID> = []
  /// Those of them that set the side of a kernel.
  private var centring: Set<DecisionID> = []
  private var segments = 0

  private init(layer: LayerID) { self.layer = layer }

  /// A survey for every layer of the plan's space, in its order.
  static func surveys(of plan: SupernetPlan) -> [LayerSurvey] {
    var surveys = plan.space.layers.indices.map { LayerSurvey(layer: LayerID(index: $0)) }
    plan.space.body.forEachNode { surveys[$0.layer.index].add($0, in: plan) }
    for segment in fusedSegments(of: plan.steps) {
      if let layer = segment.spatial.first?.layer { surveys[layer.index].segments += 1 }
    }
    return surveys
  }

  private mutating func add(_ node: Node, in plan: SupernetPlan) {
    guard let weights = plan.weights[node.id] else { return }
    for ids in weights.variants.values { tensors.formUnion(ids) }
    separate.formUnion(weights.keys)
    for demand in plan.weightDemands(of: node) {
      for (axis, extent) in demand.extents.enumerated() {
        extent.collectSupport(into: &slicing)
        if demand.centred.contains(axis) { extent.collectSupport(into: &centring) }
      }
    }
  }

  /// Nil for a layer without tensors.
  func explained(in plan: SupernetPlan) -> PlanExplanation.LayerWeights? {
    guard !tensors.isEmpty else { return nil }
    let named = plan.space.layers[layer.index].decisions
    // Weights of a layer may be separate by what another one that shares its block decides.
    let own = named + separate.subtracting(named).sorted()
    return PlanExplanation.LayerWeights(
      layer: layer, tensors: tensors.count,
      parameters: tensors.reduce(0) { total, id in
        let tensor = plan.tensors[id.index]
        return total + (tensor.isTrained ? tensor.count : 0)
      },
      segments: segments,
      sharing: own.map {
        .init(decision: $0, sharing: sharing(of: $0, in: plan.space), reason: plan.space.sharingReason(of: $0))
      },
      enteringWidths: slicing.subtracting(own).sorted())
  }

  private func sharing(of decision: DecisionID, in space: Space) -> Hints.Sharing {
    if separate.contains(decision) { return .separate }
    if centring.contains(decision) { return .nested }
    guard slicing.contains(decision) else { return .shared }
    return space.hint(for: decision)?.sharing == .mask ? .mask : .slice
  }
}

extension Space {
  fileprivate func sharingReason(of decision: DecisionID) -> PlanExplanation.Reason {
    hint(for: decision).map { .hint($0.sharing) } ?? .rule
  }
}

/// Every fused segment of the steps, those inside alternatives included.
private func fusedSegments(of steps: [PlanStep]) -> [InvertedResidualSegment] {
  steps.flatMap { step -> [InvertedResidualSegment] in
    switch step {
    case .operation: []
    case .invertedResidual(let segment): [segment]
    case .choice(_, _, let alternatives): alternatives.flatMap { fusedSegments(of: $0.steps) }
    }
  }
}
