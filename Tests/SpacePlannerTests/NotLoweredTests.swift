import SpaceIR
import SpacePlanner
import Testing

/// What no kernel carries out is refused by name, before anything is planned.
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
      decision $f {relu, gelu} decision $there {false, true}
      layer input layer l ($f, $there)
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

  private static let cases = [
    Case(operation: "convolution %0 channels 4 kernel 3 stride 1 groups 2 bias false", what: "a grouped convolution"),
    Case(operation: "convolution %0 channels 4 kernel 3 stride 1 dilation 2 bias false", what: "a dilated convolution"),
    Case(
      operation: "convolution %0 channels 4 kernel 3 kernel_width 1 stride 1 bias false",
      what: "a convolution of unequal sides"),
    Case(operation: "depthwise %0 kernel 3 stride 1 dilation 2 copies 1", what: "a dilated convolution"),
    Case(operation: "activation %0 function gelu", what: "'gelu'"),
    Case(operation: "activation %0 function tanh", what: "'tanh'"),
    Case(operation: "activation %0 function $f", what: "'gelu'"),
    Case(operation: "squeeze_excite %0 inner 4 function tanh gate sigmoid", what: "'tanh'"),
    Case(operation: "squeeze_excite %0 inner 4 function relu gate tanh", what: "'tanh'"),
    Case(operation: "split_attention %0 inner 4 function gelu", what: "'gelu'"),
    Case(operation: "layer_norm %0", what: "'layer_norm'"),
    Case(operation: "slice %0 first 0 channels 2", channels: 2, what: "'slice'"),
    Case(operation: "shuffle %0 groups 2", what: "'shuffle'"),
    Case(operation: "resize %0 height 8 width 8 method nearest", what: "'resize'"),
    Case(operation: "attention %0 %0 heads 2 width 4", what: "'attention'"),
    Case(operation: "position_embedding %0", what: "'position_embedding'"),
    Case(operation: "quantize %0 bits 8 mode symmetric", what: "'quantize'"),
    Case(operation: "zero", what: "'zero'"),
    Case(operation: "join add %0 %0 when $there", what: "'add' of several operands"),
    Case(operation: "join multiply %0 %0", what: "'multiply' of several operands"),
    Case(operation: "join concat %0 %0", channels: 8, what: "'concat' of several operands"),
    Case(operation: "batch_norm %0", head: "hint share kernel nested", what: "the hint to share 'kernel' as 'nested'"),
    Case(operation: "batch_norm %0", head: "hint share kernel mask", what: "the hint to share 'kernel' as 'mask'"),
    Case(operation: "batch_norm %0", what: nil),
    Case(operation: "convolution %0 channels 4 kernel 3 stride 1 bias false", what: nil),
    Case(operation: "depthwise %0 kernel 3 stride 1 copies 1", what: nil),
    Case(operation: "add %0 %0", what: nil),
  ]

  @Test(arguments: cases)
  func `an operation without a kernel is refused by name`(example: Case) throws {
    let space = try parseSpace(text: example.text)
    try #require(space.verify() == [])
    guard let what = example.what else {
      #expect(throws: Never.self) { try SupernetPlan(for: space) }
      return
    }
    let layer = example.head.isEmpty ? "l" : "hints"
    #expect(throws: PlanError.notLowered(what: what, layer: layer)) { try SupernetPlan(for: space) }
  }

  @Test func `several inputs, further outputs and maps are refused`() throws {
    var space = try parseSpace(text: Case(operation: "batch_norm %0", what: nil).text)
    let whole = space
    space.otherInputs = [NamedInput(name: "b", shape: space.input)]
    #expect(throws: PlanError.notLowered(what: "several inputs", layer: "input")) { try SupernetPlan(for: space) }
    space = whole
    space.otherOutputs = [NamedOutput(name: "mask", node: NodeID(index: 1), shape: space.input)]
    #expect(throws: PlanError.notLowered(what: "a further output", layer: "mask")) { try SupernetPlan(for: space) }
    space = whole
    space.output = space.input
    #expect(throws: PlanError.notLowered(what: "an output of more than one pixel", layer: "output")) {
      try SupernetPlan(for: space)
    }
  }
}
