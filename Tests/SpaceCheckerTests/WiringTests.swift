import SpaceCompiler
import SpaceIR
import Testing

/// What items read: `from`, branches side by side, blocks of several inputs.
struct WiringTests {
  private func operations(_ network: String, head: String = "") throws -> [String] {
    let space = try MiniSpace(network: network, head: head).compiled().space
    return space.body.nodes.map { node in
      space.text(of: node).split(separator: " ").dropFirst(2).prefix { $0 != ":" }.joined(separator: " ")
    }
  }

  @Test func `an item reads what it names`() throws {
    let found = try operations(
      """
        - {name: a, op: batch_norm}
        - {name: b, op: batch_norm, from: input}
        - {name: c, op: add, from: [a, b]}
        - {name: d, op: concat, from: [a, b, c]}
      """)
    #expect(
      found.prefix(5) == [
        "input", "batch_norm %0", "batch_norm %0", "add %1 %2", "join concat %1 %2 %3",
      ])
  }

  @Test func `a step back beyond the first result gives the first`() throws {
    let found = try operations(
      """
        - {name: a, op: batch_norm}
        - {stage: s, layers: 3, layer: {op: add, from: [back.1, back.2]}}
        - {name: far, op: add, from: [back.1, back.9]}
      """)
    // Before the first item there is none, so the first layer adds the first item to itself.
    #expect(found[2...5] == ["add %1 %1", "add %2 %1", "add %3 %2", "add %4 %1"])
  }

  @Test func `before the first item a step back is the input`() throws {
    #expect(try operations("  - {name: a, op: add, from: [back.1, back.3]}")[1] == "add %0 %0")
  }

  @Test func `the name of a stage is its last layer`() throws {
    let found = try operations(
      """
        - {stage: s, layers: 2, layer: {op: batch_norm}}
        - {name: other, op: activation, function: gelu}
        - {name: sum, op: add, from: [s, other]}
      """)
    #expect(found[4] == "add %2 %3")
  }

  @Test func `branches start at one tensor`() throws {
    let found = try operations(
      """
        - {name: a, op: batch_norm}
        - name: both
          parallel:
            left: [{op: activation, function: tanh}, batch_norm]
            right: []
            third: [{op: batch_norm, from: a}]
          join: concat
      """)
    #expect(
      found[2...5] == ["activation %1 function tanh", "batch_norm %2", "batch_norm %1", "join concat %3 %1 %4"])
  }

  @Test func `a branch of the network decides for itself`() throws {
    let space = try MiniSpace(
      network: """
          - name: both
            parallel:
              left: [{op: conv, channels: 3, kernel: {choose: [1, 3]}}, {op: conv, channels: 3, kernel: {choose: [1, 3]}}]
              right: [{op: conv, name: far, channels: 3, kernel: {choose: [1, 3]}}]
            join: add
        """
    ).compiled()
    #expect(space.decisionNames == ["both.left.conv.kernel", "both.left.conv2.kernel", "both.right.far.kernel"])
    #expect(space.countOfMembers == "8")
    #expect(space.space.layers[1].decisions.count == 3)
  }

  @Test func `a block of two inputs knows the shapes of both`() throws {
    let found = try operations(
      """
        - {name: a, op: conv, channels: 5, kernel: 3}
        - {name: b, op: unit, from: [input, a]}
      """,
      head: """
        blocks:
          unit:
            inputs: [left, right]
            body:
              - {op: conv, name: fitted, channels: right.channels, kernel: 1, from: left}
              - {op: add, from: [fitted, right]}
              - {op: slice, channels: left.channels, first: fitted.out.channels - left.channels}
        """)
    #expect(
      found[2...4] == [
        "convolution %0 channels 5 kernel 1 stride 1 bias false", "add %2 %1", "slice %3 first 2 channels 3",
      ])
  }

  @Test func `the shape of a named item is known to what comes later`() throws {
    let found = try operations(
      """
        - {name: a, op: conv, channels: 6, kernel: 3, stride: 2}
        - {name: b, op: conv, channels: a.out.channels + a.out.height, kernel: 3}
      """)
    #expect(found[2] == "convolution %1 channels 10 kernel 3 stride 1 bias false")
  }

  @Test func `a layer knows its number`() throws {
    let found = try operations("  - {stage: s, layers: 3, layer: {op: conv, channels: 4 * layer.index, kernel: 1}}")
    #expect(found[1...3].map { $0.split(separator: " ")[3] } == ["4", "8", "12"])
  }

  @Test func `alternatives read the same, and what is left out passes it on`() throws {
    let space = try MiniSpace(
      network: """
          - {name: a, op: conv, channels: 4, kernel: 3}
          - {name: b, op: conv, channels: 8, kernel: 3}
          - {name: c, op: conv, channels: 4, kernel: {choose: [1, 3]}, from: a, or: [bypass, {op: batch_norm}]}
          - {name: d, op: add, from: [a, c]}
        """
    ).compiled()
    #expect(space.countOfMembers == "4")
    let left = try space.space.bound(to: space.space.member(["c.op": "bypass"]))
    #expect(left.text.contains("add %1 %1"))
    let normed = try space.space.bound(to: space.space.member(["c.op": "batch_norm"]))
    #expect(normed.text.contains("batch_norm %1"))
  }

  @Test func `two items of one kind and a label like theirs are three`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit}",
      head: """
        blocks:
          unit:
            decide: each
            body:
              - {op: conv, channels: 4, kernel: {choose: [1, 3]}}
              - {op: conv, name: conv2, channels: 4, kernel: {choose: [1, 3]}}
              - {op: conv, channels: 4, kernel: {choose: [1, 3]}}
        """
    ).compiled()
    #expect(space.decisionNames == ["a.conv.kernel", "a.conv2.kernel", "a.conv3.kernel"])
  }

  @Test func `conditions side by side have names of their own`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit, wide: {choose: [true, false]}}",
      head: """
        blocks:
          unit:
            parameters: {wide: bool}
            decide: each
            body:
              - {when: wide, then: [{op: conv, channels: 4, kernel: {choose: [1, 3]}}], else: [{op: conv, channels: 4, kernel: 1}]}
              - {when: wide, then: [{op: conv, channels: 4, kernel: {choose: [1, 3]}}]}
        """
    ).compiled()
    #expect(space.decisionNames == ["a.wide", "a.then.conv.kernel", "a.then2.conv.kernel"])
    #expect(space.countOfMembers == "5")
  }

  @Test func `branches without operations can read different tensors`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit, first: {choose: [true, false]}}",
      head: """
        blocks:
          unit:
            parameters: {first: bool}
            body:
              - {op: conv, name: near, channels: 3, kernel: 3}
              - {when: first, then: [{op: identity, from: in}]}
        """
    ).compiled()
    let (first, second) = (Architecture(choices: [0]), Architecture(choices: [1]))
    #expect(try space.space.bound(to: first).text.contains("global_pool %0"))
    #expect(try space.space.bound(to: second).text.contains("global_pool %1"))
  }
}

