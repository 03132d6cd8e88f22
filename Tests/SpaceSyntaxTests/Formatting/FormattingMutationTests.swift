import Diagnostics
import Testing

@testable import SpaceSyntax

/// Seeded texts that mean the same as others, and texts that mean anything: a layout is always found, it means what the
/// text meant, and it does not move again.
struct FormattingMutationTests {
  /// Comments, blank lines and blanks where YAML allows them. The meaning is held against the untouched text by the
  /// parser alone, not by the formatter's own check.
  @Test(arguments: 0..<300 as Range<UInt64>)
  func `layout and comments do not change the meaning`(seed: UInt64) throws {
    var random = TestRandom(seed: seed)
    var writer = LayoutMess(random: random)
    let value = PlainValue.random(depth: 3, using: &random)
    let text = writer.text(of: value)
    let read = try #require(PlainValue(Reading(text).root), "\(text)")
    #expect(read == value, "\(text)")
    let result = try #require(try formatted(text), "\(text)")
    #expect(PlainValue(Reading(result).root) == value, "\(text)\n---\n\(result)")
    #expect(comments(of: result).sorted() == comments(of: text).sorted(), "\(text)\n---\n\(result)")
    let again = try formatted(result)
    #expect(again == result, "\(text)\n---\n\(result)\n---\n\(again ?? "")")
  }

  /// What a user may have in a file while he writes it.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `whatever the parser takes has a layout`(seed: UInt64) throws {
    var random = TestRandom(seed: seed &+ 5_000)
    for _ in 0..<50 {
      let bytes = MutationTests.mutatedSpace(using: &random)
      let text = String(decoding: bytes, as: UTF8.self)
      let found: String?
      do { found = try formatted(bytes) } catch {
        Issue.record("\(error)\n\(text)")
        continue
      }
      guard let result = found else { continue }
      let (before, after) = (PlainValue(Reading(bytes: bytes).root), PlainValue(Reading(result).root))
      // A word over a line end of YAML 1.1 is written in quotes.
      let isUnusual = text.unicodeScalars.contains { "\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0) }
      #expect((isUnusual ? after?.unstyled == before?.unstyled : after == before), "\(text)\n---\n\(result)")
      let again = try formatted(result)
      #expect(again == result, "\(text)\n---\n\(result)\n---\n\(again ?? "")")
    }
  }

  /// The generated comments are numbered and no word has a `#`.
  private func comments(of text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      line.firstIndex(of: "#").map { String(line[$0...]).trimmingBlanks }
    }
  }
}

/// A value of YAML without its layout.
indirect enum PlainValue: Equatable {
  case scalar(String, isPlain: Bool)
  case list([PlainValue])
  /// Sorted by key at the root, where the formatter has an order of its own.
  case mapping([Entry])

  struct Entry: Equatable {
    let key: String
    let value: PlainValue
  }

  init?(_ root: YAMLNode?) {
    guard let root else { return nil }
    self.init(root)
    if case .mapping(let entries) = self { self = .mapping(entries.sorted { $0.key < $1.key }) }
  }

  private init(_ node: YAMLNode) {
    switch node.content {
    case .scalar(let scalar): self = .scalar(scalar.text, isPlain: scalar.style == .plain)
    case .sequence(let items): self = .list(items.map { PlainValue($0) })
    case .mapping(let entries): self = .mapping(entries.map { Entry(key: $0.key.text, value: PlainValue($0.value)) })
    case .poison: self = .scalar("poison", isPlain: false)
    }
  }

  /// As if every scalar were quoted.
  var unstyled: PlainValue {
    switch self {
    case .scalar(let text, _): .scalar(text, isPlain: false)
    case .list(let items): .list(items.map(\.unstyled))
    case .mapping(let entries): .mapping(entries.map { Entry(key: $0.key, value: $0.value.unstyled) })
    }
  }

  static func random(depth: Int, using random: inout TestRandom) -> PlainValue {
    let keys = ["a", "network", "espalier", "bb", "k-1", "x.y", "0", "space"].shuffled(using: &random)
    let entries = keys.prefix(Int.random(in: 1...5, using: &random)).map {
      Entry(key: $0, value: value(depth: depth, using: &random))
    }
    return .mapping(entries.sorted { $0.key < $1.key })
  }

  private static func value(depth: Int, using random: inout TestRandom) -> PlainValue {
    let count = Int.random(in: 0...3, using: &random)
    switch Int.random(in: 0..<(depth == 0 ? 3 : 6), using: &random) {
    case 0: return .scalar(["word", "12", "two words", "a + b"].randomElement(using: &random) ?? "", isPlain: true)
    case 1:
      return .scalar(
        ["yes", "it's", "tab\t.", "a, b", "l1\nl2\n", "l1\n\n  l2"].randomElement(using: &random) ?? "", isPlain: false)
    case 2: return .scalar("", isPlain: true)
    case 3:
      // Nothing has no place in a list with brackets.
      let items = (0..<count).map { _ in value(depth: depth - 1, using: &random) }
      return .list(items.filter { $0 != .scalar("", isPlain: true) })
    default:
      let keys = ["a", "b", "longer_key", "c d"].shuffled(using: &random).prefix(count)
      return .mapping(keys.map { Entry(key: $0, value: value(depth: depth - 1, using: &random)) })
    }
  }
}

