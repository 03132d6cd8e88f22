import SpaceIR

/// One summand of the cost of every network: a node's formula, which counts where all its guards hold.
struct CostTerm: Sendable {
  /// The enclosing choice whose selector must have one of these values.
  struct Guard: Hashable, Sendable {
    /// Index into `CostTerms.atoms`.
    let selector: Int
    let values: [Value]
  }
  let node: NodeID
  let guards: [Guard]
  let formula: OperationCost.Formula
  /// Indices into `CostTerms.atoms`, in the formula's order.
  let arguments: [Int]
  /// Every decision that a guard or an argument mentions, ascending.
  let support: [DecisionID]
  /// The atoms of guards and arguments, without repetition.
  let atoms: [Int]
}

/// A space's costs under some measures as a sum of terms over few decisions each.
struct CostTerms: Sendable {
  private(set) var terms: [CostTerm] = []
  /// The distinct selectors and arguments of all terms.
  private(set) var atoms: [Expression] = []
  private(set) var atomSupports: [[DecisionID]] = []
  private var atomIndices: [Expression: Int] = [:]
  /// By expression as the graph has it, most of which come back in many operations.
  private var knownAtoms: [Expression: Int] = [:]
  private var types: [NodeID: TensorType] = [:]

  private let positions: [Int]
  /// The devices among the measures; nil where there are none.
  private let kernels: (fusion: KernelFusion, devices: [String])?

  /// - Parameter positions: By decision of the graph, its number in the terms.
  init(_ space: Space, measures: [CostMeasure], positions: [Int]) {
    self.positions = positions
    let devices = measures.compactMap { measure in
      if case .latency(let device) = measure { device } else { nil }
    }
    kernels = devices.isEmpty ? nil : (KernelFusion(space), devices)
    collect(space.body, guards: [], measures: measures)
  }

  private mutating func collect(_ region: Region, guards: [CostTerm.Guard], measures: [CostMeasure]) {
    for node in region.nodes {
      types[node.id] = node.type
      if case .choice(let choice) = node.operation {
        let selector = atom(choice.selector)
        for alternative in choice.alternatives {
          let inner = CostTerm.Guard(selector: selector, values: alternative.values)
          collect(alternative.region, guards: guards + [inner], measures: measures)
        }
      } else {
        let operands = node.operation.operands.compactMap { types[$0] }
        for rule in OperationCost.all(node.operation, operands: operands, result: node.type)
        where !measures.allSatisfy(rule.formula.isFree) {
          append(rule, of: node.id, guards: guards)
        }
      }
    }
    guard let kernels else { return }
    let known = types
    for kernel in kernels.fusion.kernels(of: region, type: { known[$0] }) {
      for device in kernels.devices {
        append(OperationCost(kernel, on: device), of: kernel.node, guards: guards)
      }
    }
  }

  private mutating func append(_ rule: OperationCost, of node: NodeID, guards: [CostTerm.Guard]) {
    let arguments = rule.arguments.map { atom($0) }
    let used = Set(guards.map(\.selector) + arguments).sorted()
    let support = Set(used.flatMap { atomSupports[$0] }).sorted()
    terms.append(
      CostTerm(node: node, guards: guards, formula: rule.formula, arguments: arguments, support: support, atoms: used))
  }

  private mutating func atom(_ expression: Expression) -> Int {
    if let known = knownAtoms[expression] { return known }
    let folded = expression.renumbered(positions).folded
    let index = atomIndices[folded] ?? atoms.count
    if index == atoms.count {
      atoms.append(folded)
      atomSupports.append(folded.support)
      atomIndices[folded] = index
    }
    knownAtoms[expression] = index
    return index
  }
}
