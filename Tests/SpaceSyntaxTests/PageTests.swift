import Diagnostics
import Foundation
import Testing

@testable import SpaceSyntax

/// The pages under `docs/diagnostics` say what the parser does.
struct PageTests {
  /// Their failing examples are commands, because the file is not text or too long for a page.
  private static let withoutExample: Set<String> = ["ES0003", "ES0004", "ES0026", "ES0045"]

  @Test(arguments: SyntaxDiagnostic.oneOfEach)
  func `every code has a page whose examples fail and pass`(kind: SyntaxDiagnostic) throws {
    let page = try Page(code: kind.code)
    #expect(page.text.hasPrefix("# \(kind.code): "))
    let examples = page.examples
    if let failing = page.failing { #expect(Set(Self.codes(of: failing)) == [kind.code]) }
    #expect((page.failing == nil) == Self.withoutExample.contains(kind.code))
    #expect(Self.codes(of: try #require(examples.last)) == [])
    #expect(page.text.contains("\n## Remedy\n\n"))
  }

  @Test func `codes are in order and used once`() {
    let codes = SyntaxDiagnostic.oneOfEach.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(codes == codes.sorted())
  }

  @Test func `messages are clauses, not sentences`() {
    for message in SyntaxDiagnostic.oneOfEach.map(\.message) {
      #expect(message.first?.isUppercase == false && message.last != ".")
    }
  }

  /// The codes that a file gets when its `require:` list is read as expressions and its other scalars as words.
  private static func codes(of text: String) -> [String] {
    let reading = Reading(text)
    var log = reading.log
    var conditions: [YAMLNode] = []
    if case .sequence(let items) = reading.value("require")?.content { conditions = items }
    for node in reading.nodes {
      guard case .scalar(let scalar) = node.content else { continue }
      if conditions.contains(node) {
        _ = parseExpression(scalar, at: node.range, log: &log)
      } else if scalar.value != .null {
        _ = reportAmbiguity(of: scalar, at: node.range, expecting: .word, log: &log)
      }
    }
    return log.diagnostics.map(\.code)
  }
}

/// One page and the code blocks in it.
private struct Page {
  let text: String

  init(code: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    text = try String(contentsOf: root.appending(path: "docs/diagnostics/\(code).md"), encoding: .utf8)
  }

  /// The YAML blocks in their order.
  var examples: [String] { Self.blocks(text) }

  /// The YAML block under "Fails", if there is one.
  var failing: String? {
    text.components(separatedBy: "\n## Passes\n").first.flatMap { Self.blocks($0).first }
  }

  private static func blocks(_ text: String) -> [String] {
    text.components(separatedBy: "```yaml\n").dropFirst().compactMap { $0.components(separatedBy: "```").first }
  }
}

extension SyntaxDiagnostic {
  /// A case for every code, in the order of the codes.
  static let oneOfEach: [SyntaxDiagnostic] = [
    .emptyFile, .severalDocuments, .invalidUTF8(byte: 0xFF), .forbiddenCharacter("\u{0}"), .tabIndentation,
    .unclosedQuote,
    .badEscape, .flowNotContinued(.square), .badIndentation(.mapping), .misplacedColon, .missingColon,
    .reservedStart("@"),
    .notYAML(problem: "it"), .directive, .tag("!t"), .mergeKey, .compoundKey, .nullKey, .duplicateKey("a"),
    .missingSpaceAfterColon("a"), .undefinedAlias("a"), .aliasCycle("a"), .duplicateAnchor("a"),
    .aliasExpansion("a", limit: 1), .nestingTooDeep(limit: 1), .tooManyNodes(limit: 1),
    .ambiguousScalar("no", .truthWord(false)),
    .missingValue, .misplacedDash, .emptyExpression, .unexpectedCharacter("#"), .foreignOperator("=", meant: "=="),
    .missingOperand(before: nil), .missingOperator(before: "a"), .unclosedParenthesis, .unopenedParenthesis,
    .strayComma,
    .chainedComparison, .malformedNumber("1_0"), .numberTooLarge("1G"), .unclosedText, .missingNameAfterDot("a"),
    .callOfPath("a.b"), .expressionTooDeep(limit: 1), .expressionTooLong(limit: 1),
    .unclosedIndex, .malformedIndex("x"), .unknownUnit("MB"), .unquotedComma, .unquotedIndex,
  ]
}
