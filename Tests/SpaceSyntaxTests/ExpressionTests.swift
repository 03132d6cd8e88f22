import Diagnostics
import Testing

@testable import SpaceSyntax

struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", "(1 + (2 * 3))"), ("1 - 2 - 3", "((1 - 2) - 3)"), ("8 / 4 % 3", "((8 / 4) % 3)"),
    ("(1 + 2) * 3", "((1 + 2) * 3)"), ("-a * b", "((- a) * b)"), ("a - -b", "(a - (- b))"), ("- - 1", "(- (- 1))"),
    ("not a == b and c", "((not (a == b)) and c)"), ("a or b and not c", "(a or (b and (not c)))"),
    ("not not a", "(not (not a))"), ("a or b or c", "((a or b) or c)"), ("a+1<=b", "((a + 1) <= b)"),
    ("macs <= 60M", "(macs <= 60000000)"), ("1.5k", "1500"), ("0.75", "3:4"), ("2.0", "2:1"), ("1.2345k", "2469:2"),
    ("2G", "2000000000"), ("in.channels == out.channels", "(in.channels == out.channels)"),
    ("mid.2.width", "mid.2.width"), ("notable or android", "(notable or android)"),
    ("round_to(in.channels * expansion, 8)", "round_to((in.channels * expansion), 8)"), ("f()", "f()"),
    ("f(g(1), (2))", "f(g(1), 2)"), ("a == 'x \"y\"'", "(a == 'x \"y\"')"), ("\"it's\"", "'it's'"),
    ("a\n  !=\tb", "(a != b)"), ("(not a) == b", "((not a) == b)"), ("1>0", "(1 > 0)"), ("a>=b", "(a >= b)"),
    ("a < b", "(a < b)"), ("s1[2].kernel == 3", "(s1[2].kernel == 3)"), ("sum(s1[*].a.b)", "sum(s1[*].a.b)"),
    ("normal.n3[10].x[1].y", "normal.n3[10].x[1].y"), ("exists(s1[3].kernel)", "exists(s1[3].kernel)"),
    ("latency(phone) <= 5 ms", "(latency(phone) <= 5000000:1 of time)"), ("5ms", "5000000:1 of time"),
    ("1.5 us", "1500:1 of time"), ("0.5 ns", "1:2 of time"), ("2 s", "2000000000:1 of time"),
    ("2 MiB", "2097152:1 of bytes"), ("0.5KiB", "512:1 of bytes"), ("1 GiB", "1073741824:1 of bytes"),
    ("60 M", "60000000"), ("60 M + 1", "(60000000 + 1)"), ("1 k * s", "(1000 * s)"),
    ("a - 1\n s", "(a - 1000000000:1 of time)"),
  ])
  func `operators bind as the grammar says`(text: String, explicit: String) {
    let reading = ExpressionReading(text)
    #expect(reading.root?.explicit == explicit)
    #expect(reading.log.diagnostics.isEmpty)
  }

  @Test(arguments: [
    ("", "ES0030", 0, 0), (" \n", "ES0030", 0, 2), ("a # b", "ES0031", 2, 3), ("é", "ES0031", 0, 2),
    ("a . b", "ES0031", 2, 3), ("a && b", "ES0032", 2, 4), ("1 +", "ES0033", 3, 3), ("1 + * 2", "ES0033", 4, 5),
    ("1 + not a", "ES0033", 4, 7), ("max(1,)", "ES0033", 6, 7), ("()", "ES0033", 1, 2), ("2 a", "ES0034", 2, 3),
    ("max(1 2)", "ES0034", 6, 7), ("(a", "ES0035", 0, 1), ("f(a", "ES0035", 1, 2), ("a)", "ES0036", 1, 2),
    ("a, b", "ES0037", 1, 2), ("(a, b)", "ES0037", 2, 3), ("1 < a < 2", "ES0038", 6, 7), ("5Q", "ES0048", 1, 2),
    ("1.", "ES0039", 0, 2), ("0x10", "ES0039", 0, 4), ("1e3", "ES0039", 0, 3), ("1..2", "ES0039", 0, 4),
    ("9223372036854775808", "ES0040", 0, 19), ("10000000000G", "ES0040", 0, 12), ("a == 'x", "ES0041", 5, 7),
    ("a.", "ES0042", 1, 2), ("a. b", "ES0042", 1, 2), ("a.b(1)", "ES0043", 0, 3),
    ("5 mss", "ES0034", 2, 5), ("5 ms.a", "ES0034", 2, 6), ("5MB", "ES0048", 1, 3), ("200 m", "ES0048", 4, 5),
    ("2 kB", "ES0048", 2, 4), ("5 sec", "ES0048", 2, 5),
    ("9223372036855 s", "ES0040", 0, 15),
    ("s1[2", "ES0046", 2, 3), ("f(s1[2)", "ES0046", 4, 5), ("s1[x].a", "ES0047", 3, 4), ("s1[]", "ES0047", 3, 3),
    ("s1[-1]", "ES0047", 3, 5), ("s1[ 2 ]", "ES0047", 3, 6), ("s1[**]", "ES0047", 3, 5),
    ("s1[99999999999999999999].a", "ES0040", 3, 23), ("s1 [2]", "ES0031", 3, 4), ("s1[2](3)", "ES0043", 0, 5),
    ("[2]", "ES0031", 0, 1), ("s1[1].", "ES0042", 5, 6), ("s1[1]x", "ES0034", 5, 6),
  ])
  func `an error has a code and the smallest range`(text: String, code: String, start: Int, end: Int) {
    let reading = ExpressionReading(text)
    #expect(reading.root == nil)
    #expect(reading.codes == [code])
    #expect(reading.log.diagnostics.first.map { [$0.range.start, $0.range.end] } == [start, end])
  }

  @Test(arguments: [
    ("a && b", "a and b"), ("a&&b", "a and b"), ("a||b", "a or b"), ("!a", "not a"), ("!(a)", "not(a)"),
    ("a = b", "a == b"),
    ("a => b", "a >= b"), ("a =< b", "a <= b"), ("a <> b", "a != b"), ("a AND b", "a and b"), ("1_000", "1000"),
  ])
  func `a foreign operator has a fix`(text: String, mended: String) {
    let reading = ExpressionReading(text)
    let result = applying(reading.log.diagnostics.flatMap(\.fixIts), to: text)
    #expect(result == mended)
    #expect(ExpressionReading(result).log.diagnostics.isEmpty)
  }

  @Test(arguments: [
    "s2.channels >= s1.channels", "a and b and (c and d)", "(a or b) and not (c and d)", "(a < b) == (c < d)",
    "1 - (2 - 3) - -x", "-(1 + 2) * 3", "not not a == b", "f(g(1), 'x \"y\"') != 0.125", "all(s1[*].k <= s2[3].k)",
    "x == 2 MiB", "macs <= 60M", "2G > 1001", "x / 3 % 4 * (5 + 6)",
  ])
  func `an expression is written as it was read`(text: String) throws {
    let root = try #require(ExpressionReading(text).root)
    #expect(root.written.text == text)
    #expect(root.written.anchors.count == root.all.count)
  }

  @Test func `values stand under operators and first letters`() throws {
    let written = try #require(ExpressionReading("s2.a  >=  (s1.b+f( 1 ))").root).written
    #expect(written.text == "s2.a >= s1.b + f(1)")
    #expect(written.anchors == [5, 0, 13, 8, 15, 17])
  }

  @Test(arguments: ["(", "-", "not ", "f("])
  func `deep nesting is refused without recursion`(opening: String) {
    #expect(ExpressionReading(String(repeating: opening, count: 65) + "1").codes == ["ES0044"])
    #expect(ExpressionReading(String(repeating: opening, count: 100_000)).codes == ["ES0045"])
  }

  @Test func `long chains are refused`() {
    let chain = "1" + String(repeating: " + 1", count: 499)
    #expect(ExpressionReading(chain).root != nil)
    #expect(ExpressionReading(chain + " + 1").codes == ["ES0045"])
  }

  @Test func `text that is not UTF-8 is no expression`() {
    #expect(ExpressionReading(bytes: [0x61, 0xFF]).codes == ["ES0003"])
  }

  @Test func `a part of an expression in quotes stands where it is in the file`() throws {
    let reading = Reading("é: 'in.channels + max(é)'\n")
    var log = DiagnosticLog()
    let scalar = try #require(reading.scalar("é"))
    #expect(parseExpression(scalar, at: try #require(reading.value("é")?.range), log: &log) == nil)
    #expect(
      renderText(log.diagnostics, sources: reading.sources, colours: false) == """
        error[ES0031]: an expression has no 'é'
          --> space.yaml:1:23
        1 | é: 'in.channels + max(é)'
          |                       ^

        """)
  }

  @Test func `a part of a folded expression has the whole scalar's range and no fix`() throws {
    let reading = Reading("a: >\n  x\n  && y\n")
    var log = DiagnosticLog()
    let scalar = try #require(reading.scalar("a"))
    let range = try #require(reading.value("a")?.range)
    #expect(parseExpression(scalar, at: range, log: &log) == nil)
    #expect(log.diagnostics.map(\.range) == [range])
    #expect(log.diagnostics.flatMap(\.fixIts).isEmpty)
  }

  @Test func `every part has its own range`() throws {
    let text = "round_to(in.channels * 2, 8) <= -out"
    let root = try #require(ExpressionReading(text).root)
    let parts = root.all.map { part in
      String(decoding: Array(text.utf8)[part.range.start..<part.range.end], as: UTF8.self)
    }
    #expect(parts == [text, "round_to(in.channels * 2, 8)", "in.channels * 2", "in.channels", "2", "8", "-out", "out"])
    guard case .binary(_, let call, _) = root.kind, case .call(let function, let arguments) = call.kind,
      case .binary(_, let name, _) = arguments[0].kind, case .name(let path) = name.kind
    else { throw Unexpected() }
    #expect([function.range.start, function.range.end] == [0, 8])
    #expect(path.map(\.text) == ["in", "channels"])
    #expect(path.map(\.range.start) == [9, 12])
  }
}
