import SpaceIR

/// The spaces of `methods/fp-nas.md`, section 5, written with the test builder.
enum MobileSpaces {
  enum Sharing: CaseIterable {
    case perGroup
    case perBlock
  }

  private struct Group {
    let least: Int
    let greatest: Int
    let step: Int
    let repeats: Int
    let stride: Int
  }

  private static let groups = [
    Group(least: 12, greatest: 16, step: 4, repeats: 1, stride: 1),
    Group(least: 16, greatest: 24, step: 4, repeats: 1, stride: 2),
    Group(least: 16, greatest: 24, step: 4, repeats: 2, stride: 1),
    Group(least: 16, greatest: 40, step: 8, repeats: 1, stride: 2),
    Group(least: 16, greatest: 40, step: 8, repeats: 2, stride: 1),
    Group(least: 48, greatest: 80, step: 8, repeats: 1, stride: 2),
    Group(least: 48, greatest: 80, step: 8, repeats: 2, stride: 1),
    Group(least: 72, greatest: 112, step: 8, repeats: 3, stride: 1),
    Group(least: 112, greatest: 184, step: 8, repeats: 1, stride: 2),
    Group(least: 112, greatest: 184, step: 8, repeats: 3, stride: 1),
  ]

  /// FBNetV2-F with the options of attention given: [0, 1] is F, [0, 1, 2, 4] is F++.
  static func fbnetV2F(splits: [Int], sharing: Sharing, input: Int = 224) -> Space {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: input, width: input))
    builder.convolution(.integer(16), kernel: 3, stride: 2)
    builder.normActivation(.word("hard_swish"))
    for (index, group) in groups.enumerated() {
      var shared: MobileBlock?
      for layer in 0..<group.repeats {
        let owner = sharing == .perGroup ? "s\(index)" : "s\(index)[\(layer)]"
        var block = sharing == .perGroup ? shared : nil
        block = block ?? decide(owner, group, first: index == 0, splits: splits, in: &builder)
        shared = block
        block!.stride = layer == 0 ? group.stride : 1
        builder.block(block!)
      }
    }
    builder.convolution(.integer(1984), kernel: 1)
    builder.normActivation(.word("hard_swish"))
    builder.globalPool()
    builder.linear(1000, bias: true)
    return builder.space(classes: 1000)
  }

  private static func decide(
    _ owner: String, _ group: Group, first: Bool, splits: [Int], in builder: inout NetworkBuilder
  ) -> MobileBlock {
    let widths = stride(from: group.least, through: group.greatest, by: group.step).map { Value.integer($0) }
    let expansions = first ? [Value.integer(1)] : (1...6).map { Value(Rational(3 * $0, 4)) }
    return MobileBlock(
      kernel: builder.decide(owner, "kernel", [.integer(0), .integer(3), .integer(5)]),
      expansion: builder.decide(owner, "expansion", expansions),
      activation: builder.decide(owner, "activation", [.word("relu"), .word("swish")]),
      splits: builder.decide(owner, "splits", splits.map(Value.integer)),
      channels: builder.decide(owner, "channels", widths), stride: group.stride)
  }
}
