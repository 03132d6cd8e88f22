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
  private var blocks: [String: BlockDeclaration] = [:]
  private var known: [Situation: Bool] = [:]
  private var sizes: [Situation: Int] = [:]

  init(_ signatures: [String: Signature]) {
    var calls: [String: Set<String>] = [:]
    for (name, signature) in signatures {
      guard case .block(let block) = signature.body else { continue }
      calls[name] = block.calledOperations
      blocks[name] = block
      // A rule with an error ends, so that nothing else is said of it.
      if case .rule(let rule) = block.content, !block.isPoison { bounds[name] = .some(rule.maxDepth?.value) }
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

  /// Where something is used: how often each bounded rule is in use around it.
  private struct Situation: Hashable {
    let name: String
    let uses: [String: Int]
  }

  private func counted(_ uses: [String: Int]) -> [String: Int] { uses.filter { (bounds[$0.key] ?? nil) != nil } }

  private func inside(_ rule: String, _ uses: [String: Int]) -> [String: Int] {
    guard (bounds[rule] ?? nil) != nil else { return uses }
    return uses.merging([rule: 1], uniquingKeysWith: +)
  }

  /// The productions of a rule that can be taken, given how often each rule is being used around; the use itself counts.
  ///
  /// - Complexity: one visit for each way to be inside the bounded rules, over all calls.
  mutating func available(in rule: String, uses: [String: Int]) -> [Int] {
    let needed = productions[rule] ?? []
    let uses = counted(uses)
    var found: [Int] = []
    for index in needed.indices where canEnd(needed[index], uses: uses) { found.append(index) }
    return found
  }

  private mutating func canEnd(_ needed: Set<String>, uses: [String: Int]) -> Bool {
    for rule in needed.sorted() where !canUse(rule, uses: uses) { return false }
    return true
  }

  private mutating func canUse(_ rule: String, uses: [String: Int]) -> Bool {
    let situation = Situation(name: rule, uses: uses)
    if let answer = known[situation] { return answer }
    // A way that leads back here without a bounded rule between does not end.
    known[situation] = false
    let answer = ends(rule, uses: uses)
    known[situation] = answer
    return answer
  }

  private mutating func ends(_ rule: String, uses: [String: Int]) -> Bool {
    let within = inside(rule, uses)
    if let bound = bounds[rule] ?? nil, within[rule, default: 0] > bound { return false }
    for needed in productions[rule] ?? [] where canEnd(needed, uses: within) { return true }
    return false
  }

  /// Whether a rule can contain itself.
  func isRecursive(_ rule: String) -> Bool {
    var seen: Set<String> = []
    var open = Array(rules[rule] ?? [])
    while let next = open.popLast() {
      if next == rule { return true }
      if seen.insert(next).inserted { open += rules[next] ?? [] }
    }
    return false
  }

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

// How much a use is when it is written out.
extension Grammar {
  /// A lower bound on the operations that a use becomes; what exceeds the limit is not counted on.
  ///
  /// - Precondition: no rule can contain itself without a bound.
  mutating func size(of operation: String, uses: [String: Int] = [:], limit: Int) -> Int {
    guard let block = blocks[operation] else { return 1 }
    let situation = Situation(name: operation, uses: uses)
    if let size = sizes[situation] { return size }
    // A block inside itself is an error of its own.
    sizes[situation] = 0
    let size = 1 + size(of: block, uses: uses, limit: limit)
    sizes[situation] = size
    return size
  }

  private mutating func size(of block: BlockDeclaration, uses: [String: Int], limit: Int) -> Int {
    switch block.content {
    case .body(let items, _): return size(of: items, uses: uses, limit: limit)
    case .rule(let rule):
      let within = inside(block.name.value, uses)
      var size = 1
      for index in available(in: block.name.value, uses: within) where size <= limit {
        size += self.size(of: rule.productions[index].items, uses: within, limit: limit)
      }
      return size
    case .cell(let cell):
      let edges = cell.nodes.indices.reduce(0) { $0 + block.inputs.count + $1 }
      var size = cell.nodes.count
      for items in cell.prepare.map(\.items) { size += self.size(of: items, uses: uses, limit: limit) }
      for items in cell.operation.lists {
        size += cell.nodes.count * self.size(of: items, uses: uses, limit: limit)
      }
      for items in cell.edge.lists { size += edges * self.size(of: items, uses: uses, limit: limit) }
      return size
    }
  }

  /// Of a branch the least, since a constant may leave only that.
  private mutating func size(of items: [BodyItem], uses: [String: Int], limit: Int) -> Int {
    var size = 0
    for item in items where size <= limit {
      switch item {
      case .poison: break
      case .call(_, let call):
        if call.presence == nil { size += self.size(of: call.op.value, uses: uses, limit: limit) }
      case .branch(_, let cases, let otherwise, _):
        let lists = cases.map(\.items) + (otherwise.map { [$0] } ?? [])
        size += lists.map { self.size(of: $0, uses: uses, limit: limit) }.min() ?? 0
      case .condition(_, let then, let otherwise, _):
        let sides = [then, otherwise].map { self.size(of: $0, uses: uses, limit: limit) }
        size += min(sides[0], sides[1])
      case .parallel(_, let parallel):
        for branch in parallel.branches { size += self.size(of: branch.items, uses: uses, limit: limit) }
      }
    }
    return size
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
