extension Space {
  /// The invariants of the IR, checked between passes. Empty for a valid space.
  ///
  /// - V1: Node numbers are unique in the space.
  /// - V2: An operand is defined before its user, and a region's result in it, or before it in an enclosing region.
  /// - V3: `input` has the type of the space's input, and the body's result that of its output; so have further ones.
  /// - V4: A node's type is what `resultType(of:operands:)` says, structurally or for every live architecture.
  /// - V5: A choice has alternatives; their values are disjoint, and where the selector is a plain decision they are
  ///   options of it and together cover those that enclosing alternatives leave.
  /// - V6: In every architecture that takes an alternative, its result has the type of the choice.
  /// - V7: A decision's parents are earlier decisions.
  /// - V8: An existence names each parent once, with some but not all of its options, by ascending distinct indices in
  ///   range.
  /// - V9: Decision names are unique; options are distinct and of one type; a rational option is no integer.
  /// - V10: Expressions and layers name decisions of the space.
  /// - V11: Nodes name layers of the space; layer names are unique.
  /// - V12: Nodes that bear weights have a (layer, place) of their own.
  /// - V13: Expressions are well typed: numbers for extents and sizes, words for functions.
  /// - V14: Where a node is live each of its expressions has a value: for extents and sizes a positive integer, for
  ///   functions the name of an `ActivationFunction`.
  /// - V15: A condition of the space is a boolean with a value in every architecture; a budget has a bound, none below
  ///   zero, and the lower one is not above the upper one.
  /// - V16: Groups divide the channels, heads the width, and a slice lies inside its operand.
  /// - V17: What a join reads has the join's type where it is there, up to the channels that a concat adds up.
  /// - V18: A kernel is odd, or even and the stride, which divides the sides of the operand (`WindowRule`).
  ///
  /// V3 to V6 and V13 to V18 are asked only where V7 to V10 hold. Questions over "every architecture" enumerate the
  /// decisions involved, and give up silently after `Assignments.limit` assignments. Where an answer is no, they are asked
  /// again for the architectures that meet the space's conditions.
  package func verify() -> [VerifierFailure] {
    var verifier = Verifier(self)
    verifier.verifyDecisions()
    verifier.verifyLayers()
    verifier.verifyStructure()
    let declarations: Set<VerifierFailure.Invariant> = [.parents, .existence, .domains, .decisionReferences]
    if verifier.failures.allSatisfy({ !declarations.contains($0.invariant) }) {
      verifier.verifyTypes()
      verifier.verifyRequirements()
    }
    return verifier.failures
  }
}

/// The failures so far, and what they are found with.
struct Verifier {
  let space: Space
  let printer: IRPrinter
  private(set) var failures: [VerifierFailure] = []
  /// Every node in text order, and where each stands; of equal numbers the first.
  private let nodes: [Node]
  private let positions: [NodeID: Int]

