import SpaceIR

extension ProgramBinder {
  /// The sum of the operands that are not zero; nil where all are.
  mutating func sum(of operands: [NodeID], _ shape: [Int]) -> BufferID? {
    let terms = withDroppedBranch(operands.filter { !isZero($0) }.map { buffer(of: $0) })
    guard var total = terms.first else { return nil }
    for term in terms.dropFirst() { total = emit(.add, [total, term], [shape]) }
    return total
  }

  /// An operand of one pixel meets every pixel of the others.
  mutating func product(of factors: [BufferID]) -> BufferID {
    var product = factors[0]
    for factor in factors.dropFirst() {
      let (a, b) = (buffers[product.index].shape, buffers[factor.index].shape)
      if a == b {
        product = emit(.multiply, [product, factor], [a])
      } else if b[1] == 1, b[2] == 1 {
        product = emit(.scale, [product, factor], [a])
      } else {
        product = emit(.scale, [factor, product], [b])
      }
    }
    return product
  }

  /// The operands' channels one after another: each is copied to its place.
  mutating func sideBySide(_ operands: [BufferID], _ shape: [Int]) -> BufferID {
    if operands.count == 1 { return operands[0] }
    let whole = newBuffer(shape)
    var place = 0
    for operand in operands {
      let count = buffers[operand.index].shape[3]
      let range = ChannelRange(first: 0, place: place, count: count)
      forward.append(
        Instruction(kernel: .copyChannels(range, adds: false), inputs: [operand], outputs: [whole], slices: []))
      place += count
    }
    return whole
  }
}
