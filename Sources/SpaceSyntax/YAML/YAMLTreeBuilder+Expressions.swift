import Diagnostics

// Expressions inside braces and brackets that YAML cuts at a comma or at a bracket.
extension YAMLTreeBuilder {
  /// Parts of a cut expression that are looked at: what has more is left as it is, so that every entry costs as much.
  private static let mostParts = 16

  /// The entries of a flow mapping, with each expression that a comma cuts put together again after an error:
  /// `{channels: max(a, b)}` is read as the key `channels` with `max(a`, and a key `b)` with nothing.
  func whole(_ entries: [YAMLEntry], log: inout DiagnosticLog) -> [YAMLEntry] {
    var result: [YAMLEntry] = []
    var index = 0
    while index < entries.count {
      let entry = entries[index]
      var open = openParentheses(entry.value)
      var next = index + 1
      let last = min(entries.count, index + Self.mostParts)
      while open > 0, next < last, let change = openParentheses(after: entries[next]) {
        open += change
        next += 1
      }
      if open == 0, next > index + 1 {
        let value = quoted(entry.value.range.start..<entries[next - 1].key.range.end, log: &log)
        result.append(YAMLEntry(key: entry.key, value: value))
        index = next
      } else {
        result.append(entry)
        index += 1
      }
    }
    return result
  }

  /// The items of a flow sequence, likewise.
  func whole(_ items: [YAMLNode], log: inout DiagnosticLog) -> [YAMLNode] {
    var result: [YAMLNode] = []
    var index = 0
    while index < items.count {
      var open = openParentheses(items[index])
      var next = index + 1
      let last = min(items.count, index + Self.mostParts)
      while open > 0, next < last, let text = plainText(of: items[next]) {
        open += text.openParentheses
        next += 1
      }
      if open == 0, next > index + 1 {
        result.append(quoted(items[index].range.start..<items[next - 1].range.end, log: &log))
        index = next
      } else {
        result.append(items[index])
        index += 1
      }
    }
    return result
  }

  /// Whether the mapping ends, so far, in an expression that a comma has cut, so that what comes next is no key. Looks
  /// back at a few entries only.
  func isCut(_ collection: OpenCollection) -> Bool {
    guard collection.layout == .flow else { return false }
    var open = 0
    for entry in collection.entries.reversed().prefix(Self.mostParts) {
      if let change = openParentheses(after: entry) {
        open += change
      } else {
        return open + openParentheses(entry.value) > 0
      }
    }
    return false
  }

  /// What a flow collection could not go on with, where that is a bracket or a star of a name; nil elsewhere.
  ///
  /// The collection need not have begun for the builder: libyaml reads a line ahead.
  func unquotedIndex(_ problem: YAMLProblem) -> (range: SourceRange, fixIt: FixIt)? {
    let isStar = problem.context.contains("alias")
    let bracket = isStar ? (problem.contextOffset ?? problem.offset) - 1 : problem.offset
    guard bracket > 0, bracket < bytes.count, bytes[bracket] == UInt8(ascii: "["), bytes[bracket - 1].isOfName,
      let start = flowValueStart(before: bracket), let end = valueEnd(from: start), end > bracket
    else { return nil }
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    let whole = range(start..<end)
    return (whole, FixIt("quote the expression", replacing: whole, with: "\"\(text.yamlEscaped)\""))
  }

  // MARK: Parts

  private func quoted(_ bytes: Range<Int>, log: inout DiagnosticLog) -> YAMLNode {
    let text = String(decoding: self.bytes[bytes], as: UTF8.self)
    let range = range(bytes)
    let fixIt = FixIt("quote the expression", replacing: range, with: "\"\(text.yamlEscaped)\"")
    log.error(SyntaxDiagnostic.unquotedComma, at: range, fixIts: [fixIt])
    let isOnOneLine = !text.utf8.contains(0x0A) && !text.utf8.contains(0x0D)
    let scalar = YAMLScalar(text: text, style: .plain, contentStart: isOnOneLine ? bytes.lowerBound : nil)
    return YAMLNode(range: range, content: .scalar(scalar))
  }

  /// How many more parentheses a plain value opens than it closes; 0 for what is no plain value.
  private func openParentheses(_ node: YAMLNode) -> Int { plainText(of: node)?.openParentheses ?? 0 }

  /// The same of a key without a value; nil for an entry that has one.
  private func openParentheses(after entry: YAMLEntry) -> Int? {
    guard entry.key.style == .plain, entry.value.range.start == entry.value.range.end else { return nil }
    return entry.key.text.openParentheses
  }

  private func plainText(of node: YAMLNode) -> String? {
    guard node.aliasedFrom == nil, case .scalar(let scalar) = node.content, scalar.style == .plain else { return nil }
    return scalar.text
  }

  /// Where the value of a flow collection begins that holds a bracket of a name, as the line reads; nil outside of such
  /// collections.
  private func flowValueStart(before bracket: Int) -> Int? {
    let line = (bytes[..<bracket].lastIndex { $0 == 0x0A || $0 == 0x0D } ?? -1) + 1
    // Of the collections around, where their value begins and how many parentheses it has open.
    var values = stack.last?.layout == .flow ? [(start: line, parentheses: 0)] : []
    var offset = line
    while offset < bracket {
      let byte = bytes[offset]
      let isIndex = offset > line && bytes[offset - 1].isOfName
      let top = values.count - 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        if byte == UInt8(ascii: "["), isIndex {
          offset = bytes[offset..<bracket].firstIndex(of: UInt8(ascii: "]")) ?? bracket - 1
        } else {
          values.append((offset + 1, 0))
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = values.popLast()
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        if !isIndex { offset = bytes[(offset + 1)..<bracket].firstIndex(of: byte) ?? bracket - 1 }
      case UInt8(ascii: "(") where top >= 0: values[top].parentheses += 1
      case UInt8(ascii: ")") where top >= 0: values[top].parentheses -= 1
      case UInt8(ascii: ",") where top >= 0 && values[top].parentheses <= 0: values[top].start = offset + 1
      case UInt8(ascii: ":") where top >= 0 && bytes[offset + 1].isYAMLBlank: values[top] = (offset + 1, 0)
      default: break
      }
      offset += 1
    }
    return (values.last?.start).map { start in
      var start = start
      while start < bracket, bytes[start].isYAMLBlank { start += 1 }
      return start
    }
  }

  /// The first comma or closing bracket outside of all that is opened; nil where the line ends before one.
  private func valueEnd(from start: Int) -> Int? {
    var depth = 0
    for offset in start..<bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "]") where depth > 0: depth -= 1
      case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth <= 0 { return offset }
      case 0x0A, 0x0D: return nil
      default: break
      }
    }
    return nil
  }
}

extension String {
  fileprivate var openParentheses: Int {
    utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "(") ? 1 : $1 == UInt8(ascii: ")") ? -1 : 0) }
  }
}

extension UInt8 {
  fileprivate var isOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
