package import SpaceIR

/// The cost of one member of a space for one image, in the space's own resolution.
///
/// Walks the region tree and follows, in each choice, the alternative that the selector names.
///
/// - Throws: `CostError.notAMember` unless the space contains the architecture, `overflow` where a cost leaves 64 bits.
/// - Complexity: O(nodes on the path).
package func cost(of architecture: Architecture, in space: Space) throws(CostError) -> NetworkCost {
  guard space.contains(architecture) else { throw .notAMember }
  var walk = CostWalk(space: space, architecture: architecture)
  try walk.visit(space.body)
  return walk.total
}

private struct CostWalk {
  let space: Space
  let architecture: Architecture
  var total = NetworkCost()
  var types: [NodeID: TensorType] = [:]

  mutating func visit(_ region: Region) throws(CostError) {
    for node in region.nodes {
      types[node.id] = node.type
      if case .choice(let choice) = node.operation {
        try visit(chosen(choice, at: node.id))
      } else {
        try add(node)
      }
    }
  }

  private func chosen(_ choice: Choice, at node: NodeID) throws(CostError) -> Region {
    let value = try evaluate(choice.selector, at: node)
    guard let alternative = choice.alternatives.first(where: { $0.values.contains(value) }) else {
      throw .malformed(node)
    }
    return alternative.region
  }

  private mutating func add(_ node: Node) throws(CostError) {
    let operands = node.operation.operands.compactMap { types[$0] }
    for rule in OperationCost.all(node.operation, operands: operands, result: node.type) {
      var values: [Int] = []
      for argument in rule.arguments {
        guard let value = try evaluate(argument, at: node.id).integer else { throw .malformed(node.id) }
        values.append(value)
      }
      guard let cost = rule.formula.cost(values), let sum = total.adding(cost) else { throw .overflow(at: node.id) }
      total = sum
    }
  }

  private func evaluate(_ expression: Expression, at node: NodeID) throws(CostError) -> Value {
    do throws(EvaluationError) {
      return try expression.evaluate { space.value(of: $0, in: architecture) }
    } catch {
      throw error == .overflow ? .overflow(at: node) : .malformed(node)
    }
  }
}