/// Blocks that make choices: together or each use for itself.
struct DecidingBlockTests {
  private static func blocks(_ scope: String) -> String {
    """
    blocks:
      unit:
        decide: \(scope)
        body:
          - {op: conv, channels: 8, kernel: {choose: [3, 5, 7]}}
          - {op: conv, name: last, channels: 8, kernel: {choose: [3, 5]}}
    """
  }
  private static let network = """
      - {stage: s, layers: 2, layer: {op: unit}}
      - {name: a, op: unit}
    """

  @Test func `once is one decision for all uses, named after the block`() throws {
    let space = try MiniSpace(network: Self.network, head: Self.blocks("once")).compiled()
    #expect(space.decisionNames == ["unit.conv.kernel", "unit.last.kernel"])
    #expect(space.countOfMembers == "6")
  }

  @Test func `each is a decision of each use, named after it`() throws {
    let space = try MiniSpace(network: Self.network, head: Self.blocks("each")).compiled()
    #expect(
      space.decisionNames == [
        "s[1].conv.kernel", "s[1].last.kernel", "s[2].conv.kernel", "s[2].last.kernel", "a.conv.kernel",
        "a.last.kernel",
      ])
    #expect(space.countOfMembers == "216")
  }

  @Test func `a block inside one that decides once is decided with it`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: outer}\n  - {name: b, op: outer}",
      head: Self.blocks("each") + "\n  outer: {decide: once, body: [{op: unit}, {op: unit}]}"
    ).compiled()
    #expect(
      space.decisionNames == [
        "outer.unit.conv.kernel", "outer.unit.last.kernel", "outer.unit2.conv.kernel", "outer.unit2.last.kernel",
      ])
  }

  @Test func `a shared decision serves where a later use is under more conditions`() throws {
    let space = try MiniSpace(
      network: """
          - {name: a, op: unit}
          - {stage: s, layers: {choose: [1, 2, 3]}, decide: each, layer: {op: unit, or: bypass}}
        """, head: Self.blocks("once")
    ).compiled()
    #expect(space.decisionNames.filter { $0.hasPrefix("unit.") }.count == 2)
    // 6 kernels, and layers that are there or bypassed: 2 + 4 + 8.
    #expect(space.countOfMembers == "84")
  }
}
