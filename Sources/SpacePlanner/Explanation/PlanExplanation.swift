package import SpaceIR

/// What a supernet plan decided, layer by layer, and which rule decided it.
package struct PlanExplanation: Hashable, Sendable {
  /// The tensors of one role; roles without tensors are left out.
  package struct RoleTotal: Hashable, Sendable {
    package let role: WeightTensor.Role
    package let tensors: Int
    /// Numbers in all of them together, at full size.
    package let numbers: Int
  }

  /// How the weights of a layer depend on one of the layer's decisions.
  package struct DecisionSharing: Hashable, Sendable {
    package let decision: DecisionID
    /// What the plan does, which need not be what a hint says: there is nothing to slice in an activation.
    package let sharing: Hints.Sharing
    package let reason: Reason
  }

  package enum Reason: Hashable, Sendable {
    /// A line of the file's `hints: {share: ...}`.
    case hint(Hints.Sharing)
    /// Without a hint, kernels and numbers of copies and groups are separate and everything else is sliced.
    case rule
  }

  /// One layer's share of the supernet.
  package struct LayerWeights: Hashable, Sendable {
    package let layer: LayerID
    package let tensors: Int
    /// Trained numbers, at full size.
    package let parameters: Int
    /// Inverted-residual blocks that were recognised and can run as one fused kernel.
    package let segments: Int
    /// In the order of the layer's decisions.
    package let sharing: [DecisionSharing]
    /// Decisions of other layers that slice this one's tensors, ascending: the widths that can enter it.
    package let enteringWidths: [DecisionID]
  }

  package let roles: [RoleTotal]
  /// Layers that own tensors, in the order of the network.
  package let layers: [LayerWeights]
  /// Of 32-bit floats: every tensor at full size.
  package let weightBytes: Int
  /// The same of the tensors that are trained: the size of one set of gradients, or of one state of an optimiser.
  package let trainedBytes: Int

  package var segments: Int { layers.reduce(0) { $0 + $1.segments } }
}

extension SupernetPlan {
  /// The plan's decisions with their reasons.
  ///
  /// - Complexity: linear in nodes and tensors.
  package var explanation: PlanExplanation {
    PlanExplanation(
      roles: WeightTensor.Role.allCases.compactMap { role in
        let members = tensors.filter { $0.role == role }
        guard !members.isEmpty else { return nil }
        return .init(role: role, tensors: members.count, numbers: members.reduce(0) { $0 + $1.count })
      },
      layers: LayerSurvey.surveys(of: self).compactMap { $0.explained(in: self) },
      weightBytes: tensors.reduce(0) { $0 + 4 * $1.count },
      trainedBytes: tensors.reduce(0) { $0 + ($1.isTrained ? 4 * $1.count : 0) })
  }
}
