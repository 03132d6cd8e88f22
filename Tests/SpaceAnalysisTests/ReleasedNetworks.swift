import SpaceIR

/// The released FBNetV2 models as graphs (`methods/fbnetv2.md`, section 5).
enum ReleasedNetworks {
  struct Row: Sendable, CustomStringConvertible {
    let name: String
    let input: Int
    let stem: Int
    let head: Int
    /// `kernel/expansion/width/stride`, `+` after the kernel for squeeze-excite; `skip width`.
    let blocks: String
    /// Multiply-adds with and without the inputs of average pools, and elements of convolution and linear weights.
    let withPools: Int
    let macs: Int
    let weights: Int
    var description: String { name }
  }

  private static let bodyF1 = """
    5/1/8/1 5/5.4566/24/2 5/4.7912/24/1 5+/5.3501/32/2 5+/4.5379/24/1 5/5.7133/56/2 3/4.1212/56/1 3+/5.1246/56/1 \
    skip/80 5+/4.5070/80/1 5+/1.7712/80/1 3+/4.5685/144/2 5+/5.8400/144/1 5+/6.8754/144/1 skip/224
    """
  private static let bodyF4 = """
    3/1/16/1 5/5.4566/24/2 5/1.7912/24/1 5/1.7912/24/1 5+/5.3501/32/2 5+/3.5379/32/1 5+/4.5379/32/1 5+/4.5379/32/1 \
    5/5.7133/64/2 3/2.1212/64/1 skip/64 3/5.0333/104/1 5+/2.5070/104/1 5+/1.7712/104/1 5+/3.7712/112/1 \
    3+/5.5685/184/2 5+/2.8400/184/1 5+/4.8754/184/1 skip/224
    """
  private static let bodyL1 = """
    3/1/16/1 5/5.4566/24/2 5/1.7912/24/1 3/1.7912/24/1 5/1.7912/24/1 5+/5.3501/40/2 5+/3.5379/32/1 5+/4.5379/32/1 \
    5+/4.5379/32/1 5/5.7133/64/2 3/2.1212/64/1 skip/64 3/3.1246/64/1 3/5.0333/112/1 5+/2.5070/112/1 5+/1.7712/112/1 \
    5+/2.7712/112/1 5+/3.7712/112/1 5+/3.7712/112/1 3+/5.5685/184/2 5+/2.8400/184/1 5+/2.8400/184/1 \
    5+/4.8754/184/1 5+/4.8754/184/1 skip/224
    """

  static let rows = [
    Row(
      name: "F1", input: 128, stem: 8, head: 1600, blocks: bodyF1, withPools: 56_410_560, macs: 56_231_936,
      weights: 5_999_408),
    Row(
      name: "F2", input: 160, stem: 8, head: 1600, blocks: bodyF1, withPools: 85_441_392, macs: 85_163_192,
      weights: 5_999_408),
    Row(
      name: "F3", input: 192, stem: 8, head: 1984, blocks: bodyF1, withPools: 121_824_000, macs: 121_423_712,
      weights: 6_899_504),
    Row(
      name: "F4", input: 224, stem: 16, head: 1984, blocks: bodyF4, withPools: 238_351_984, macs: 237_605_592,
      weights: 6_994_824),
    Row(
      name: "L1", input: 224, stem: 16, head: 1984, blocks: bodyL1, withPools: 326_023_008, macs: 325_025_344,
      weights: 8_496_520),
    Row(
      name: "L2", input: 256, stem: 16, head: 1984, blocks: bodyL1, withPools: 423_912_768, macs: 422_610_304,
      weights: 8_496_520),
  ]

  static func space(_ row: Row, rounding: ((Expression) -> Expression)? = nil) -> Space {
    var builder = NetworkBuilder(input: ImageShape(channels: 3, height: row.input, width: row.input))
    if let rounding { builder.rounding = rounding }
    builder.convolution(.integer(row.stem), kernel: 3, stride: 2)
    builder.normActivation(.word("hard_swish"))
    for text in row.blocks.split(whereSeparator: \.isWhitespace) { builder.block(parse(text)) }
    builder.convolution(.integer(6 * 224), kernel: 1)
    builder.normActivation(.word("hard_swish"))
    builder.globalPool()
    builder.linear(row.head, bias: false)
    builder.append(.activation(.word("hard_swish"), of: builder.current.node), builder.current.type)
    builder.globalPool()  // the release's classifier pools its 1x1 input once more and counts it
    builder.linear(1000, bias: true)
    return builder.space(classes: 1000)
  }

  private static func parse(_ text: Substring) -> MobileBlock {
    let parts = text.split(separator: "/")
    if parts[0] == "skip" {
      return MobileBlock(
        kernel: .integer(0), expansion: .integer(1), splits: .integer(0), channels: .integer(Int(parts[1])!), stride: 1)
    }
    return MobileBlock(
      kernel: .integer(Int(String(parts[0].first!))!), expansion: .constant(decimal(parts[1])),
      splits: .integer(parts[0].hasSuffix("+") ? 1 : 0), channels: .integer(Int(parts[2])!), stride: Int(parts[3])!)
  }

  private static func decimal(_ text: Substring) -> Value {
    let parts = text.split(separator: ".")
    guard parts.count == 2 else { return .integer(Int(text)!) }
    let scale = parts[1].reduce(1) { power, _ in power * 10 }
    return Value(Rational(Int(parts[0])! * scale + Int(parts[1])!, scale))
  }
}
