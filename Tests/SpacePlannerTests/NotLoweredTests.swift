import SpaceIR
import SpacePlanner
import Testing

/// Every operation is lowered; what no kernel carries out is refused by name, before anything is planned.
struct NotLoweredTests {
  /// A space of one operation on `[n, 4, 8, 8]` and its classifier.
  struct Case: CustomTestStringConvertible, Sendable {
    let operation: String
    var channels = 4
    var head = ""
    let what: String?
    var testDescription: String { operation + head }

    var text: String {
      """
      space "s" input 4 x 8 x 8 classes 10 \(head)
      decision $f {relu, gelu} decision $there {false, true} decision $kernel {3, 5} decision $bits {1, 4}
      layer input layer l ($f, $there, $kernel, $bits)
      body {
        %0 = input : tensor<[n, 4, 8, 8]> @input/1
        %1 = \(operation) : tensor<[n, \(channels), 8, 8]> @l/1
        %2 = global_pool %1 : tensor<[n, \(channels), 1, 1]> @l/2
        %3 = linear %2 features 10 bias true : tensor<[n, 10, 1, 1]> @l/3
        yield %3
      }
      """
    }
  }

  private static let cases =
    lowered.map { Case(operation: $0, what: nil) } + [
      Case(operation: "slice %0 first 0 channels 2", channels: 2, what: nil),
      Case(operation: "join concat %0 %0", channels: 8, what: nil),
      Case(operation: "depthwise %0 kernel $kernel stride 1 copies 1", head: "hint share kernel nested", what: nil),
      Case(operation: "batch_norm %0", head: "hint share kernel mask", what: nil),
      Case(
        operation: "depthwise %0 kernel $kernel stride 1 copies 1", head: "hint share kernel mask",
        what: "a kernel that 'kernel' masks (say 'nested')"),
      Case(operation: "quantize %0 bits 1 mode symmetric", what: "a rounding to fewer than 2 bits"),
      Case(operation: "quantize %0 bits $bits mode symmetric", what: "a rounding to fewer than 2 bits"),
    ]

  private static let lowered = [
    "convolution %0 channels 4 kernel 3 stride 1 groups 2 bias false",
    "convolution %0 channels 4 kernel 3 stride 1 dilation 2 bias false",
    "convolution %0 channels 4 kernel 3 kernel_width 1 stride 1 bias false",
    "depthwise %0 kernel 3 stride 1 dilation 2 copies 1", "activation %0 function gelu",
    "activation %0 function tanh", "activation %0 function $f", "squeeze_excite %0 inner 4 function tanh gate tanh",
    "split_attention %0 inner 4 function gelu", "layer_norm %0", "shuffle %0 groups 2",
    "softmax %0 parts 2 groups 1", "resize %0 height 8 width 8 method nearest", "attention %0 %0 heads 2 width 4",
    "position_embedding %0", "quantize %0 bits 8 mode symmetric", "zero", "join add %0 %0 when $there",
    "join multiply %0 %0", "batch_norm %0", "convolution %0 channels 4 kernel 3 stride 1 bias false",
    "depthwise %0 kernel 3 stride 1 copies 1", "pool %0 kind max kernel 3 stride 1", "add %0 %0",
  ]

  @Test(arguments: cases)
  func `an operation is lowered or refused by name`(example: Case) throws {
    let space = try parseSpace(text: example.text)
    try #require(space.verify() == [])
    guard let what = example.what else {
      let plan = try SupernetPlan(for: space)
      for option in 0...1 {
        let architecture = Architecture(choices: space.decisions.map { _ in option })
        let program = try plan.bind(architecture, BindingOptions(batch: 2, pass: .forwardAndBackward))
        #expect(!program.instructions.isEmpty)
      }
      return
    }
    #expect(throws: PlanError.notLowered(what: what, layer: "l")) { try SupernetPlan(for: space) }
  }

  /// Each output has a loss, and an input that nothing reads is not asked for.
  @Test func `several inputs and outputs are lowered`() throws {
    var space = try parseSpace(text: Case(operation: "batch_norm %0", what: nil).text)
    space.otherInputs = [NamedInput(name: "b", shape: space.input)]
    space.otherOutputs = [NamedOutput(name: "mask", node: NodeID(index: 1), shape: space.input)]
    let architecture = Architecture(choices: space.decisions.map { _ in 0 })
    let program = try SupernetPlan(for: space).bind(
      architecture, BindingOptions(batch: 2, pass: .forwardAndBackward))
    let losses = program.instructions.compactMap { instruction -> Int? in
      if case .crossEntropy(_, let output) = instruction.kernel { output } else { nil }
    }
    #expect(losses == [0, 1])
    #expect(program.furtherLogits.map { program.buffers[$0.index].shape } == [[2, 8, 8, 4]])
    #expect(program.buffers.filter { $0.offset == nil }.count == 1)
  }
}
