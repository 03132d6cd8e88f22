package import SpaceIR

/// One cost of one operation as a function of integer expressions, for what has to do with many networks at once.
package struct CostRule: Sendable {
  /// What the cost is computed from, in the order that `cost` takes values in.
  package let arguments: [Expression]
  private let formula: OperationCost.Formula
  private let measure: CostMeasure

  /// The rules of an operation that can cost something.
  ///
  /// - Parameter operands: The types of what the node reads.
  /// - Precondition: The measure is one of a graph alone.
  package static func all(of node: Node, operands: [TensorType], measure: CostMeasure) -> [CostRule] {
    OperationCost.all(node.operation, operands: operands, result: node.type)
      .filter { !$0.formula.isFree(under: measure) }
      .map { CostRule(arguments: $0.arguments, formula: $0.formula, measure: measure) }
  }

  /// Nil where it does not fit 64 bits.
  package func cost(_ values: [Int]) -> Int? { formula.cost(values)?[measure] }
}
