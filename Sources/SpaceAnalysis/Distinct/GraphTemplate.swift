import SpaceIR

/// A piece of a space's body between two places that all data passes, ready to be made a graph for many members.
struct GraphTemplate {
  indirect enum Step {
    /// An operation; equal words and attribute values are equal labels.
    case operation(slot: Int, word: Int, operands: [Int], attributes: [Int], passesZero: Bool, tellsApart: Bool)
    case zero(slot: Int)
    /// A sum is nothing but its terms; every other join is an operation.
    case join(slot: Int, word: Int?, operands: [(slot: Int, presence: Int?)])
    case choice(slot: Int, selector: Int, alternatives: [(values: [Value], steps: [Step], result: Int)])
    /// An operation that a decision chooses, which nothing else depends on.
    case chosen(slot: Int, word: Int, operand: Int, options: Int)
  }
  private(set) var steps: [Step] = []
  private(set) var result = 0
  private(set) var slotCount = 1
  /// Indices of atoms, ascending: what the graph depends on.
  private(set) var atoms: [Int] = []
  /// Decisions that choose operations alone.
  private(set) var labelDecisions: [Int] = []
  /// What has to be equal for two templates to have the same classes of networks: all but the numbers that stand
  /// for constants.
  private(set) var text: [String] = []
  private var slots: [NodeID: Int] = [:]
  private var constants: [String: Int] = [:]

  /// - Parameters:
  ///   - nodes: Of the body, in order; all but the first input are inside.
  ///   - input: The node that they read.
  init(_ nodes: ArraySlice<Node>, input: NodeID, result: NodeID, _ table: inout GraphAtoms) {
    slots[input] = 0
    steps = nodes.map { step($0, &table) }
    self.result = slots[result] ?? 0
    text.append("result \(self.result)")
    atoms = Set(atoms).sorted()
    labelDecisions = Set(labelDecisions).sorted()
  }

  private mutating func slot(_ node: NodeID) -> Int {
    if let known = slots[node] { return known }
    slots[node] = slotCount
    slotCount += 1
    return slotCount - 1
  }

  private mutating func atom(_ expression: Expression, _ table: inout GraphAtoms) -> Int {
    let atom = table.number(of: expression)
    if table.expressions[atom].constant == nil { atoms.append(atom) }
    return atom
  }

  private mutating func step(_ node: Node, _ table: inout GraphAtoms) -> Step {
    let operation = node.operation
    switch operation {
    case .zero:
      text.append("zero")
      return .zero(slot: slot(node.id))
    case .add(let a, let b):
      return join(node, nil, [Operand(a), Operand(b)], &table)
    case .join(let join, let operands):
      return self.join(node, join == .add ? nil : table.word("join \(join.rawValue)"), operands, &table)
    case .choice(let choice):
      return self.choice(node, choice, &table)
    case .input, .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool,
      .linear, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize:
      let operands = operation.operands.map { slot($0) }
      let attributes = attributes(of: operation, &table)
      text.append("\(operation.signatureWord) \(operands) to \(slot(node.id))")
      return .operation(
        slot: slot(node.id), word: table.word(operation.signatureWord), operands: operands, attributes: attributes,
        passesZero: operation.passesZero, tellsApart: operands.count > 1)
    }
  }

  /// Those that do not follow from the graph.
  private mutating func attributes(of operation: Operation, _ table: inout GraphAtoms) -> [Int] {
    operation.attributes.map { name, expression in
      if table.followsFromGraph(expression) { return table.number(of: .word("graph")) }
      let atom = atom(expression, &table)
      text.append(expression.constant.map { "\(name) \(pattern(name, $0))" } ?? "\(name) atom \(atom)")
      return atom
    }
  }

  /// Constants by the order of their appearance, for each attribute.
  private mutating func pattern(_ name: String, _ value: Value) -> Int {
    let key = "\(name) \(value)"
    if let known = constants[key] { return known }
    constants[key] = constants.count
    return constants.count - 1
  }

  private mutating func join(
    _ node: Node, _ word: Int?, _ operands: [Operand], _ table: inout GraphAtoms
  ) -> Step {
    var parts: [(slot: Int, presence: Int?)] = []
    for operand in operands {
      let presence = operand.presence.map { atom($0, &table) }
      parts.append((slot(operand.node), presence))
    }
    text.append("join \(word ?? -1) \(parts) to \(slot(node.id))")
    return .join(slot: slot(node.id), word: word, operands: parts)
  }

