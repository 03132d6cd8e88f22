import Diagnostics
import SpaceCompiler
import SpaceIR
import Testing

/// Grammars: how many networks a rule derives, and what its decisions are called.
struct RuleTests {
  private func net(_ depth: Int, _ productions: [String]) -> String {
    """
    rules:
      net:
        decide: each
        max_depth: \(depth)
        one_of:
    \(productions.map { "      " + $0 }.joined(separator: "\n"))
    """
  }
  private let leaf = "leaf: [{op: conv, channels: 4, kernel: 3}]"

  @Test(arguments: 1...5)
  func `a chain of two has one more than the square of what is one level lower`(depth: Int) throws {
    let space = try MiniSpace(
      network: "  - {name: body, op: net}", head: net(depth, ["chain: [{op: net}, {op: net}]", leaf])
    ).compiled()
    // At the bound only a leaf is left, and is no choice.
    let expected = (1..<depth).reduce(1) { count, _ in count * count + 1 }
    #expect(space.enumeratedMembers == expected)
    #expect(space.countOfMembers == String(expected))
  }

  @Test(arguments: 1...4)
  func `branches side by side count like those after one another`(depth: Int) throws {
    let both = "both: [{parallel: {left: [{op: net}], right: [{op: net}]}, join: add}]"
    let two = "leaf: [{op: conv, channels: 3, kernel: {choose: [1, 3]}}]"
    let space = try MiniSpace(
      network: "  - {name: body, op: net}", head: net(depth, [both, "nothing: []", two])
    ).compiled()
    // A leaf has two kernels, and there may be nothing.
    let expected = (1..<depth).reduce(3) { count, _ in count * count + 3 }
    #expect(space.countOfMembers == String(expected))
    if expected < 1000 { #expect(space.enumeratedMembers == expected) }
  }

  @Test func `a use is named after where it stands`() throws {
    let space = try MiniSpace(
      network: "  - {stage: s, layers: 2, layer: {op: net}}",
      head: net(
        2,
        [
          "chain: [{op: net}, {op: net, name: last}]", leaf,
          "norm: [batch_norm, {op: conv, channels: 4, kernel: {choose: [1, 3]}}]",
        ])
    ).compiled()
    #expect(
      space.decisionNames.prefix(6) == [
        "s[1].op", "s[1].chain.net.op", "s[1].chain.net.norm.conv.kernel", "s[1].chain.last.op",
        "s[1].chain.last.norm.conv.kernel", "s[1].norm.conv.kernel",
      ])
    #expect(space.space.decisions[0].options == ["chain", "leaf", "norm"].map { .word($0) })
    #expect(space.space.decisions[1].options == ["leaf", "norm"].map { .word($0) })
    #expect(space.existences["s[1].chain.net.op"] == "s[1].op = chain")
    // Inside: 1 + 2. A use: 3 x 3 + 1 + 2.
    #expect(space.countOfMembers == "144")
  }

  @Test func `one production that can end is no decision`() throws {
    let space = try MiniSpace(network: "  - {name: body, op: net}", head: net(1, ["chain: [{op: net}]", leaf]))
      .compiled()
    #expect(space.decisionNames == [])
  }

  @Test func `rules that contain each other share the bound of one`() throws {
    let space = try MiniSpace(
      network: "  - {name: body, op: a}",
      head: """
        rules:
          a:
            decide: each
            max_depth: 2
            one_of: {more: [{op: b}], stop: [{op: conv, channels: 4, kernel: 3}]}
          b:
            decide: each
            one_of: {two: [{op: a}, {op: a}], norm: [batch_norm], wrapped: [{op: wrap}]}
        blocks:
          wrap: {decide: each, body: [{op: a}, batch_norm]}
        """
    ).compiled()
    // Inside the second `a`, `b` can only be `norm`: 1 + 1 = 2. Outside, `b` has 2 x 2 + 1 + 2, and `a` one more.
    #expect(space.countOfMembers == "8")
    #expect(space.enumeratedMembers == 8)
  }

  @Test func `parameters go down the derivation`() throws {
    let space = try MiniSpace(
      network: "  - {name: body, op: net, channels: 4, left: 3}",
      head: """
        rules:
          net:
            parameters: {channels: int, left: int}
            decide: each
            max_depth: 9
            one_of:
              wider:
                - switch: left
                  cases:
                    0: []
                    else: [{op: conv, channels: 2 * channels, kernel: 3}, {op: net, channels: 2 * channels, left: left - 1}]
              stop: [{op: conv, channels: channels, kernel: 1}]
        """
    ).compiled()
    #expect(space.countOfMembers == "5")
    #expect(space.space.text.contains("channels 32 kernel 3"))
  }

  @Test func `a rule that decides once is derived the same at every use`() throws {
    let space = try MiniSpace(
      network: "  - {stage: s, layers: 3, layer: {op: kind}}",
      head: "rules:\n  kind: {decide: once, one_of: {wide: [{op: conv, channels: 8, kernel: 3}], deep: [batch_norm]}}"
    ).compiled()
    #expect(space.decisionNames == ["kind.op"])
    #expect(space.countOfMembers == "2")
  }

  @Test func `a grammar that explodes is refused before it is written out`() {
    let grammar = net(64, ["four: [{op: net}, {op: net}, {op: net}, {op: net}]", leaf])
    let clock = ContinuousClock()
    let time = clock.measure {
      let compilation = compile(MiniSpace(network: "  - {name: body, op: net}", head: grammar).text)
      #expect(compilation.diagnostics.map(\.code) == ["ES1019"])
    }
    // Written out it would have 4^63 leaves; 20 ms are measured.
    #expect(time < .seconds(1))
  }
}
