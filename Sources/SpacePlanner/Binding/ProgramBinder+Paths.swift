import SpaceIR

/// A branch of a residual sum whose share in the sum an input of the batch decides, image by image.
package struct BranchInput: Hashable, Sendable {
  /// The number of the batch's input, `[n, 1, 1, channels]`.
  package let input: Int
  package let channels: Int
}

extension ProgramBinder {
  /// The two terms of a sum, where one is computed from the other with that one scaled by an input of the batch: stochastic
  /// depth's residual branch (Huang et al. 2016, arXiv 1603.09382, eq. 2), in which the other term is the identity.
  ///
  /// Sums of anything else are left as they are.
  mutating func withDroppedBranch(_ terms: [BufferID]) -> [BufferID] {
    guard options.dropsBranches, terms.count == 2, terms[0] != terms[1] else { return terms }
    let branch: Int
    if depends(terms[0], on: terms[1]) {
      branch = 0
    } else if depends(terms[1], on: terms[0]) {
      branch = 1
    } else {
      return terms
    }
    let shape = buffers[terms[branch].index].shape
    let number = 1 + plan.space.otherInputs.count + branches.count
    branches.append(BranchInput(input: number, channels: shape[3]))
    let shares = newInput(number, [shape[0], 1, 1, shape[3]])
    var terms = terms
    terms[branch] = emit(.scale, [terms[branch], shares], [shape])
    return terms
  }

  /// Whether a value is computed from another.
  private func depends(_ value: BufferID, on source: BufferID) -> Bool {
    var wanted: Set<BufferID> = [value]
    for instruction in forward.reversed() {
      guard instruction.outputs.contains(where: { $0.map(wanted.contains) ?? false }) else { continue }
      wanted.formUnion(instruction.inputs)
      if wanted.contains(source) { return true }
    }
    return false
  }
}
