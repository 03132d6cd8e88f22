import SpaceIR

/// Attributes of a searched block (`methods/fbnetv2.md`, section 4.3).
struct MobileBlock {
  var kernel: Expression
  var expansion: Expression
  var activation: Expression = .word("relu")
  /// 0 none, 1 squeeze-excite, more: split-attention.
  var splits: Expression
  var channels: Expression
  var stride: Int
}

extension NetworkBuilder {
  private static let yes: [Value] = [.boolean(true)]
  private static let no: [Value] = [.boolean(false)]

  /// Kernel 0 bypasses the block.
  mutating func block(_ block: MobileBlock) {
    var result = strided(current.type, by: block.stride)
    result.channels = block.channels
    choose(
      block.kernel, type: result,
      [
        ([.integer(0)], { $0.bypass(block) }),
        ([.integer(3), .integer(5)], { $0.body(block) }),
      ])
  }

  private mutating func bypass(_ block: MobileBlock) {
    var result = strided(current.type, by: block.stride)
    result.channels = block.channels
    let agrees = Expression.binary(.equal, current.type.channels, block.channels)
    let identity: Expression = block.stride == 1 ? agrees : .constant(.boolean(false))
    choose(
      identity, type: result,
      [
        (Self.yes, { _ in }),
        (
          Self.no,
          {
            $0.convolution(block.channels, kernel: 1, stride: block.stride)
            $0.normActivation(.word("relu"))
          }
        ),
      ])
  }

  private mutating func body(_ block: MobileBlock) {
    let start = current
    let hidden = rounding(.binary(.multiply, start.type.channels, block.expansion)).folded
    var expanded = start.type
    expanded.channels = hidden
    choose(
      .binary(.equal, hidden, start.type.channels), type: expanded,
      [
        (Self.yes, { _ in }),
        (
          Self.no,
          {
            $0.convolution(hidden, kernel: 1)
            $0.normActivation(block.activation)
          }
        ),
      ])
    var wide = strided(expanded, by: block.stride)
    wide.copies = .call(.maximum, [block.splits, .integer(1)])
    let depthwise = Depthwise(kernel: block.kernel, stride: .integer(block.stride), copies: wide.copies)
    append(.depthwise(depthwise, of: current.node), wide)
    normActivation(block.activation)
    attention(block, hidden: hidden)
    convolution(block.channels, kernel: 1)
    normActivation(nil)
    guard block.stride == 1 else { return }
    choose(
      .binary(.equal, start.type.channels, block.channels), type: current.type,
      [
        (Self.yes, { $0.append(.add($0.current.node, start.node), $0.current.type) }),
        (Self.no, { _ in }),
      ])
  }

  private mutating func attention(_ block: MobileBlock, hidden: Expression) {
    var joined = current.type
    joined.copies = .integer(1)
    let quarter = Expression.call(.floor, [.binary(.divide, hidden, .integer(4))])
    let inner = rounding(quarter).folded
    let wide = Expression.call(.floor, [.binary(.divide, .binary(.multiply, hidden, block.splits), .integer(4))])
    choose(
      block.splits, type: joined,
      [
        ([.integer(0)], { _ in }),
        (
          [.integer(1)],
          {
            let payload = SqueezeExcite(inner: inner, function: block.activation, gate: .word("hard_sigmoid"))
            $0.append(.squeezeExcite(payload, of: $0.current.node), joined)
          }
        ),
        (
          [.integer(2), .integer(4)],
          {
            let payload = SplitAttention(
              inner: .call(.maximum, [wide, .integer(32)]), function: block.activation)
            $0.append(.splitAttention(payload, of: $0.current.node), joined)
          }
        ),
      ])
  }
}
