import Diagnostics
import Testing

@testable import SpaceSyntax

struct YAMLValueTests {
  private func plain(_ text: String) -> YAMLScalar { YAMLScalar(text: text, style: .plain) }

  @Test(arguments: [
    ("", YAMLValue.null), ("~", .null), ("null", .null), ("true", .bool(true)), ("FALSE", .bool(false)),
    ("12", .integer(12)), ("-12", .integer(-12)), ("+3", .integer(3)), ("0o17", .integer(15)), ("0xfF", .integer(255)),
    ("017", .integer(17)), ("0x-1", .string("0x-1")), ("-0x1", .string("-0x1")), ("1_000", .string("1_000")),
    ("yes", .string("yes")), ("1:30", .string("1:30")), (".inf", .string(".inf")), ("e", .string("e")),
    (".", .string(".")), ("1e", .string("1e")), ("--1", .string("--1")), ("1.2.3", .string("1.2.3")),
    ("nullable", .string("nullable")), ("9223372036854775808", .string("9223372036854775808")),
  ])
  func `plain scalars resolve by the core schema`(text: String, value: YAMLValue) {
    #expect(plain(text).value == value)
    #expect(YAMLScalar(text: text, style: .doubleQuoted).value == .string(text))
  }

  @Test(arguments: [
    ("0.75", 3, 4), ("6.0", 6, 1), ("-.5", -1, 2), ("5.", 5, 1), ("1e3", 1000, 1), ("25e-2", 1, 4), ("1.50E+1", 15, 1),
    ("0.0", 0, 1), ("0e99", 0, 1), ("2.50000000000000000000000", 5, 2), ("100e-2", 1, 1), ("0.1", 1, 10),
  ])
  func `decimals are exact fractions`(text: String, numerator: Int, denominator: Int) throws {
    guard case .decimal(let decimal) = plain(text).value else { throw Unexpected() }
    #expect(decimal.numerator == numerator && decimal.denominator == denominator)
  }

  @Test(arguments: ["1e400", "1e-400", "1e99999999999999999999", "0.1234567890123456789012", ".", "", "+", "1e", "e1"])
  func `what does not fit is no decimal`(text: String) {
    #expect(ExactDecimal(text) == nil)
  }

  @Test(arguments: [
    ("yes", AmbiguousScalar.truthWord(true)), ("Off", .truthWord(false)), ("~", .tilde), ("0o17", .octal(15)),
    ("017", .leadingZero(decimal: 17, octal: 15)), ("-017", .leadingZero(decimal: -17, octal: -15)),
    ("08", .leadingZero(decimal: 8, octal: nil)), ("0b101", .binary(5)), ("1_000", .underscored("1000")),
    ("1:30", .sexagesimal), (".inf", .notFinite), ("-.inf", .notFinite), (".NaN", .notFinite),
    ("9223372036854775808", .outOfRange), ("1e400", .outOfRange), ("0.1234567890123456789012", .outOfRange),
  ])
  func `readers disagree on these`(text: String, why: AmbiguousScalar) {
    #expect(ambiguity(of: plain(text)) == why)
    #expect(ambiguity(of: YAMLScalar(text: text, style: .singleQuoted)) == nil)
  }

  @Test(arguments: [
    "", "0", "12", "-1", "0.5", "1e3", "0x1F", "true", "null", "relu", "s1.channels", "1:x", "a_b", "2_x", "-", "--",
    "...",
    "1.2.3", "no_bypass", "onwards", "5.5.", "+-1",
  ])
  func `readers agree on these`(text: String) {
    #expect(ambiguity(of: plain(text)) == nil)
  }

  @Test(arguments: [
    ("yes", ScalarExpectation.word, "\"yes\""), ("no", .truth, "false"), ("1_000", .number, "1000"),
    ("0o17", .number, "15"), ("0b11", .number, "3"), ("1:30", .word, "\"1:30\""), ("08", .number, "8"),
  ])
  func `an ambiguous scalar has one remedy`(text: String, expectation: ScalarExpectation, replacement: String) throws {
    let source = "a: \(text)\n"
    let (reading, log) = try reported(source, expectation)
    let diagnostic = try #require(log.diagnostics.first)
    #expect(diagnostic.code == "ES0027" && log.diagnostics.count == 1)
    #expect(reading.text(diagnostic.range) == text)
    #expect(diagnostic.fixIts.map(\.confidence) == [.certain])
    let mended = applying(diagnostic.fixIts, to: source)
    #expect(mended == "a: \(replacement)\n")
    #expect(try reported(mended, expectation).log.diagnostics.isEmpty)
  }

  @Test func `a leading zero has two remedies, on notes`() throws {
    let (reading, log) = try reported("a: 017\n", .number)
    #expect(
      renderText(log.diagnostics, sources: reading.sources, colours: false) == """
        error[ES0027]: '017' is 17 to some YAML readers and 15 to others
          --> space.yaml:1:4
        1 | a: 017
          |    ^^^
        note: the digits are decimal
        likely fix: write it plainly: `017` becomes `17`
        note: the digits are octal
        likely fix: write it plainly: `017` becomes `15`

        """)
  }

  @Test(arguments: ScalarExpectation.allCases, ["yes", "~", ".inf", "1:30", "1e400", "0o17", "017", "0b1", "1_0"])
  func `every kind of ambiguity is reported at every place`(expectation: ScalarExpectation, text: String) throws {
    #expect(try reported("a: \(text)\n", expectation).log.hasErrors)
  }

  private func reported(
    _ source: String, _ expectation: ScalarExpectation
  ) throws -> (reading: Reading, log: DiagnosticLog) {
    let reading = Reading(source)
    var log = reading.log
    let scalar = try #require(reading.scalar("a"))
    let range = try #require(reading.value("a")?.range)
    let result = reportAmbiguity(of: scalar, at: range, expecting: expectation, log: &log)
    #expect((result != nil) == log.hasErrors)
    return (reading, log)
  }
}
