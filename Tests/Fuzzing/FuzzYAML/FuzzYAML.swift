import Diagnostics
import FuzzSupport
import SpaceSyntax

/// The bytes as a YAML file, every scalar of it as a value and as an expression; then all bytes as one expression.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzYAML(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var sources = SourceMap()
  let id = sources.add(path: "space.yaml", bytes: bytes(data, count))
  var log = DiagnosticLog()
  let root = parseYAML(id, in: sources, log: &log)
  guard root != nil || log.hasErrors else { fatalError("no tree and no error") }
  if let root { visit(root, count, &log) }
  var lone = DiagnosticLog()
  let expression = parseExpression(id, in: sources, log: &lone)
  guard (expression == nil) == lone.hasErrors else { fatalError("an expression with errors, or none without") }
  expectShowable(log.diagnostics, omitted: log.omitted, in: sources)
  expectShowable(lone.diagnostics, omitted: lone.omitted, in: sources)
  return 0
}

/// Deeper than the parser lets a tree be would end the process by itself.
private func visit(_ node: YAMLNode, _ count: Int, _ log: inout DiagnosticLog) {
  guard node.range.end <= count else { fatalError("a node past the end: \(node.range)") }
  switch node.content {
  case .poison: return
  case .sequence(let items): for item in items { visit(item, count, &log) }
  case .mapping(let entries):
    for entry in entries {
      guard entry.key.range.end <= count else { fatalError("a key past the end: \(entry.key.range)") }
      visit(entry.value, count, &log)
    }
  case .scalar(let scalar):
    _ = scalar.value
    for expectation in ScalarExpectation.allCases {
      _ = reportAmbiguity(of: scalar, at: node.range, expecting: expectation, log: &log)
    }
    _ = parseExpression(scalar, at: node.range, log: &log)
  }
}
