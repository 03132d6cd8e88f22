import Diagnostics
import SpaceCompiler
import SpaceIR
import Testing

/// Where networks begin and end: several inputs, several outputs, maps.
struct EndsTests {
  private func compiled(_ text: String) throws -> CompiledSpace {
    let compilation = compile("espalier: 1\nspace: ends\n" + text)
    try #require(compilation.diagnostics.map(\.message) == [])
    let result = try #require(compilation.result)
    try expectSound(result.space)
    return result
  }

  private static let two = """
    inputs:
      left: {channels: 3, height: 8, width: 8}
      right: {channels: 1, height: 4, width: 4}

    """

  @Test func `inputs and outputs by name`() throws {
    let space = try compiled(
      Self.two
        + """
        outputs:
          scores: {from: head, classes: 10}
          map: {from: sum, channels: left.channels, height: 4, width: 4}
        network:
          - {name: a, op: conv, channels: 8, kernel: {choose: [3, 5]}, stride: 2, from: left}
          - {name: b, op: conv, channels: a.out.channels, kernel: 3, from: right}
          - {name: sum, op: add, from: [a, b]}
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: output.classes}

        """.replacing("left.channels", with: "8")
    ).space
    #expect(space.inputName == "left")
    #expect(space.otherInputs == [NamedInput(name: "right", shape: ImageShape(channels: 1, height: 4, width: 4))])
    #expect(space.outputName == "scores")
    #expect(space.otherOutputs.map(\.name) == ["map"])
    #expect(
      space.text.split(separator: "\n")[1...3] == [
        "input \"left\" 3 x 8 x 8", "input \"right\" 1 x 4 x 4", "output \"scores\" 10 x 1 x 1",
      ])
    #expect(space.text.hasSuffix("output \"map\" %4 : 8 x 4 x 4\n"))
  }

  @Test func `the output can be a map`() throws {
    let space = try compiled(
      """
      input: {channels: 3, height: 8, width: 8}
      output: {channels: 21, height: 8, width: 8}
      network:
        - {name: down, op: conv, channels: 16, kernel: 3, stride: {choose: [2, 4]}}
        - {name: up, op: resize, height: 8, width: 8}
        - {name: last, op: conv, channels: 21, kernel: 1}

      """
    ).space
    #expect(space.output == ImageShape(channels: 21, height: 8, width: 8))
    #expect(space.text.contains("output 21 x 8 x 8"))
  }

  @Test func `an output can be what a choice gives`() throws {
    let space = try compiled(
      """
      input: {channels: 8, height: 8, width: 8}
      outputs:
        first: {from: a, channels: 8, height: 8, width: 8}
        second: {from: b, classes: 10}
      network:
        - {name: a, op: conv, channels: 8, kernel: 3, or: bypass}
        - {name: pool, op: global_pool}
        - {name: b, op: linear, features: 10}

      """
    ).space
    #expect(space.outputName == "first")
    // Where the layer is left out, the output is the input itself.
    let bound = try space.bound(to: space.member(["a.op": "bypass"]))
    #expect(bound.body.result == NodeID(index: 0))
  }

  @Test func `the size of an input is known by its name`() throws {
    let space = try compiled(
      Self.two + """
        output: {classes: 10}
        network:
          - {name: a, op: resize, height: right.out.height, width: right.out.width, from: left}
          - {name: b, op: conv, channels: right.out.channels + 2, kernel: 1, from: right}
          - {name: c, op: add, from: [a, b]}
          - {name: pool, op: global_pool}
          - {name: head, op: linear, features: 10}

        """
    ).space
    #expect(space.text.contains("resize %0 height 4 width 4"))
  }
}
