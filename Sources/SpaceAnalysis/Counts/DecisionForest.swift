import BigInt
package import SpaceIR

/// How many ways there are to complete each option of each decision, whatever the graph computes.
///
/// Decisions form a forest: a decision with `existence` is a child of its parent's options. A tree has
/// Σ over options of Π over the children that exist with it; the forest is the product of its trees.
/// Children have larger indices than their parents, so one pass from the last decision to the first suffices and no
/// depth of nesting meets a recursion.
package struct DecisionForest: Sendable {
  /// Members of the space as encodings: assignments of an option to every decision that exists.
  package let encodings: NetworkCount
  /// By decision, then option: the completions of the option's subtree.
  let completions: [[BigUInt]]

  package init(_ space: Space) {
    var completions = space.decisions.map { [BigUInt](repeating: 1, count: $0.options.count) }
    var roots: [BigUInt] = []
    for index in space.decisions.indices.reversed() {
      let total = completions[index].reduce(0, +)
      guard let existence = space.decisions[index].existence else {
        roots.append(total)
        continue
      }
      precondition(existence.parent.index < index, "a parent has a smaller index")
      for option in existence.options { completions[existence.parent.index][option] *= total }
    }
    self.completions = completions
    encodings = NetworkCount(balancedProduct(roots[...]))
  }
}

/// The product by halves, so that thousands of small factors cost few long multiplications.
func balancedProduct(_ factors: ArraySlice<BigUInt>) -> BigUInt {
  guard factors.count > 1 else { return factors.first ?? 1 }
  let middle = factors.startIndex + factors.count / 2
  return balancedProduct(factors[..<middle]) * balancedProduct(factors[middle...])
}
