import SpaceIR

/// Layers that are bypassed, or have one of three widths: the width a layer meets may be any earlier one's.
enum BypassChain {
  static func space(layers: Int) -> Space {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 8, width: 8))
    builder.convolution(.integer(8), kernel: 3)
    for layer in 0..<layers {
      let parent = DecisionID(index: builder.decisions.count)
      let op = builder.decide("o\(layer)", "op", [.word("bypass"), .word("conv")])
      let width = builder.decide(
        "o\(layer)", "channels", [.integer(16), .integer(24), .integer(32)],
        existence: Existence(parent: parent, options: [1]))
      var result = builder.current.type
      result.channels = .call(.select, [.binary(.equal, op, .word("conv")), width, result.channels])
      builder.choose(
        op, type: result, [([.word("bypass")], { _ in }), ([.word("conv")], { $0.convolution(width, kernel: 3) })])
    }
    builder.globalPool()
    builder.linear(10, bias: true)
    return builder.space(classes: 10)
  }
}