/// Writes a value in one of many layouts, with comments and blank lines.
struct LayoutMess {
  var random: TestRandom
  private var comments = 0

  init(random: TestRandom) {
    self.random = random
    self.random = TestRandom(seed: self.random.next())
  }

  mutating func text(of value: PlainValue) -> String {
    between(0) + block(value, at: 0) + between(0)
  }

  /// Lines of comments and blank lines, at any column.
  private mutating func between(_ column: Int) -> String {
    var text = ""
    while Int.random(in: 0..<4, using: &random) == 0 {
      let isBlank = Bool.random(using: &random)
      text += isBlank ? "\n" : spaces(Int.random(in: 0...max(column, 6), using: &random)) + comment() + "\n"
    }
    return text
  }

  private mutating func comment() -> String {
    comments += 1
    return "# c\(comments)"
  }

  /// Perhaps a comment, and the end of the line.
  private mutating func end() -> String {
    guard Int.random(in: 0..<3, using: &random) == 0 else { return "\n" }
    return spaces(Int.random(in: 1...3, using: &random)) + comment() + "\n"
  }

  /// Lines at a column, each with its indentation, the last one ended.
  private mutating func block(_ value: PlainValue, at column: Int) -> String {
    switch value {
    case .list(let items):
      items.map { between(column) + spaces(column) + "-" + behind($0, at: column, isItem: true) }.joined()
    case .mapping(let entries):
      entries.map { between(column) + spaces(column) + key($0.key) + ":" + behind($0.value, at: column, isItem: false) }
        .joined()
    case .scalar: spaces(column) + flow(value, at: column) + end()
    }
  }

  /// What follows a dash or a colon.
  private mutating func behind(_ value: PlainValue, at column: Int, isItem: Bool) -> String {
    let step = Int.random(in: 1...4, using: &random)
    let inner = column + step
    switch value {
    case .scalar(let text, let isPlain):
      if !isPlain, Int.random(in: 0..<3, using: &random) == 0, let lines = literal(text, at: inner, column) {
        return lines
      }
      guard text.isEmpty || Int.random(in: 0..<5, using: &random) > 0 else {
        return end() + between(inner) + spaces(inner) + flow(value, at: inner) + end()
      }
      return (text.isEmpty && isPlain ? "" : " ") + flow(value, at: inner) + end()
    case .list(let parts) where parts.isEmpty: return " [\(gap(inner))]" + end()
    case .mapping(let parts) where parts.isEmpty: return " {\(gap(inner))}" + end()
    case .list, .mapping:
      if Int.random(in: 0..<3, using: &random) == 0 { return " " + flow(value, at: inner) + end() }
      if isItem, Bool.random(using: &random) {
        // The first part on the line of the dash.
        let first = spaces(step - 1) + (step == 1 ? " " : "")
        let column = column + max(step, 2)
        let text = compact(value, at: column)
        return first + text
      }
      return end() + block(value, at: inner)
    }
  }

  /// A block whose first line has its indentation already and nothing before it.
  private mutating func compact(_ value: PlainValue, at column: Int) -> String {
    switch value {
    case .list(let items):
      "-" + behind(items[0], at: column, isItem: true) + block(.list(Array(items.dropFirst())), at: column)
    case .mapping(let entries):
      key(entries[0].key) + ":" + behind(entries[0].value, at: column, isItem: false)
        + block(.mapping(Array(entries.dropFirst())), at: column)
    case .scalar: ""
    }
  }

  private mutating func literal(_ text: String, at column: Int, _ outer: Int) -> String? {
    guard !text.hasPrefix(" "), !text.contains("\t") else { return nil }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let body = lines.last == "" ? lines.dropLast() : lines[...]
    let header = lines.last == "" ? "|" : "|-"
    // What follows may begin with a comment at any column, which must not become text.
    return " \(header)" + end() + body.map { $0.isEmpty ? "\n" : spaces(column) + $0 + "\n" }.joined()
      + spaces(outer) + comment() + "\n"
  }

  private mutating func flow(_ value: PlainValue, at column: Int) -> String {
    switch value {
    case .scalar(let text, let isPlain):
      return isPlain
        ? text
        : text.contains("'") || text.contains("\n") || text.contains("\t") || Bool.random(using: &random)
          ? LayoutScalar.doubleQuoted(text) : "'\(text)'"
    case .list(let items):
      let texts = items.map { gap(column) + flow($0, at: column) + gap(column) }
      return "[" + texts.joined(separator: ",") + gap(column) + "]"
    case .mapping(let entries):
      let texts = entries.map {
        gap(column) + key($0.key) + ": " + gap(column) + flow($0.value, at: column) + gap(column)
      }
      return "{" + texts.joined(separator: ", ") + gap(column) + "}"
    }
  }

  /// Between tokens in brackets.
  private mutating func gap(_ column: Int) -> String {
    switch Int.random(in: 0..<12, using: &random) {
    case 0: " " + comment() + "\n" + spaces(column + Int.random(in: 0...3, using: &random))
    case 1: "\n" + between(column) + spaces(column)
    case 2, 3, 4: spaces(Int.random(in: 1...2, using: &random))
    default: ""
    }
  }

  private mutating func key(_ text: String) -> String {
    Int.random(in: 0..<5, using: &random) == 0 ? "\"\(text)\"" : text
  }

  private func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}

extension String {
  fileprivate var trimmingBlanks: String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
