import SpaceCompiler
import SpaceIR
import Testing

/// Items that are not in every network.
struct PresenceTests {
  private static let branches = "decisions: {branches: {choose: [1, 2, 3]}}"

  @Test func `an absent branch takes its decisions and its readers with it`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 8, kernel: 3}
          - {name: b1, op: conv, channels: 8, kernel: {choose: [3, 5]}}
          - {name: b2, op: conv, channels: 16, kernel: {choose: [3, 5]}, stride: 2, from: stem, when: branches >= 2}
          - {name: b3, op: conv, channels: 32, kernel: {choose: [3, 5]}, stride: 2, when: branches >= 3}
          - {name: u2, op: conv, channels: 8, kernel: 1, from: b2}
          - {name: r2, op: resize, height: 8, width: 8}
          - {name: u3, op: conv, channels: 8, kernel: 1, from: b3}
          - {name: r3, op: resize, height: 8, width: 8, method: bilinear}
          - {name: sum, op: add, from: [b1, r2, r3]}
          - {name: all, op: concat, from: [sum, r2, r3]}
          - {name: scaled, op: multiply, from: [b1, r2, r3]}
          - {name: end, op: concat, from: [all, scaled]}
        """, head: Self.branches
    ).compiled()
    #expect(space.decisionNames == ["branches", "b1.kernel", "b2.kernel", "b3.kernel"])
    #expect(space.existences["b2.kernel"] == "branches = 2, 3")
    #expect(space.existences["b3.kernel"] == "branches = 3")
    // Two kernels a branch: 2 + 4 + 8.
    #expect(space.countOfMembers == "14")
    #expect(space.enumeratedMembers == 14)
    for (branches, channels) in [("1", 16), ("2", 24), ("3", 32)] {
      let bound = try space.space.bound(to: space.space.member(["branches": branches]))
      #expect(bound.text.contains("global_pool"))
      #expect(bound.body.nodes.last { $0.place == "concat" }?.type.channels == .integer(channels))
    }
  }

  @Test func `conditions on several decisions hold together`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: unit, wide: {choose: [true, false]}, deep: {choose: [1, 2, 3]}}",
      head: """
        blocks:
          unit:
            parameters: {wide: bool, deep: int}
            decide: each
            body:
              - {op: conv, name: start, channels: 4, kernel: 3}
              - {op: conv, name: more, channels: 4, kernel: {choose: [1, 3]}, when: wide and deep >= 2}
              - {op: conv, name: last, channels: 4, kernel: {choose: [1, 3]}, when: not wide, from: start}
              - {op: add, from: [start, more, last]}
        """
    ).compiled()
    #expect(space.existences["a.more.kernel"] == "a.wide = true and a.deep = 2, 3")
    #expect(space.existences["a.last.kernel"] == "a.wide = false")
    // Wide: 1 + 2 + 2, else 3 times 2.
    #expect(space.enumeratedMembers == 11)
    #expect(!space.space.isForest)
    #expect(space.space.text.contains("when $a.wide = true and $a.deep = {2, 3}"))
  }

  @Test func `what a condition implies is not repeated`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: a, op: conv, channels: 4, kernel: {choose: [1, 3]}, when: deep >= 2}
          - {name: b, op: conv, channels: 4, kernel: {choose: [1, 3]}, when: a.kernel == 3}
          - {name: c, op: conv, channels: 4, kernel: {choose: [1, 3]}, when: deep == 3, from: a}
          - {name: sum, op: add, from: [stem, a, b, c]}
        """, head: "decisions: {deep: {choose: [1, 2, 3]}}"
    ).compiled()
    #expect(space.existences["b.kernel"] == "a.kernel = 3")
    #expect(space.existences["c.kernel"] == "deep = 3")
    #expect(space.enumeratedMembers == 1 + (1 + 2) + 2 * (1 + 2))
  }

  @Test func `a stage can be absent as a whole, whatever its depth`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - stage: s
            layers: {choose: [1, 2, 3]}
            decide: each
            layer: {op: conv, channels: 4, kernel: {choose: [3, 5]}, when: wide}
          - {name: sum, op: add, from: [stem, s]}
        """, head: "decisions: {wide: {choose: [true, false]}}"
    ).compiled()
    // The depth is decided also where there is no layer: 3 + 2 + 4 + 8.
    #expect(space.enumeratedMembers == 17)
    for member in space.space.members(atMost: 100) {
      let bound = try space.space.bound(to: member)
      let convolutions = bound.body.nodes.filter { if case .convolution = $0.operation { true } else { false } }
      let depth = space.space.value(of: DecisionID(index: 1), in: member)?.integer ?? 0
      #expect(convolutions.count == (member.choices[0] == 0 ? 1 + depth : 1))
    }
  }

  @Test func `alternatives of what is absent are absent`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: a, op: conv, channels: 4, kernel: 3, when: wide}
          - stage: s
            layers: {choose: [1, 2]}
            decide: each
            layer: {op: conv, channels: 4, kernel: {choose: [3, 5]}, or: [bypass, {op: batch_norm}]}
          - {name: sum, op: add, from: [stem, s]}
        """, head: "decisions: {wide: {choose: [true, false]}}"
    ).compiled()
    let absent = try space.space.bound(to: space.space.member(["wide": "false", "s.layers": "2"]))
    #expect(absent.text.contains("join add %1 :"))
  }

  @Test func `a block ends where its last item is there`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: a, op: unit, deep: {choose: [1, 2]}, when: wide}
          - {name: sum, op: add, from: [stem, a]}
        """,
      head: """
        decisions: {wide: {choose: [true, false]}}
        blocks:
          unit:
            parameters: {deep: int}
            body: [batch_norm, {op: conv, channels: 4, kernel: 3, when: deep == 2}]
        """
    ).compiled()
    #expect(space.existences["a.deep"] == "wide = true")
    for (choices, operands) in [(["wide": "true", "a.deep": "2"], 2), (["wide": "true"], 1), (["wide": "false"], 1)] {
      let bound = try space.space.bound(to: space.space.member(choices))
      let joins = bound.body.nodes.compactMap {
        if case .join(_, let operands) = $0.operation { operands } else { nil }
      }
      #expect(joins.map(\.count) == [operands])
    }
  }

  @Test func `a shortcut adds what is there`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: a, op: unit, deep: {choose: [1, 2]}}
        """,
      head: """
        blocks:
          unit:
            parameters: {deep: int}
            body: [{op: conv, channels: 4, kernel: 3, when: deep == 2}]
            shortcut: always
        """
    ).compiled()
    #expect(space.countOfMembers == "2")
    #expect(try space.space.bound(to: space.space.member(["a.deep": "1"])).text.contains("join add %1 :"))
  }

  @Test func `a condition that always holds is none`() throws {
    let space = try MiniSpace(
      network: "  - {name: a, op: conv, channels: 4, kernel: 3, when: true}\n  - {name: b, op: batch_norm, when: 1 < 2}"
    ).compiled()
    #expect(!space.space.text.contains("choice"))
  }

  @Test func `what is never there is left out of a join`() throws {
    let space = try MiniSpace(
      network: """
          - {name: stem, op: conv, channels: 4, kernel: 3}
          - {name: a, op: conv, channels: 7, kernel: 3, when: false}
          - {name: sum, op: add, from: [stem, a]}
        """
    ).compiled()
    #expect(space.countOfMembers == "1")
  }
}
