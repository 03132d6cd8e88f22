import Diagnostics
import SpaceCompiler
import SpaceIR
import TestSupport
import Testing

/// Blocks: bodies, branches, shortcuts, and files that bring them.
struct BlockTests {
  private static let nested = """
    blocks:
      unit:
        parameters:
          kernel: int
          act: {type: word, one_of: [relu, swish], default: relu}
          stride: {type: int, default: 1}
        body:
          - switch: kernel
            cases:
              0: []
              3:
                - {op: conv, channels: in.channels, kernel: 3, stride: stride}
                - when: act == swish
                  then: [{op: activation, function: swish}]
                  else: [batch_norm, {op: activation, function: relu}]
              else:
                - {op: depthwise, kernel: kernel, stride: stride}
        shortcut: {when: kernel > 0 and stride == 1}
    """

  @Test func `branches nest and follow their decisions`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit, kernel: {choose: [0, 3, 5]}, act: {choose: [relu, swish]}}", head: Self.nested
    ).compiled()
    #expect(space.decisionNames == ["a.kernel", "a.act"])
    #expect(space.countOfMembers == "6")
    for kernel in 0..<3 {
      for function in 0..<2 {
        let member = try space.space.bound(to: Architecture(choices: [kernel, function]))
        let expected = [[], [function == 0 ? 4 : 3], [2]][kernel].first ?? 0
        // Input, pool and classifier, and what this member's body and shortcut are made of.
        #expect(member.body.nodes.count == 3 + expected)
      }
    }
  }

  @Test func `a constant takes its branch at once`() throws {
    let space = try MiniSpace(network: "  - {name: a, op: unit, kernel: 0}", head: Self.nested).compiled()
    #expect(space.space.body.nodes.count == 3)
    let other = try MiniSpace(network: "  - {name: a, op: unit, kernel: 7, stride: 2}", head: Self.nested).compiled()
    #expect(other.space.body.nodes.count == 4)
  }

  @Test func `a shortcut joins where its condition holds`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit, channels: {choose: [3, 8]}}",
      head: """
        blocks:
          unit:
            parameters: {channels: int}
            body: [{op: conv, channels: channels, kernel: 3}]
            shortcut: {when: in.channels == channels}
        """
    ).compiled()
    #expect(try space.space.bound(to: Architecture(choices: [0])).body.nodes.count == 5)
    #expect(try space.space.bound(to: Architecture(choices: [1])).body.nodes.count == 4)
  }

  @Test func `a used file is looked for beside its user`() throws {
    let reader = TextReader(files: [
      "folder/space.yaml": """
      espalier: 1
      space: mini
      use: [blocks/a.yaml]
      input: {channels: 3, height: 8, width: 8}
      output: {classes: 10}
      network:
        - {name: a, op: outer, channels: 8}
        - {name: pool, op: global_pool}
        - {name: head, op: linear, features: 10}
      """,
      "folder/blocks/a.yaml": """
      espalier: 1
      use: [deep/b.yaml, ../c.yaml]
      blocks:
        outer: {parameters: {channels: int}, body: [{op: inner, channels: channels}, last]}
      """,
      "folder/blocks/deep/b.yaml": """
      espalier: 1
      use: [../../c.yaml]
      blocks:
        inner: {parameters: {channels: int}, body: [{op: conv, channels: channels, kernel: 3}]}
      """,
      "folder/c.yaml": "espalier: 1\nblocks: {last: {body: [batch_norm]}}\n",
    ])
    let compilation = compileSpace(at: "folder/space.yaml", reader: reader)
    #expect(compilation.diagnostics == [])
    try expectSound(try #require(compilation.result?.space))
  }

  @Test func `a file that is not there is an error of its own`() {
    let compilation = compileSpace(at: "nowhere.yaml", reader: TextReader(files: [:]))
    #expect(compilation.diagnostics.map(\.code) == ["ES1005"])
    #expect(compilation.result == nil)
  }
}