  init(_ space: Space) {
    self.space = space
    printer = IRPrinter(space)
    var nodes: [Node] = []
    space.body.forEachNode { nodes.append($0) }
    self.nodes = nodes
    positions = Dictionary(nodes.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func type(of id: NodeID) -> TensorType? { positions[id].map { nodes[$0].type } }

  mutating func report(_ invariant: VerifierFailure.Invariant, _ message: String, at node: Node? = nil) {
    failures.append(VerifierFailure(invariant, message, nodes: node.map(around) ?? []))
  }

  /// The lines of the node and of two nodes before and after it.
  private func around(_ node: Node) -> [String] {
    guard let position = nodes.firstIndex(of: node) else { return [] }
    return (max(0, position - 2)..<min(nodes.count, position + 3)).map { index in
      (index == position ? "  > " : "    ") + printer.text(of: nodes[index])
    }
  }
}

// V7, V8, V9.
extension Verifier {
  mutating func verifyDecisions() {
    var names: Set<String> = []
    for id in space.decisionIDs {
      let decision = space[id]
      if !names.insert(decision.name).inserted { report(.domains, "two decisions are named '\(decision.name)'") }
      verifyOptions(of: decision)
      if let existence = decision.existence { verify(existence, of: decision, at: id) }
    }
  }

  private mutating func verifyOptions(of decision: Decision) {
    if Set(decision.options).count != decision.options.count {
      report(.domains, "two options of '\(decision.name)' are equal")
    }
    if decision.optionType == nil { report(.domains, "the options of '\(decision.name)' have several types") }
    for case .rational(let fraction) in decision.options where fraction.isInteger {
      report(.domains, "the option \(fraction) of '\(decision.name)' is an integer written as a fraction")
    }
  }

  private mutating func verify(_ existence: Existence, of decision: Decision, at id: DecisionID) {
    for (earlier, later) in zip(existence.conditions, existence.conditions.dropFirst())
    where earlier.decision >= later.decision {
      report(.existence, "'\(decision.name)' names a parent twice")
    }
    for condition in existence.conditions { verify(condition, of: decision, at: id) }
  }

  private mutating func verify(_ condition: Existence.Condition, of decision: Decision, at id: DecisionID) {
    guard condition.decision < id, space.decisions.indices.contains(condition.decision.index) else {
      return report(.parents, "the parent of '\(decision.name)' is not an earlier decision")
    }
    let count = space[condition.decision].options.count
    let options = condition.options
    guard options.allSatisfy((0..<count).contains) else {
      return report(.existence, "'\(decision.name)' exists for an option that its parent does not have")
    }
    if zip(options, options.dropFirst()).contains(where: { $0 >= $1 }) {
      report(.existence, "'\(decision.name)' names an option of its parent twice")
    }
    if options.isEmpty || options.count >= count {
      report(.existence, "'\(decision.name)' exists for \(options.count) of \(count) options of its parent")
    }
  }
}

// V10, V11, V12.
extension Verifier {
  mutating func verifyLayers() {
    verifyReferences(of: space.requirements)
    var names: Set<String> = []
    for layer in space.layers {
      if !names.insert(layer.name).inserted { report(.layers, "two layers are named '\(layer.name)'") }
      for id in layer.decisions where !space.decisions.indices.contains(id.index) {
        report(.decisionReferences, "layer '\(layer.name)' names decision #\(id.index) of \(space.decisions.count)")
      }
    }
    var owners: Set<[String]> = []
    for node in nodes {
      guard space.layers.indices.contains(node.layer.index) else {
        report(.layers, "%\(node.id.index) names layer #\(node.layer.index) of \(space.layers.count)", at: node)
        continue
      }
      let place = [String(node.layer.index), node.place]
      if node.operation.bearsWeights, !owners.insert(place).inserted {
        report(.weightNames, "two nodes with weights are at place '\(node.place)' of their layer", at: node)
      }
    }
  }
}

// V1, V2, V10.
extension Verifier {
  mutating func verifyStructure() {
    var seen: Set<NodeID> = []
    for node in nodes {
      if !seen.insert(node.id).inserted { report(.uniqueNodes, "two nodes are numbered %\(node.id.index)", at: node) }
      for expression in node.expressions {
        for id in expression.support where !space.decisions.indices.contains(id.index) {
          report(
            .decisionReferences, "%\(node.id.index) names decision #\(id.index) of \(space.decisions.count)", at: node)
        }
      }
    }
    var visible: Set<NodeID> = []
    verifyScopes(of: space.body, visible: &visible, owner: nil)
    for output in space.otherOutputs where !space.body.nodes.contains(where: { $0.id == output.node }) {
      report(.definedNodes, "the output '\(output.name)', %\(output.node.index), is not defined in the body")
    }
  }

  /// `visible` grows by the region's nodes and shrinks again at its end.
  private mutating func verifyScopes(of region: Region, visible: inout Set<NodeID>, owner: Node?) {
    var added: [NodeID] = []
    for node in region.nodes {
      for operand in node.operation.operands where !visible.contains(operand) {
        report(.definedNodes, "%\(node.id.index) reads %\(operand.index), which is not defined here", at: node)
      }
      if case .choice(let choice) = node.operation {
        for alternative in choice.alternatives {
          verifyScopes(of: alternative.region, visible: &visible, owner: node)
        }
      }
      if visible.insert(node.id).inserted { added.append(node.id) }
    }
    if !visible.contains(region.result) {
      report(.definedNodes, "a region's result, %\(region.result.index), is not defined in it", at: owner)
    }
    visible.subtract(added)
  }
}

extension Node {
  /// Those of the operation and of the type, of regions none.
  fileprivate var expressions: [Expression] { operation.attributes.map(\.expression) + type.extents }
}
