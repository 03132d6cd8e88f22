import Diagnostics
import SpaceAnalysis
import SpaceCompiler
import SpaceIR
import SpaceSyntax
import Testing

@testable import SpaceChecker

/// A condition inside a block as a requirement of the space, under the conditions that lead to the block.
struct BlockRequirementTests {
  private var expander = Expander(signatures: [:], hidesBlocks: false, classes: 10, log: DiagnosticLog())
  private let range = SourceRange(source: SourceID(index: 0), start: 0, end: 1)

  private func choice(_ options: [Value]) -> ChoiceDeclaration {
    ChoiceDeclaration(options: options.map { Located($0, range) }, scope: nil, range: range)
  }

  private func syntax(_ text: String) throws -> ExpressionSyntax {
    var log = DiagnosticLog()
    return try #require(parseExpression(YAMLScalar(text: text, style: .plain), at: range, log: &log))
  }

  /// The text of the condition in the names of the decisions; nil where nothing is required.
  private mutating func condition(_ text: String, in scope: ExpressionScope) throws -> String? {
    expander.openBlocks = [Expander.Use(block: "unit", range: range)]
    guard let requirement = expander.requirement(try syntax(text), in: scope),
      case .condition(let condition) = requirement.claim
    else { return nil }
    #expect(requirement.text == "unit: \(text)")
    return expander.describe(condition)
  }

  @Test mutating func `conditions around a block guard what it requires`() throws {
    let op = expander.decide(parameter: "op", owner: "s", choice: choice([.word("unit"), .word("bypass")]))
    expander.require(op.expression, [.word("unit")])
    let kernel = expander.decide(parameter: "kernel", owner: "s", choice: choice([2, 3, 5].map(Value.integer)))
    expander.circumstances = Expander.Circumstances()
    var scope = ExpressionScope()
    scope.define("kernel", as: kernel)
    expander.conditions = [Expander.PathCondition(selector: op.expression, values: [.word("unit")])]
    #expect(try condition("kernel % 2 == 1", in: scope) == "implies((s.op == unit), ((s.kernel % 2) == 1))")
    scope.define("wide", as: Typed(expression: .binary(.greater, kernel.expression, .integer(2)), type: .boolean))
    expander.conditions.append(
      Expander.PathCondition(selector: .binary(.greater, kernel.expression, .integer(2)), values: [.boolean(true)]))
    #expect(
      try condition("kernel % 2 == 1", in: scope)
        == "implies(((s.op == unit) and (s.kernel > 2)), ((s.kernel % 2) == 1))")
    #expect(try condition("kernel <= 5 or 1 == 1", in: scope) == nil)
    #expect(!expander.log.hasErrors)
  }

  @Test mutating func `what is false whatever is decided is an error`() throws {
    var scope = ExpressionScope()
    scope.define("kernel", as: Typed(expression: .integer(2), type: .integer))
    #expect(try condition("kernel % 2 == 1", in: scope) == nil)
    #expect(expander.log.diagnostics.map(\.code) == ["ES2303"])
    #expect(try condition("kernel + 1", in: scope) == nil)
    #expect(expander.log.diagnostics.map(\.code).contains("ES2001"))
  }
}

/// What a block requires of what enters it, where that comes from another use.
struct BlockChainRequirementTests {
  private static let chain = """
    espalier: 1
    space: chain
    input: {channels: 3, height: 8, width: 8}
    output: {classes: 10}
    blocks:
      grouped:
        parameters: {radix: int, channels: int}
        body: [{op: conv, channels: channels, kernel: 3, groups: radix}]
        require:
          - divides(radix, in.channels)
          - divides(radix, channels)
    network:
      - {name: stem, op: conv, channels: {choose: [40, 42]}, kernel: 3}
      - {name: a, op: grouped, radix: {choose: [2, 4]}, channels: {choose: [40, 42]}}
      - {name: b, op: grouped, radix: {choose: [2, 4]}, channels: 40}
      - {name: pool, op: global_pool}
      - {name: head, op: linear, features: 10}
    """

  @Test func `a use behind one that is right only under its own requirement has its requirement too`() throws {
    let compilation = compile(Self.chain)
    #expect(compilation.diagnostics.map(\.code) == [])
    var legal = 0
    for stem in [40, 42] {
      for width in [40, 42] {
        for first in [2, 4] where stem % first == 0 && width % first == 0 {
          legal += [2, 4].count { width % $0 == 0 }
        }
      }
    }
    #expect(try #require(compilation.result).encodings.count?.description == String(legal))
  }
}
