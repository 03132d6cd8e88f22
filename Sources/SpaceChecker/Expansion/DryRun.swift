import Diagnostics
import SpaceIR
import SpaceSyntax

/// Looks at the names and functions in a block whose arguments are not known: nothing is built and nothing decided.
struct DryRun {
  var expander: Expander
  let mayDecide: Bool

  mutating func check(_ block: BlockDeclaration, _ scope: ExpressionScope) {
    switch block.content {
    case .body(let items, let shortcut):
      check(items, scope)
      if let condition = shortcut?.condition { _ = expander.convert(condition, in: scope) }
    case .rule(let rule): for production in rule.productions { check(production.items, scope) }
    case .cell(let cell): check(cell, scope)
    }
  }

  private mutating func check(_ cell: CellDeclaration, _ scope: ExpressionScope) {
    var inner = scope
    inner.define("in", shape: nil)
    for part in cell.prepare { check(part.items, inner) }
    if let width = cell.splitWidth { _ = expander.convert(width, in: scope) }
    inner.define("node.index", as: nil)
    if cell.splitWidth != nil { inner.define("node.channels", as: nil) }
    for items in cell.operation.lists { check(items, inner) }
    inner.define("edge.from_input", as: nil)
    for items in cell.edge.lists { check(items, inner) }
    if case .any(let edge) = cell.output.value {
      for items in edge.lists { check(items, inner) }
    }
  }

  private mutating func check(_ items: [BodyItem], _ scope: ExpressionScope) {
    var scope = scope
    for item in items {
      switch item {
      case .call(let label, let call):
        if let presence = call.presence { _ = expander.convert(presence, in: scope) }
        check(call, scope)
        if let label { scope.define("\(label.value).out", shape: nil) }
      case .branch(let subject, let cases, let otherwise, _):
        _ = expander.convert(subject, in: scope)
        for item in cases { check(item.items, scope) }
        check(otherwise ?? [], scope)
      case .condition(let subject, let then, let otherwise, _):
        _ = expander.convert(subject, in: scope)
        check(then, scope)
        check(otherwise, scope)
      case .parallel(let label, let parallel):
        for branch in parallel.branches { check(branch.items, scope) }
        if let label { scope.define("\(label.value).out", shape: nil) }
      case .poison: break
      }
    }
  }

  private mutating func check(_ call: Call, _ scope: ExpressionScope) {
    guard let target = expander.resolve(call) else { return }
    var site = Expander.Site(layer: LayerID(index: 0))
    site.mayDecide = mayDecide
    // Decisions made in passing are forgotten; the log is what counts.
    let outer = (expander.decisions, expander.formerNames)
    _ = expander.arguments(target, label: target.signature.name, in: scope, site)
    (expander.decisions, expander.formerNames) = outer
  }
}
