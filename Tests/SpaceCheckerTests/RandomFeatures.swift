/// Writes small random spaces out of rules, cells, blocks that decide, wiring and items that may be absent. All maps have
/// 4 channels and 8 by 8 pixels, so that everything can be joined with everything.
struct RandomFeatures {
  private var random: SeededRandom
  /// Conditions that a body may use.
  private var conditions: [String] = []

  /// - Returns: A space for which the compiler has nothing to say.
  static func space(seed: UInt64) -> MiniSpace {
    var writer = RandomFeatures(random: SeededRandom(state: seed))
    return writer.space()
  }

  private init(random: SeededRandom) { self.random = random }

  private mutating func space() -> MiniSpace {
    let head = """
      decisions: {wide: {choose: [true, false]}, deep: {choose: [1, 2, 3]}}
      blocks:
        fit: {body: [{op: conv, channels: 4, kernel: 1}]}
        unit:
          parameters: {on: bool, count: int}
          decide: \(pick(["once", "each"]))
          body:
      \(body(conditions: ["on", "not on", "count >= 2", "on and count == 3"], depth: 2, indent: 6))
            - {op: add, from: [in, back.1]}
      rules:
        net:
          decide: each
          max_depth: \(pick([1, 2, 2, 3]))
          one_of:
            leaf: [{op: conv, channels: 4, kernel: \(kernel())}]
            \(pick(["nothing: []", "norm: [batch_norm]", "pool: [{op: max_pool, kernel: 3}]"]))
            \(production())
      cells:
      \(cell())
      """
    let items = ["unit", "net", "cell"].shuffledCopy(using: &random)
    var network = "  - {name: stem, op: conv, channels: 4, kernel: 3}\n"
    var names = ["stem"]
    for (index, item) in items.prefix(Int.random(in: 1...2, using: &random)).enumerated() {
      let name = "part\(index)"
      network += part(name, item, names) + "\n"
      names.append(name)
    }
    network += "  - {name: end, op: add, from: [stem, \(names.dropFirst().joined(separator: ", "))]}"
    return MiniSpace(network: network, head: head)
  }

  private mutating func part(_ name: String, _ op: String, _ names: [String]) -> String {
    let arguments = op == "unit" ? ", on: wide, count: deep" : ""
    // Of a block that decides once the first use must be there in every network.
    if op == "net", once(in: 3) {
      return "  - {stage: \(name), layers: {choose: [1, 2]}, decide: each, layer: {op: net}}"
    }
    if op == "net", once(in: 3) { return "  - {name: \(name), op: net, when: \(pick(["wide", "deep >= 2 and wide"]))}" }
    if op == "cell" {
      return "  - name: \(name)\n    parallel: {main: [{op: cell}, {op: fit}], side: [batch_norm]}\n    join: add"
    }
    return "  - {name: \(name), op: \(op)\(arguments), from: \(pick(names))}"
  }

  private mutating func production() -> String {
    pick([
      "chain: [{op: net}, {op: net}]", "both: [{parallel: {left: [{op: net}], right: [{op: net}]}, join: add}]",
      "skip: [{op: net, name: a}, {op: add, from: [in, a]}]",
      "fitted: [{op: net}, {op: concat, from: [in, back.1]}, {op: fit}]",
    ])
  }

  // MARK: Items

  private mutating func body(conditions: [String], depth: Int, indent: Int) -> String {
    self.conditions = conditions
    let margin = String(repeating: " ", count: indent)
    return items(depth: depth).map { "\(margin)- \($0)" }.joined(separator: "\n")
  }

  private mutating func items(depth: Int) -> [String] {
    var labels = ["in"]
    return (0..<Int.random(in: 1...3, using: &random)).map { index in
      let item = self.item(depth: depth, labels: labels, label: "x\(index)")
      if item.hasPrefix("{op: conv, name") || item.hasPrefix("{name") { labels.append("x\(index)") }
      return item
    }
  }

  private mutating func item(depth: Int, labels: [String], label: String) -> String {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
    case 0: "{op: conv, name: \(label), channels: 4, kernel: \(kernel())}"
    case 1:
      "{op: conv, name: \(label), channels: 4, kernel: \(kernel()), from: \(pick(labels)), when: \(pick(conditions))}"
    case 2: "{op: add, from: [in, back.1, \(pick(labels))]}"
    case 3: "{op: conv, channels: 4, kernel: \(kernel())}"
    case 4:
      "{name: \(label), parallel: {left: [\(inline(depth))], right: [\(pick(["", "batch_norm"]))]}, join: \(pick(["add", "multiply"]))}"
    case 5: "{when: on, then: [\(closed(depth))], else: [\(pick(["", "batch_norm"]))]}"
    default: "{switch: count, cases: {1: [], 2: [\(closed(depth))], else: [\(closed(depth))]}}"
    }
  }

  private mutating func inline(_ depth: Int) -> String { items(depth: depth - 1).joined(separator: ", ") }

  /// Items that end in what is always there.
  private mutating func closed(_ depth: Int) -> String { inline(depth) + ", {op: add, from: [in, back.1]}" }

  // MARK: Cells

  private mutating func cell() -> String {
    // Under any edges a choice would hang on all the edges before it.
    let mode = pick(["all", "any", "any", "{choose: 1}", "{choose: 2}", "{slots: 1}", "{slots: 2}"])
    let output =
      mode == "any"
      ? pick(["{inputs: any, join: add}", "{inputs: any, edge: \(edge(kernel: "3")), join: add}"])
      : pick(["{of: nodes, join: concat}", "{of: last}", "{of: loose_ends, join: \(pick(["add", "concat"]))}"])
    return """
        cell:
          decide: \(pick(["once", "each"]))
          \(pick(["doc: a cell", "prepare: {in: [batch_norm, {op: conv, channels: 4, kernel: \(kernel())}]}"]))
          nodes:
            count: \(pick([1, 2, 2, 3]))
            inputs: \(mode)
            edge: \(edge(kernel: mode == "any" ? "3" : kernel()))
            node: \(pick(["[]", "[batch_norm]", "{one_of: {id: [], conv: [{op: conv, channels: 4, kernel: 3}]}}"]))
            join: \(pick(["add", "multiply"]))
          output: \(output)
      """
  }

  private mutating func edge(kernel: String) -> String {
    pick([
      "[]", "[{op: conv, channels: 4, kernel: 1}]",
      "{one_of: {id: [], conv: [{op: conv, channels: 4, kernel: \(kernel)}]}}",
      "{one_of: {pool: [{op: max_pool, kernel: 3}], none: [zero]}}",
    ])
  }

  // MARK: Draws

  private mutating func kernel() -> String { pick(["1", "3", "{choose: [1, 3]}"]) }
  private mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &random) == 0 }
  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: 0..<elements.count, using: &random)]
  }
}

extension Array {
  fileprivate func shuffledCopy(using random: inout SeededRandom) -> [Element] { shuffled(using: &random) }
}
