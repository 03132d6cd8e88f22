import SpaceIR

/// Which operations lead to which rules, and which productions can end.
///
/// A production may be taken where every rule that it uses can still be used: `max_depth` bounds the uses of a rule
/// inside one another.
struct Grammar: Sendable {
  /// By operation: the rules that its items lead to, blocks on the way looked through.
  private var rules: [String: Set<String>] = [:]
  /// By rule: those of each production.
  private var productions: [String: [Set<String>]] = [:]
  private var bounds: [String: Int?] = [:]

  init(_ signatures: [String: Signature]) {
    guard signatures.values.contains(where: \.isRule) else { return }
    var calls: [String: Set<String>] = [:]
    for (name, signature) in signatures {
      guard case .block(let block) = signature.body else { continue }
      calls[name] = block.calledOperations
      if case .rule(let rule) = block.content { bounds[name] = .some(rule.maxDepth?.value) }
    }
    for name in calls.keys { rules[name] = reach(from: calls[name] ?? [], calls) }
    for (name, signature) in signatures {
      guard case .block(let block) = signature.body, case .rule(let rule) = block.content else { continue }
      productions[name] = rule.productions.map { reach(from: calledOperations($0.items), calls) }
    }
  }

  /// The rules met first on every way from some operations.
  private func reach(from start: Set<String>, _ calls: [String: Set<String>]) -> Set<String> {
    var found: Set<String> = []
    var seen: Set<String> = []
    var open = Array(start)
    while let next = open.popLast() {
      guard seen.insert(next).inserted else { continue }
      if bounds[next] != nil { found.insert(next) } else { open += calls[next] ?? [] }
    }
    return found
  }

  private struct Situation: Hashable {
    let rule: String
    let uses: [String: Int]
  }

  /// The productions of a rule that can be taken, given how often each rule is being used around; the use itself counts.
  ///
  /// - Complexity: one visit for each way to be inside the bounded rules.
  func available(in rule: String, uses: [String: Int]) -> [Int] {
    var known: [Situation: Bool] = [:]
    let counted = uses.filter { bounds[$0.key] != nil }
    return (productions[rule] ?? []).indices.filter { index in
      canEnd(productions[rule]?[index] ?? [], uses: counted, &known)
    }
  }

  private func canEnd(_ needed: Set<String>, uses: [String: Int], _ known: inout [Situation: Bool]) -> Bool {
    needed.sorted().allSatisfy { canUse($0, uses: uses, &known) }
  }

  private func canUse(_ rule: String, uses: [String: Int], _ known: inout [Situation: Bool]) -> Bool {
    let situation = Situation(rule: rule, uses: uses)
    if let answer = known[situation] { return answer }
    let answer = ends(rule, uses: uses, &known)
    known[situation] = answer
    return answer
  }

  private func ends(_ rule: String, uses: [String: Int], _ known: inout [Situation: Bool]) -> Bool {
    var inside = uses
    inside[rule, default: 0] += 1
    if let bound = bounds[rule] ?? nil {
      if inside[rule, default: 0] > bound { return false }
    } else if uses[rule, default: 0] > 0, !hasBoundedCycle(rule) {
      return false
    }
    return (productions[rule] ?? []).contains { canEnd($0, uses: inside, &known) }
  }

  private func hasBoundedCycle(_ rule: String) -> Bool { unboundedCycle(through: rule) == nil }

  /// A rule that can contain itself without a bounded rule between; nil: every cycle is bounded.
  func unboundedCycle(through rule: String) -> [String]? {
    guard (bounds[rule] ?? nil) == nil else { return nil }
    var path: [String] = []
    var seen: Set<String> = []
    func visit(_ name: String) -> Bool {
      path.append(name)
      for next in (rules[name] ?? []).sorted() where (bounds[next] ?? nil) == nil {
        if next == rule { return true }
        if seen.insert(next).inserted, visit(next) { return true }
      }
      path.removeLast()
      return false
    }
    return visit(rule) ? path : nil
  }
}

extension Signature {
  fileprivate var isRule: Bool {
    guard case .block(let block) = body, case .rule = block.content else { return false }
    return true
  }
}

extension BlockDeclaration {
  /// Every operation that is called in it.
  var calledOperations: Set<String> {
    switch content {
    case .body(let items, _): SpaceChecker.calledOperations(items)
    case .rule(let rule): rule.productions.reduce(into: []) { $0.formUnion(SpaceChecker.calledOperations($1.items)) }
    case .cell(let cell):
      cell.allItems.reduce(into: []) { $0.formUnion(SpaceChecker.calledOperations($1)) }
    }
  }
}

extension CellDeclaration {
  /// The lists of items in it.
  var allItems: [[BodyItem]] {
    var lists = prepare.map(\.items) + edge.lists + operation.lists
    if case .any(let edge) = output.value { lists += edge.lists }
    return lists
  }
}

extension CellOperation {
  var lists: [[BodyItem]] {
    switch self {
    case .items(let items): [items]
    case .oneOf(let options): options.map(\.items)
    }
  }
}

func calledOperations(_ items: [BodyItem]) -> Set<String> {
  var found: Set<String> = []
  for item in items {
    switch item {
    case .poison: break
    case .call(_, let call): found.insert(call.op.value)
    case .branch(_, let cases, let otherwise, _):
      for item in cases { found.formUnion(calledOperations(item.items)) }
      found.formUnion(calledOperations(otherwise ?? []))
    case .condition(_, let then, let otherwise, _): found.formUnion(calledOperations(then + otherwise))
    case .parallel(_, let parallel):
      for branch in parallel.branches { found.formUnion(calledOperations(branch.items)) }
    }
  }
  return found
}
