import BigInt
import SpaceIR
import Testing

@testable import SpaceAnalysis

@Suite struct EqualOptionsTests {
  private static let stem = ImageShape(channels: 3, height: 4, width: 4)

  private static func pairs(_ space: Space) -> [[Int]] {
    equalOptions(in: space).map { [$0.decision.index, $0.first, $0.second] }
  }

  /// What a member computes, whatever its nodes are called: operations and types with nodes numbered as they appear.
  private static func network(_ architecture: Architecture, in space: Space) throws -> String {
    let bound = try space.bound(to: architecture)
    var numbers: [NodeID: Int] = [:]
    var text = ""
    for node in bound.body.nodes {
      let operands = node.operation.operands.map { "%\(numbers[$0] ?? -1)" }
      let attributes = node.operation.attributes.map { "\($0.expression.constant?.description ?? "?")" }
      let name = "\(node.operation)".prefix { $0 != "(" }
      text += "\(name) \(operands) \(attributes) \(node.type.channels)\n"
      numbers[node.id] = numbers.count
    }
    return text + "%\(numbers[bound.body.result] ?? -1)"
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `equal options have the same networks, and terms lie between networks and encodings`(seed: UInt64) throws {
    let space = SmallSpace.random(seed: seed)
    let members = enumerate(space)
    let networks = try members.map { try Self.network($0, in: space) }
    for pair in equalOptions(in: space) {
      let of = { (option: Int) in
        Set(zip(members, networks).filter { $0.0[pair.decision] == option }.map(\.1))
      }
      #expect(of(pair.first) == of(pair.second))
    }
    let terms = try #require(distinctTerms(of: space)).value
    #expect(BigUInt(Set(networks).count) <= terms && terms <= BigUInt(members.count))
  }

  @Test func `a decision that nothing uses tells nothing apart`() throws {
    var builder = NetworkBuilder(input: Self.stem)
    let used = builder.decide("", "channels", [.integer(8), .integer(16)])
    _ = builder.decide("", "unused", [.integer(1), .integer(2), .integer(3)])
    builder.convolution(used, kernel: 3)
    let space = builder.space(classes: 16)
    #expect(Self.pairs(space) == [[1, 0, 1], [1, 0, 2]])
    #expect(distinctTerms(of: space) == NetworkCount(2))
    var required = space
    let condition = Expression.binary(.less, .decision(DecisionID(index: 1)), .integer(3))
    required.requirements = [Requirement("r", .condition(condition))]
    #expect(Self.pairs(required) == [[1, 0, 1]])
    #expect(distinctTerms(of: required) == nil)
  }

  @Test func `options that round to one width are one`() {
    var builder = NetworkBuilder(input: Self.stem)
    let width = builder.decide("", "width", [.integer(30), .integer(31), .integer(40)])
    builder.convolution(.call(.roundTo, [width, .integer(8)]), kernel: 3)
    #expect(Self.pairs(builder.space(classes: 32)) == [[0, 0, 1]])
  }

  @Test func `productions that say the same are one, with the decisions inside them`() throws {
    var builder = NetworkBuilder(input: Self.stem)
    let rule = builder.decide("", "net", [.word("a"), .word("b"), .word("c"), .word("d")])
    func inner(_ name: String, _ option: Int, _ options: [Int]) -> Expression {
      let existence = Existence(parent: DecisionID(index: 0), options: [option])
      return builder.decide(name, "channels", options.map { .integer($0) }, existence: existence)
    }
    let widths = [inner("a", 0, [8, 16]), inner("b", 1, [8, 16]), inner("c", 2, [8, 24])]
    var type = builder.current.type
    type.channels = .integer(10)
    func production(_ index: Int) -> ([Value], (inout NetworkBuilder) -> Void) {
      (
        [.word(["a", "b", "c"][index])],
        { inside in
          inside.convolution(widths[index], kernel: 3)
          inside.convolution(.integer(10), kernel: 1)
        }
      )
    }
    let plain: ([Value], (inout NetworkBuilder) -> Void) = ([.word("d")], { $0.convolution(.integer(10), kernel: 1) })
    builder.choose(rule, type: type, [production(0), production(1), production(2), plain])
    let space = builder.space(classes: 10)
    #expect(Self.pairs(space) == [[0, 0, 1]])
    #expect(DecisionForest(space).encodings == NetworkCount(7))
    // Of a and b one, with two widths; c with two; d.
    #expect(distinctTerms(of: space) == NetworkCount(5))
  }

  @Test func `a decision that both options share is the same, one of its own in its place is not`() {
    var builder = NetworkBuilder(input: Self.stem)
    let op = builder.decide("", "op", [.word("a"), .word("b")])
    let parent = DecisionID(index: 0)
    let shared = builder.decide("", "shared", [.integer(8), .integer(16)])
    let own = builder.decide(
      "", "own", [.integer(8), .integer(16)], existence: Existence(parent: parent, options: [1]))
    func space(_ second: Expression) -> Space {
      var copy = builder
      var type = copy.current.type
      type.channels = .call(.select, [.binary(.equal, op, .word("a")), shared, second])
      copy.choose(
        op, type: type,
        [([.word("a")], { $0.convolution(shared, kernel: 3) }), ([.word("b")], { $0.convolution(second, kernel: 3) })])
      copy.convolution(shared, kernel: 1)
      return copy.space(classes: 16)
    }
    #expect(Self.pairs(space(shared)) == [[0, 0, 1], [2, 0, 1]])
    #expect(Self.pairs(space(own)) == [])
  }
}
