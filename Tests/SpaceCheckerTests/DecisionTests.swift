import SpaceCompiler
import SpaceIR
import Testing

/// What the forms of the language decide: names, options, and the number of networks by hand.
struct DecisionTests {
  @Test func `a list is a decision and one option is not`() throws {
    let space = try MiniSpace(
      network: "  - {name: stem, op: conv, channels: {choose: [16, 8]}, kernel: {choose: [3]}}"
    ).compiled()
    #expect(space.decisionNames == ["stem.channels"])
    #expect(space.space.decisions[0].options == [.integer(16), .integer(8)])
    #expect(space.space.layers.map(\.name) == ["input", "stem", "pool", "head"])
  }

  /// A word that is no function stands for nothing at all; found by a reader of the documentation.
  @Test(arguments: [
    "{name: act, op: maybe, kind: f}", "{name: act, op: activation, function: f, when: f != none}",
    "{name: act, op: guarded, kind: f}",
  ])
  func `a word that a condition rules out need not fit`(item: String) throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 8, kernel: 3}
          - \(item)
          - {name: both, op: add, from: [stem, back.1]}
        """,
      head: """
        decisions: {f: {choose: [relu, gelu, none]}}
        blocks:
          maybe:
            parameters: {kind: word}
            body: [{switch: kind, cases: {none: [], else: [{op: activation, function: kind}]}}]
          guarded:
            parameters: {kind: word}
            body: [{when: kind != none, then: [{op: activation, function: kind}]}]
        """
    ).compiled()
    #expect(space.countOfMembers == "3")
    try expectSound(space.space)
  }

  /// Found by a reader of the documentation: networks without a rest were counted once for each of its options.
  @Test(arguments: [
    ("once", "{first: 3, rest: {choose: [3, 5, 7], decide: once}}", 4),
    ("each", "{first: 3, rest: {choose: [3, 5, 7], decide: once}}", 4),
    ("once", "{first: {choose: [3, 5]}, rest: {choose: [3, 5, 7]}}", 8),
    ("each", "{first: {choose: [3, 5]}, rest: {choose: [3, 5, 7]}}", 8),
  ])
  func `what the rest of a stage decides exists where there is a rest`(decide: String, kernel: String, count: Int)
    throws
  {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: {choose: [1, 2]}
            decide: \(decide)
            layer: {op: conv, channels: 8, kernel: \(kernel)}
        """
    ).compiled()
    #expect(space.countOfMembers == String(count))
    try expectSound(space.space)
  }

  @Test func `a range of tenths is exact and reaches its end`() throws {
    let space = try MiniSpace(
      network: "  - {name: stem, op: unit, factor: {choose: {from: 0.1, to: 1.2, step: 0.1}}}",
      head: """
        blocks:
          unit:
            parameters: {factor: rational}
            body: [{op: conv, channels: "round_to(factor * 80, 8)", kernel: 3}]
        """
    ).compiled()
    #expect(space.space.decisions[0].options == (1...12).map { Value(Rational($0, 10)) })
    #expect(space.space.decisions[0].options[9] == .integer(1))
  }

  @Test(arguments: [("once", ["s2.kernel"], 2), ("each", ["s2[1].kernel", "s2[2].kernel", "s2[3].kernel"], 8)])
  func `a stage says who decides`(scope: String, names: [String], members: Int) throws {
    let space = try MiniSpace(
      network: """
          - stage: s2
            layers: 3
            decide: \(scope)
            layer: {op: conv, channels: 8, kernel: {choose: [3, 5]}}
        """
    ).compiled()
    #expect(space.decisionNames == names)
    #expect(space.countOfMembers == String(members))
    #expect(space.enumeratedMembers == members)
  }

  @Test func `a choice can differ from its stage`() throws {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: 2
            decide: each
            layer: {op: conv, channels: {choose: [8, 16], decide: once}, kernel: {choose: [3, 5, 7]}}
        """
    ).compiled()
    #expect(space.decisionNames == ["s.channels", "s[1].kernel", "s[2].kernel"])
    #expect(space.countOfMembers == "18")
  }

  @Test(arguments: [
    // One kernel for the stage, whatever its depth: 3 depths x 2 kernels.
    ("once", 6),
    // Every layer that is there has its own: 2 + 4 + 8.
    ("each", 14),
  ])
  func `depth drops layers from the end`(scope: String, members: Int) throws {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: {choose: [3, 1, 2]}
            decide: \(scope)
            layer: {op: conv, channels: 8, kernel: {choose: [3, 5]}}
        """
    ).compiled()
    #expect(space.space.decisions[0].name == "s.layers")
    #expect(space.countOfMembers == String(members))
    #expect(space.enumeratedMembers == members)
  }

  @Test func `a layer that depth drops has no choice of its own in a stage that shares`() throws {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: {choose: [1, 2, 3]}
            decide: once
            layer: {op: conv, channels: {choose: [8, 16]}, kernel: {choose: [3, 5], decide: each}}
        """
    ).compiled()
    // Widths times the kernels of the layers that are there: 2 (2 + 4 + 8).
    #expect(space.countOfMembers == "28")
    #expect(space.enumeratedMembers == 28)
  }

  @Test(arguments: [
    // A bypassed layer has no options: 1 + 2 x 3.
    ("1", "once", "bypass", 7),
    // All layers are bypassed or none: 1 + 2 x 3.
    ("2", "once", "bypass", 7),
    // Each for itself: (1 + 6)^2.
    ("2", "each", "bypass", 49),
    // The alternative chooses too: 6 + 4.
    ("1", "once", "{op: conv, channels: {choose: [8, 16, 24, 32]}, kernel: 1}", 10),
    ("2", "each", "{op: conv, channels: {choose: [8, 16, 24, 32]}, kernel: 1}", 100),
    // 6 + 1 + 2, where the second of a kind gets a name of its own.
    ("1", "once", "[bypass, {op: conv, channels: {choose: [8, 16]}, kernel: 1}]", 9),
    (
      "1", "once",
      "[{op: conv, channels: {choose: [8, 16]}, kernel: 1}, {op: conv, channels: {choose: [8, 16]}, kernel: 7}]", 10
    ),
    // With depth: x + x^2 for x = 7 layers' worth.
    ("{choose: [1, 2]}", "each", "bypass", 56),
    ("{choose: [1, 2]}", "once", "bypass", 14),
  ])
  func `an alternative has the choices of its own and no others`(
    layers: String, scope: String, alternative: String, members: Int
  ) throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 8, kernel: 3}
          - stage: s
            layers: \(layers)
            decide: \(scope)
            layer:
              op: conv
              channels: {choose: [8, 16]}
              kernel: {choose: [1, 3, 5]}
              or: \(alternative)
        """
    ).compiled()
    #expect(space.countOfMembers == String(members))
    #expect(space.enumeratedMembers == members)
    #expect(Set(space.decisionNames).count == space.decisionNames.count)
  }

  @Test func `a stage can be left out as a whole`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 8, kernel: 3}
          - stage: s
            layers: 3
            decide: once
            layer: {op: conv, channels: 8, kernel: {choose: [3, 5]}, or: bypass}
        """
    ).compiled()
    #expect(space.decisionNames == ["s.op", "s.kernel"])
    #expect(space.countOfMembers == "3")
  }

  @Test func `a decision of the network is shared by all that name it`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: width, kernel: 3}
          - {name: mid, op: conv, channels: 2 * width, kernel: 3}
        """, head: "decisions: {width: {choose: [8, 16, 24]}}"
    ).compiled()
    #expect(space.decisionNames == ["width"])
    #expect(space.space.decisions[0].owner == "")
    #expect(space.countOfMembers == "3")
    #expect(space.space.layers.map(\.decisions.count) == [0, 1, 1, 0, 0])
  }

  @Test func `the first layer differs from the rest`() throws {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: 3
            layer: {op: conv, channels: 8, kernel: 3, stride: {first: 2, rest: 1}}
        """
    ).compiled()
    #expect(space.space.sides == [8, 4, 4, 4, 1, 1])
  }

  @Test(arguments: [
    ("once", ["s.first.kernel", "s.rest.kernel"]),
    ("each", ["s[1].kernel", "s[2].kernel", "s[3].kernel"]),
  ])
  func `the first layer chooses apart from the rest`(scope: String, names: [String]) throws {
    let space = try MiniSpace(
      network: """
          - stage: s
            layers: 3
            decide: \(scope)
            layer: {op: conv, channels: 8, kernel: {first: {choose: [3, 5]}, rest: {choose: [1, 3]}}}
        """
    ).compiled()
    #expect(space.decisionNames == names)
  }

  @Test func `a later stage uses the width of an earlier one`() throws {
    let space = try MiniSpace(
      network: """
          - stage: s1
            layers: 2
            decide: once
            layer: {op: conv, channels: {choose: [8, 16]}, kernel: 3}
          - stage: s2
            layers: 1
            layer: {op: conv, channels: 2 * s1.channels, kernel: 3}
        """
    ).compiled()
    #expect(space.decisionNames == ["s1.channels"])
    #expect(space.space.layers.last { $0.name == "s2" }?.decisions == [DecisionID(index: 0)])
  }

  @Test func `names with hyphens and of other alphabets are names`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem-1, op: conv, channels: {choose: [8, 16]}, kernel: 3}
          - {name: größe, op: conv, channels: {choose: [8, 16]}, kernel: 3}
        """
    ).compiled()
    #expect(space.decisionNames == ["stem-1.channels", "größe.channels"])
  }
}

extension Space {
  /// The heights of the body's nodes, constants only.
  fileprivate var sides: [Int] { body.nodes.compactMap { $0.type.height.constant?.integer } }
}
