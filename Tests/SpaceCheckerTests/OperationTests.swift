import SpaceCompiler
import SpaceIR
import Testing

/// Operations of the language as they stand in the IR.
struct OperationTests {
  private func nodes(_ network: String, head: String = "") throws -> [String] {
    let space = try MiniSpace(network: network, head: head).compiled().space
    return space.body.nodes.dropFirst().dropLast(2).map { node in
      space.text(of: node).split(separator: " @")[0].split(separator: " = ", maxSplits: 1).last.map(String.init) ?? ""
    }
  }

  @Test func `a convolution has groups, dilation and two sides`() throws {
    let found = try nodes(
      """
        - {name: a, op: conv, channels: 8, kernel: 3}
        - {name: b, op: conv, channels: 16, kernel: 3, kernel_width: 5, dilation: 2, groups: 4, bias: true}
        - {name: c, op: depthwise, kernel: 3, dilation: 3, stride: 2}
      """)
    #expect(
      found == [
        "convolution %0 channels 8 kernel 3 stride 1 bias false : tensor<[n, 8, 8, 8]>",
        "convolution %1 channels 16 kernel 3 kernel_width 5 stride 1 dilation 2 groups 4 bias true : tensor<[n, 16, 8, 8]>",
        "depthwise %2 kernel 3 stride 2 dilation 3 copies 1 : tensor<[n, 16, 4, 4]>",
      ])
  }

  @Test func `groups can be chosen where they divide what enters and what leaves`() throws {
    let space = try MiniSpace(
      network: """
          - {name: a, op: conv, channels: {choose: [8, 16]}, kernel: 3}
          - {name: b, op: conv, channels: 2 * a.channels, kernel: 3, groups: {choose: [1, 2, 8]}}
          - {name: c, op: depthwise, kernel: 3}
          - {name: d, op: conv, channels: c.out.channels, kernel: 1, groups: c.out.channels}
        """
    ).compiled()
    #expect(space.countOfMembers == "6")
  }

  @Test func `ranges, order and sizes`() throws {
    let found = try nodes(
      """
        - {name: a, op: conv, channels: 8, kernel: 3}
        - {name: b, op: slice, channels: 6}
        - {name: c, op: slice, first: 2, channels: 4}
        - {name: d, op: shuffle, groups: 2}
        - {name: e, op: resize, height: 16, width: 12}
        - {name: f, op: resize, height: 4, width: 4, method: bilinear}
        - {name: g, op: zero}
        - {name: h, op: zero, channels: 5, stride: 2}
      """)
    #expect(
      found.dropFirst() == [
        "slice %1 first 0 channels 6 : tensor<[n, 6, 8, 8]>", "slice %2 first 2 channels 4 : tensor<[n, 4, 8, 8]>",
        "shuffle %3 groups 2 : tensor<[n, 4, 8, 8]>",
        "resize %4 height 16 width 12 method nearest : tensor<[n, 4, 16, 12]>",
        "resize %5 height 4 width 4 method bilinear : tensor<[n, 4, 4, 4]>", "zero : tensor<[n, 4, 4, 4]>",
        "zero : tensor<[n, 5, 2, 2]>",
      ])
  }

  @Test func `parts of a transformer`() throws {
    let found = try nodes(
      """
        - {name: a, op: conv, channels: 8, kernel: 3}
        - {name: b, op: position_embedding}
        - {name: c, op: layer_norm}
        - {name: d, op: attention, heads: 2, width: 12}
        - {name: e, op: attention, heads: 4, width: 16, from: [d, input]}
        - {name: f, op: activation, function: gelu}
        - {name: g, op: activation, function: tanh}
        - {name: h, op: quantize, bits: 8}
        - {name: i, op: quantize, bits: 4, mode: per_channel}
      """)
    let type = ": tensor<[n, 8, 8, 8]>"
    #expect(
      found.dropFirst() == [
        "position_embedding %1 \(type)", "layer_norm %2 \(type)", "attention %3 %3 heads 2 width 12 \(type)",
        "attention %4 %0 heads 4 width 16 \(type)", "activation %5 function gelu \(type)",
        "activation %6 function tanh \(type)", "quantize %7 bits 8 mode symmetric \(type)",
        "quantize %8 bits 4 mode per_channel \(type)",
      ])
  }

  @Test func `a map can be scaled by one pixel`() throws {
    let found = try nodes(
      """
        - {name: a, op: conv, channels: 8, kernel: 3}
        - {name: b, op: global_pool}
        - {name: c, op: activation, function: sigmoid}
        - {name: d, op: multiply, from: [a, c]}
        - {name: e, op: multiply, from: [c, d]}
      """)
    #expect(
      found[3...] == ["join multiply %1 %3 : tensor<[n, 8, 8, 8]>", "join multiply %3 %4 : tensor<[n, 8, 8, 8]>"])
  }

  @Test func `every argument of an operation can be a choice but words that say how`() throws {
    let space = try MiniSpace(
      network: """
          - {name: a, op: conv, channels: 8, kernel: {choose: [1, 3]}, kernel_width: {choose: [1, 3]}, dilation: {choose: [1, 2]}}
          - {name: b, op: shuffle, groups: {choose: [1, 2]}}
          - {name: c, op: slice, first: {choose: [0, 2]}, channels: {choose: [4, 6]}}
          - {name: d, op: resize, height: {choose: [4, 6]}, width: {choose: [4, 6]}}
          - {name: e, op: attention, heads: {choose: [1, 2]}, width: {choose: [4, 8]}}
          - {name: f, op: quantize, bits: {choose: [4, 8]}, mode: {choose: [symmetric, asymmetric]}}
          - {name: g, op: zero, channels: {choose: [4, 8]}, stride: {choose: [1, 2]}}
        """
    ).compiled()
    #expect(space.countOfMembers == "16384")
  }
}
