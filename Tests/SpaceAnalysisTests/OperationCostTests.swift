import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct OperationCostTests {
  @Test(arguments: ReleasedNetworks.rows)
  func `a released network costs what its authors report`(row: ReleasedNetworks.Row) throws {
    let cost = try cost(of: Architecture(choices: []), in: ReleasedNetworks.space(row))
    #expect(cost.macs + cost.poolingInputs == row.withPools)
    #expect(cost.macs == row.macs)
    #expect(cost.weights == row.weights)
  }

  @Test(arguments: ReleasedNetworks.rows)
  func `plain rounding gives narrower networks than the released ones`(row: ReleasedNetworks.Row) throws {
    let space = ReleasedNetworks.space(row) { .call(.roundTo, [$0, .integer(8)]) }
    let cost = try cost(of: Architecture(choices: []), in: space)
    #expect(cost.macs < row.macs)
    #expect(cost.weights < row.weights)
  }

  @Test func `split attention counts one outward map for each copy`() throws {
    // 16 channels to 2 copies of a 3x3 depthwise at 8x8, inner width 32.
    var builder = NetworkBuilder(input: ImageShape(channels: 16, height: 8, width: 8))
    var wide = builder.current.type
    wide.copies = .integer(2)
    let depthwise = Depthwise(kernel: .integer(3), stride: .integer(1), copies: .integer(2))
    builder.append(.depthwise(depthwise, of: builder.current.node), wide)
    builder.append(.batchNorm(of: builder.current.node), wide)
    let attention = SplitAttention(inner: .integer(32), function: .word("relu"))
    wide.copies = .integer(1)
    builder.append(.splitAttention(attention, of: builder.current.node), wide)
    let cost = try cost(of: Architecture(choices: []), in: builder.space(classes: 16))
    let weights = 2 * 16 * 9 + 16 * 32 + 32 * 16 * 2
    #expect(
      cost
        == NetworkCost(
          macs: 2 * 16 * 9 * 64 + 16 * 32 + 32 * 16 * 2, parameters: weights + 2 * 16 * 2 + 32 + 2 * 16,
          weights: weights, poolingInputs: 16 * 64,
          // Two copies from the depthwise convolution and its norm, one from the attention.
          activationBytes: (2 + 2 + 1) * 16 * 64 * 4))
  }

  @Test(arguments: zip([0, 1, 2, 3], [1056, 1073, 1277, 1738]))
  func `the widest networks of the published table`(splits: Int, hundredThousands: Int) throws {
    // `methods/fp-nas.md`, section 6: kernel 5, all maxima, input 128, for 0, 1, 2 and 4 splits.
    let space = MobileSpaces.fbnetV2F(splits: [0, 1, 2, 4], sharing: .perGroup, input: 128)
    let choices = space.decisions.map { $0.parameter == "splits" ? splits : $0.options.count - 1 }
    let macs = try cost(of: Architecture(choices: choices), in: space).macs
    #expect((macs + 50_000) / 100_000 == hundredThousands)
  }

  @Test func `a cost that leaves 64 bits is an error, not a number`() {
    var builder = NetworkBuilder(input: ImageShape(channels: 1 << 40, height: 8, width: 8))
    builder.convolution(.integer(1 << 40), kernel: 1)
    #expect(throws: CostError.overflow(at: NodeID(index: 1))) {
      try cost(of: Architecture(choices: []), in: builder.space(classes: 1))
    }
    #expect(throws: CostModelError.cost(.overflow(at: NodeID(index: 1)))) {
      try CostModel(builder.space(classes: 1))
    }
  }

  @Test func `only a member has a cost`() {
    let space = ReleasedNetworks.space(ReleasedNetworks.rows[0])
    #expect(throws: CostError.notAMember) { try cost(of: Architecture(choices: [0]), in: space) }
  }
}
