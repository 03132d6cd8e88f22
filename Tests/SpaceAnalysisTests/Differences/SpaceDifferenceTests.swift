import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct SpaceDifferenceTests {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `a space does not differ from itself`(seed: UInt64) {
    let space = SmallSpace.random(seed: seed)
    #expect(SpaceDifference(from: space, to: space).isEmpty)
  }

  @Test func `decisions come in the order of the files, the added ones last`() {
    let before = NamedDecisions.space([
      .init(name: "a", options: [1, 2], parent: nil, when: []),
      .init(name: "b", options: [1, 2], parent: 0, when: [1]),
      .init(name: "c", options: [1, 2], parent: nil, when: []),
    ])
    let after = NamedDecisions.space([
      .init(name: "d", options: [1, 2], parent: nil, when: []),
      .init(name: "c", options: [1, 2], parent: nil, when: []),
      .init(name: "a", options: [1, 2, 3], parent: nil, when: []),
      .init(name: "b", options: [1, 2], parent: 2, when: [2, 3]),
    ])
    let changes = SpaceDifference(from: before, to: after).decisions
    #expect(changes.count == 3)
    guard case .changed(let a, let newA) = changes[0], case .changed(let b, let newB) = changes[1],
      case .added(let d) = changes[2]
    else {
      Issue.record("\(changes)")
      return
    }
    #expect([a.name, newA.name, b.name, newB.name, d.name] == ["a", "a", "b", "b", "d"])
    #expect(a.options.count == 2 && newA.options.count == 3)
    #expect(b.conditions == [.init(parent: "a", options: [.integer(1)])])
    #expect(newB.conditions == [.init(parent: "a", options: [.integer(2), .integer(3)])])
  }

  @Test func `a layer differs where its operations do, wherever they stand`() {
    func space(_ kernel: Int, extra: Bool) -> Space {
      var builder = NetworkBuilder(input: ImageShape(channels: 3, height: 8, width: 8))
      if extra { builder.normActivation(.word("relu")) }
      builder.convolution(.integer(8), kernel: kernel)
      builder.globalPool()
      builder.linear(10, bias: true)
      return builder.space(classes: 10)
    }
    #expect(SpaceDifference(from: space(3, extra: false), to: space(3, extra: false)).layers.isEmpty)
    #expect(SpaceDifference(from: space(3, extra: false), to: space(5, extra: false)).layers.count == 1)
    #expect(SpaceDifference(from: space(3, extra: false), to: space(3, extra: true)).layers.count == 1)
  }

  @Test func `input, classes and hints are settings`() {
    let before = SmallSpace.random(seed: 1)
    var after = before
    after.input.height = 5
    after.hints = Hints(distribution: .factorised, sharing: [.init(parameter: "kernel", sharing: .separate)])
    let settings = SpaceDifference(from: before, to: after).settings
    #expect(
      settings == [
        .changed(from: .init(name: "input", value: "3x4x4"), to: .init(name: "input", value: "3x5x4")),
        .changed(
          from: .init(name: "hints.distribution", value: "joint"),
          to: .init(name: "hints.distribution", value: "factorised")),
        .added(.init(name: "hints.share.kernel", value: "separate")),
      ])
  }
}
