import SpaceIR
import Testing

/// How kernels are written, and what of them takes time.
@Suite struct DeviceKernelTests {
  private static func integers(_ values: [Int]) -> [Value] { values.map(Value.integer) }

  @Test func `what is as usual is left out`() {
    let plain = KernelShape(
      .conv, Self.integers([3, 32, 32, 16, 3, 3, 1, 1, 1]) + [.boolean(false)], followers: ["batch_norm", "relu"])
    #expect(plain.description == "op: conv, in: 3x32x32, channels: 16, kernel: 3, then: [batch_norm, relu]")
    let other = KernelShape(.conv, Self.integers([3, 32, 32, 16, 3, 1, 2, 1, 4]) + [.boolean(true)], followers: [])
    #expect(
      other.description
        == "op: conv, in: 3x32x32, channels: 16, kernel: 3, kernel_width: 1, stride: 2, groups: 4, bias: true")
    let attention = KernelShape(.attention, Self.integers([8, 4, 4, 8, 4, 4, 2, 16]), followers: [])
    #expect(attention.description == "op: attention, in: 8x4x4, heads: 2, width: 16")
  }

  @Test(arguments: [(0, true), (1, true), (2, false), (3, false)])
  func `a join of one operand takes no time`(operands: Int, isNothing: Bool) {
    let join = KernelShape(.add, Self.integers([8, 4, 4, operands]), followers: [])
    #expect(join.isNothing == isNothing)
    #expect((LatencyTable(device: "d", path: "", [:])[join] == 0) == isNothing)
  }

  @Test func `what follows a join of one operand is a kernel of its own`() {
    let form = DeviceKernel.Form(operation: .add, followers: [.batchNorm, .activation])
    let one = KernelShape(form, Self.integers([8, 4, 4, 1]) + [.word("relu")])
    #expect(one.description == "op: batch_norm, in: 8x4x4, then: [relu]")
    let two = KernelShape(form, Self.integers([8, 4, 4, 2]) + [.word("relu")])
    #expect(two.description == "op: add, in: 8x4x4, then: [batch_norm, relu]")
    let active = DeviceKernel.Form(operation: .concat, followers: [.activation])
    #expect(
      KernelShape(active, Self.integers([8, 4, 4, 1]) + [.word("swish")]).description
        == "op: activation, in: 8x4x4, function: swish")
  }
}
