import Diagnostics

@testable import SpaceSyntax

/// One text read as a YAML file, with everything that was said about it.
struct Reading {
  let sources: SourceMap
  let id: SourceID
  let root: YAMLNode?
  let log: DiagnosticLog

  init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) {
    var sources = SourceMap()
    var log = DiagnosticLog()
    id = sources.add(path: "space.yaml", bytes: bytes)
    root = parseYAML(id, in: sources, log: &log)
    self.sources = sources
    self.log = log
  }

  var codes: [String] { log.diagnostics.map(\.code) }
  var rendered: String { renderText(log.diagnostics, sources: sources, colours: false) }

  func text(_ range: SourceRange) -> String { sources[id].text(in: range) }

  /// Every node of the tree, parents first.
  var nodes: [YAMLNode] { root.map { Self.nodes(under: $0) } ?? [] }

  private static func nodes(under node: YAMLNode) -> [YAMLNode] {
    switch node.content {
    case .scalar, .poison: [node]
    case .sequence(let items): [node] + items.flatMap(nodes)
    case .mapping(let entries): [node] + entries.flatMap { nodes(under: $0.value) }
    }
  }

  /// The value under a path of keys; numbers are indices of lists.
  func value(_ path: String...) -> YAMLNode? {
    path.reduce(root) { node, step in
      switch node?.content {
      case .mapping(let entries): entries.first { $0.key.text == step }?.value
      case .sequence(let items): Int(step).flatMap { items.indices.contains($0) ? items[$0] : nil }
      case .scalar, .poison, nil: nil
      }
    }
  }

  func scalar(_ path: String) -> YAMLScalar? {
    guard case .scalar(let scalar) = value(path)?.content else { return nil }
    return scalar
  }
}

/// One text read as an expression of the command line.
struct ExpressionReading {
  let sources: SourceMap
  let root: ExpressionSyntax?
  let log: DiagnosticLog

  init(_ text: String) { self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) {
    var sources = SourceMap()
    var log = DiagnosticLog()
    let id = sources.add(path: "--where", bytes: bytes)
    root = parseExpression(id, in: sources, log: &log)
    self.sources = sources
    self.log = log
  }

  var codes: [String] { log.diagnostics.map(\.code) }
}

/// The text after the edits of fix-its in one file.
func applying(_ fixIts: [FixIt], to text: String) -> String {
  var bytes = Array(text.utf8)
  for edit in fixIts.flatMap(\.edits).sorted(by: { $0.range.start > $1.range.start }) {
    bytes.replaceSubrange(edit.range.start..<edit.range.end, with: edit.replacement.utf8)
  }
  return String(decoding: bytes, as: UTF8.self)
}

extension ExpressionSyntax {
  /// The expression with all its parentheses: `(a + (- b))`.
  var explicit: String {
    switch kind {
    case .integer(let value): "\(value)"
    case .decimal(let value): "\(value.numerator):\(value.denominator)"
    case .quantity(let it): "\(it.value.numerator):\(it.value.denominator) of \(it.dimension)"
    case .string(let text): "'\(text)'"
    case .name(let path): path.map(\.written).joined(separator: ".")
    case .call(let function, let arguments): "\(function.text)(\(arguments.map(\.explicit).joined(separator: ", ")))"
    case .unary(let sign, let operand): "(\(sign.rawValue) \(operand.explicit))"
    case .binary(let sign, let left, let right): "(\(left.explicit) \(sign.rawValue) \(right.explicit))"
    }
  }

  /// This expression and its parts.
  var all: [ExpressionSyntax] {
    switch kind {
    case .integer, .decimal, .quantity, .string, .name: [self]
    case .call(_, let arguments): [self] + arguments.flatMap(\.all)
    case .unary(_, let operand): [self] + operand.all
    case .binary(_, let left, let right): [self] + left.all + right.all
    }
  }
}

/// SplitMix64, Steele, Lea and Flood 2014: the same numbers on every machine.
struct TestRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
