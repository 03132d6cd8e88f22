package import SpaceIR

/// How the operations of all architectures are carried out by shared kernels and weights.
///
/// Built once for a space; `bind` then turns one architecture into a kernel program without looking at the others.
package struct SupernetPlan: Sendable {
  package let space: Space
  package let tensors: [WeightTensor]
  package let steps: [PlanStep]
  /// For each node the tensors it uses, for each combination of the decisions that have separate weights.
  let weights: [NodeID: NodeWeights]
  let types: [NodeID: TensorType]
  let recordsStatistics: Bool

  /// Trained numbers of the whole supernet.
  package var parameterCount: Int { tensors.reduce(0) { $0 + ($1.isTrained ? $1.count : 0) } }
}

/// One step of the plan; the order is the order of execution.
package indirect enum PlanStep: Hashable, Sendable {
  case operation(Node)
  /// Expand, depthwise, attention, project, shortcut: one fused kernel where the engine has one, else its parts.
  case invertedResidual(InvertedResidualSegment)
  case choice(id: NodeID, selector: Expression, [PlanAlternative])
}

package struct PlanAlternative: Hashable, Sendable {
  package let values: [Value]
  package let steps: [PlanStep]
  package let result: NodeID
}

/// The parts of an inverted-residual block (Sandler et al. 2018, arXiv 1801.04381) that one fused kernel covers.
package struct InvertedResidualSegment: Hashable, Sendable {
  /// 1x1 convolution, batch norm, activation, or the choice whether there are these.
  package let expand: [PlanStep]
  /// Depthwise convolution, batch norm, activation.
  package let spatial: [Node]
  /// Squeeze-excite, Split-Attention, or a choice between them.
  package let attention: [PlanStep]
  /// 1x1 convolution, batch norm.
  package let project: [Node]
  /// The residual sum, or the choice whether there is one.
  package let shortcut: [PlanStep]

  /// All parts in order.
  package var parts: [PlanStep] { expand + partsAfterExpand }

  var partsAfterExpand: [PlanStep] {
    spatial.map(PlanStep.operation) + attention + project.map(PlanStep.operation) + shortcut
  }
}

/// The tensors of one node.
struct NodeWeights: Hashable, Sendable {
  /// The decisions whose options have separate tensors, ascending.
  let keys: [DecisionID]
  /// Tensors in the order of `Operation.weightRoles`, for each combination of option indices of `keys`.
  let variants: [[Int]: [TensorID]]

  /// The tensors of the first combination, in lexicographic order, that has the options of a key; -1 there: any.
  func firstVariant(agreeingWith key: [Int]) -> [TensorID]? {
    let agreeing = variants.keys.filter { zip($0, key).allSatisfy { $1 < 0 || $0 == $1 } }
    return agreeing.min { $0.lexicographicallyPrecedes($1) }.flatMap { variants[$0] }
  }
}
