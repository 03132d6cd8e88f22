import SpaceIR

/// What choosing one option of a decision makes of a space, written so that equal signatures are equal sets of networks.
///
/// Everything that the decision touches is written with the option put in: operations that mention it, the alternative
/// that it selects, requirements, and the existence of other decisions. Node numbers of the alternative, layers and places
/// are left out, and decisions that exist with this option alone are named by their order of appearance.
struct OptionSignature: Hashable {
  enum Part: Hashable {
    /// An operation without its operands and attributes, or a bracket of the structure.
    case word(String)
    /// A node of what is written, by order of appearance.
    case inner(Int)
    /// A node around it, by its own number.
    case outer(NodeID)
    case expression(Expression)
    case values([Value])
    /// A decision that exists with this option alone, where it appears first.
    case declaration(options: [Value])
    case condition(DecisionID, options: [Int])
    /// A decision that exists with other options too, and with this one.
    case exists(DecisionID)
  }
  let parts: [Part]
}

/// Where the decisions of a space are used.
struct DecisionUses {
  let space: Space
  /// By decision: the outermost nodes that mention it, as indices of `nodes`.
  private(set) var touched: [[Int]]
  private(set) var nodes: [Node] = []
  /// By decision: the requirements that mention it.
  private(set) var requirements: [[Int]]
  /// By decision: decisions with a condition on it.
  private(set) var children: [[Int]]

  init(_ space: Space) {
    self.space = space
    touched = space.decisions.map { _ in [] }
    requirements = touched
    children = touched
    for (index, decision) in space.decisions.enumerated() {
      for condition in decision.existence?.conditions ?? [] { children[condition.decision.index].append(index) }
    }
    for (index, requirement) in space.requirements.enumerated() {
      guard case .condition(let condition) = requirement.claim else { continue }
      for id in condition.support { requirements[id.index].append(index) }
    }
    visit(space.body, inside: [])
  }

  private mutating func visit(_ region: Region, inside selecting: Set<DecisionID>) {
    for node in region.nodes {
      var mentioned: Set<DecisionID> = []
      for attribute in node.operation.attributes { attribute.expression.collectSupport(into: &mentioned) }
      if case .zero = node.operation {
        for extent in node.type.extents { extent.collectSupport(into: &mentioned) }
      }
      for id in mentioned.subtracting(selecting).sorted() { touched[id.index].append(nodes.count) }
      nodes.append(node)
      guard case .choice(let choice) = node.operation else { continue }
      let inner = selecting.union(choice.selector.support)
      for alternative in choice.alternatives { visit(alternative.region, inside: inner) }
    }
  }

  /// The decisions that exist with this option of the decision and with no other.
  func locals(of decision: Int, option: Int) -> Set<Int> {
    var found: Set<Int> = []
    var pending = children[decision].filter { child in
      space.decisions[child].existence?.conditions.contains {
        $0.decision.index == decision && $0.options == [option]
      } ?? false
    }
    while let next = pending.popLast() {
      if found.insert(next).inserted { pending += children[next] }
    }
    return found
  }
}