  private mutating func choice(_ node: Node, _ choice: Choice, _ table: inout GraphAtoms) -> Step {
    if case .decision(let decision) = choice.selector, table.labels[decision.index],
      let operand = choice.commonOperand
    {
      labelDecisions.append(decision.index)
      let from = slot(operand)
      let texts = choice.alternatives.map { $0.region.text(table) }
      let different = Set(texts).count
      text.append("chosen \(decision.index) \(from) to \(slot(node.id))")
      return .chosen(
        slot: slot(node.id), word: table.word("chosen " + texts.sorted().joined(separator: "|")), operand: from,
        options: different)
    }
    let selector = atom(choice.selector, &table)
    text.append("choice \(selector) {")
    var alternatives: [(values: [Value], steps: [Step], result: Int)] = []
    for alternative in choice.alternatives {
      text.append("case \(alternative.values)")
      let steps = alternative.region.nodes.map { step($0, &table) }
      alternatives.append((alternative.values, steps, slot(alternative.region.result)))
      text.append("yield \(slot(alternative.region.result))")
    }
    text.append("} to \(slot(node.id))")
    return .choice(slot: slot(node.id), selector: selector, alternatives: alternatives)
  }
}

/// The expressions that graphs depend on, and the words of operations, by number.
struct GraphAtoms {
  private(set) var expressions: [Expression] = []
  /// By decision: whether it chooses operations and does nothing else.
  let labels: [Bool]
  /// By decision: whether it says which operands a join has.
  private let wires: [Bool]
  private var numbers: [Expression: Int] = [:]
  private var words: [String: Int] = [:]

  init(labels: [Bool], wires: [Bool]) {
    self.labels = labels
    self.wires = wires
  }

  mutating func number(of expression: Expression) -> Int {
    let folded = expression.folded
    if let known = numbers[folded] { return known }
    numbers[folded] = expressions.count
    expressions.append(folded)
    return expressions.count - 1
  }

  /// From 1 on; 0 is the input.
  mutating func word(_ word: String) -> Int {
    if let known = words[word] { return known }
    words[word] = words.count + 1
    return words.count
  }

  /// A width that is shared out among the operands of a join says nothing that the wiring does not.
  func followsFromGraph(_ expression: Expression) -> Bool {
    let support = expression.support
    return !support.isEmpty && support.allSatisfy { wires[$0.index] }
  }
}

extension Choice {
  /// The one node around it that all its alternatives read; nil where an alternative is more than a chain of operations,
  /// or none.
  var commonOperand: NodeID? {
    var found: NodeID?
    for alternative in alternatives {
      let inside = Set(alternative.region.nodes.map(\.id))
      guard inside.contains(alternative.region.result) else { return nil }
      for node in alternative.region.nodes {
        guard node.operation.isPlain else { return nil }
        for operand in node.operation.operands where !inside.contains(operand) {
          guard found == nil || found == operand else { return nil }
          found = operand
        }
      }
    }
    return found
  }
}

extension Region {
  /// What a chain of operations does, whatever its nodes are called.
  func text(_ table: GraphAtoms) -> String {
    var numbers: [NodeID: Int] = [:]
    return nodes.map { node in
      defer { numbers[node.id] = numbers.count }
      let attributes = node.operation.attributes.map { name, expression in
        table.followsFromGraph(expression) ? "\(name) graph" : "\(name) \(expression.folded)"
      }
      let operands = node.operation.operands.map { numbers[$0] ?? -1 }
      return "\(node.operation.signatureWord) \(operands) \(attributes.joined(separator: " "))"
    }.joined(separator: "; ") + " -> \(numbers[result] ?? -1)"
  }
}

extension Operation {
  /// Whether it computes something of its operands and does no more.
  fileprivate var isPlain: Bool {
    switch self {
    case .input, .zero, .add, .join, .choice: false
    case .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool,
      .linear,
      .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize:
      true
    }
  }

  /// Whether zeros in are zeros out, whatever the weights are.
  var passesZero: Bool {
    switch self {
    case .convolution(let it, _): !it.bias
    case .linear(let it, _): !it.bias
    case .depthwise, .pool, .globalPool, .slice, .shuffle, .resize, .quantize, .squeezeExcite, .zero: true
    case .activation(let function, _):
      function.constant.map { ![Value.word("sigmoid"), Value.word("hard_sigmoid")].contains($0) } ?? false
    case .input, .batchNorm, .splitAttention, .layerNorm, .softmax, .attention, .positionEmbedding, .add, .join,
      .choice:
      false
    }
  }
}
