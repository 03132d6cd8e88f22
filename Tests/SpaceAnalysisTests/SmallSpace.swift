import SpaceIR

/// Random chains small enough to enumerate: widths, kernels, splits, optional layers, a depth, and a shared multiplier.
enum SmallSpace {
  static func random(seed: UInt64) -> Space {
    var random = SeededGenerator(seed: seed &* 7919 &+ 1)
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 4, width: 4))
    builder.convolution(.integer(8), kernel: 3)
    let scale = builder.decide("", "scale", random.pick([[.integer(1)], [.integer(1), .integer(2)]]))
    let layers = random.pick(1...4)
    let depth = random.pick(0...1) == 1 ? DecisionID(index: builder.decisions.count) : nil
    if depth != nil { _ = builder.decide("", "depth", (0...layers).map { .integer($0) }) }
    var members = 1
    for layer in 0..<layers where members < 400 {
      let before = builder.decisions.count
      let existence = depth.map { Existence(parent: $0, options: Array(layer + 1...layers)) }
      switch random.pick(0...2) {
      case 0 where depth == nil: searchedBlock(layer, &builder, &random)
      case 1 where depth == nil: optionalLayer(layer, scale: scale, &builder, &random)
      default: prefixLayer(layer, depth: depth, existence: existence, &builder, &random)
      }
      members *= builder.decisions[before...].reduce(1) { $0 * $1.options.count }
    }
    builder.globalPool()
    builder.linear(10, bias: true)
    return builder.space(classes: 10)
  }

  private static func searchedBlock(_ layer: Int, _ builder: inout NetworkBuilder, _ random: inout SeededGenerator) {
    let owner = "b\(layer)"
    let block = MobileBlock(
      kernel: builder.decide(
        owner, "kernel", random.pick([[0, 3], [3, 5], [0, 3, 5]].map { $0.map(Value.integer) })),
      expansion: builder.decide(owner, "expansion", random.pick([[.integer(1)], [.integer(1), .integer(2)]])),
      activation: builder.decide(
        owner, "activation", random.pick([[.word("relu")], [.word("relu"), .word("swish")]])),
      splits: builder.decide(owner, "splits", random.pick([[.integer(0)], [.integer(0), .integer(1), .integer(2)]])),
      channels: builder.decide(owner, "channels", random.pick([[.integer(8), .integer(12)], [.integer(16)]])),
      stride: random.pick([1, 2]))
    builder.block(block)
  }

  /// A layer that may be bypassed, which then has no other decision and passes its input's width on.
  private static func optionalLayer(
    _ layer: Int, scale: Expression, _ builder: inout NetworkBuilder, _ random: inout SeededGenerator
  ) {
    let owner = "o\(layer)"
    let parent = DecisionID(index: builder.decisions.count)
    let op = builder.decide(owner, "op", [.word("bypass"), .word("plain"), .word("wide")])
    let existence = Existence(parent: parent, options: random.pick([[1], [1, 2]]))
    let widths = builder.decide(
      owner, "channels", [.integer(8), .integer(16), .integer(20)], existence: existence)
    let decided = Expression.binary(.multiply, widths, scale)
    let start = builder.current.type
    let always = existence.options.count == 2 ? decided : Expression.integer(24)
    var result = start
    result.channels = .call(
      .select,
      [
        .binary(.equal, op, .word("bypass")), start.channels,
        .call(.select, [.binary(.equal, op, .word("plain")), decided, always]),
      ])
    builder.choose(
      op, type: result,
      [
        ([.word("bypass")], { _ in }),
        ([.word("plain")], { $0.convolution(decided, kernel: 3) }),
        ([.word("wide")], { $0.convolution(always, kernel: 5, bias: true) }),
      ])
  }

  /// A layer of a prefix: it exists where the depth reaches it; without a depth it always does.
  private static func prefixLayer(
    _ layer: Int, depth: DecisionID?, existence: Existence?, _ builder: inout NetworkBuilder,
    _ random: inout SeededGenerator
  ) {
    let widths = builder.decide(
      "p\(layer)", "channels", random.pick([[.integer(8), .integer(12)], [.integer(8), .integer(16), .integer(24)]]),
      existence: existence)
    guard let depth else { return builder.convolution(widths, kernel: 3) }
    let reached = Expression.binary(.greater, .decision(depth), .integer(layer))
    var result = builder.current.type
    result.channels = .call(.select, [reached, widths, result.channels])
    builder.choose(
      reached, type: result,
      [([.boolean(true)], { $0.convolution(widths, kernel: 3) }), ([.boolean(false)], { _ in })])
  }
}

/// Every member of a space, by brute force.
func enumerate(_ space: Space) -> [Architecture] {
  var partial = [Architecture(choices: [Int?](repeating: nil, count: space.decisions.count))]
  for id in space.decisionIDs {
    partial = partial.flatMap { architecture -> [Architecture] in
      guard space.exists(id, in: architecture) else { return [architecture] }
      return space[id].options.indices.map { option in
        var extended = architecture
        extended[id] = option
        return extended
      }
    }
  }
  return partial
}
