import SpaceIR

/// Writes the signature of one option of a decision.
struct SignatureWriter {
  private let uses: DecisionUses
  private let decision: DecisionID
  private let option: Int
  private let locals: Set<Int>
  private var parts: [OptionSignature.Part] = []
  private var numbers: [NodeID: Int] = [:]
  private var replaced: [NodeID: NodeID] = [:]
  private var written: Set<NodeID> = []
  private var names: [DecisionID: DecisionID] = [:]

  private var space: Space { uses.space }

  init(_ uses: DecisionUses, decision: Int, option: Int) {
    self.uses = uses
    self.decision = DecisionID(index: decision)
    self.option = option
    locals = uses.locals(of: decision, option: option)
  }

  mutating func signature() -> OptionSignature {
    let involved = [decision.index] + locals.sorted()
    for index in Set(involved.flatMap { uses.touched[$0] }).sorted() where !written.contains(uses.nodes[index].id) {
      let node = uses.nodes[index]
      parts.append(.outer(node.id))
      write(node)
    }
    for index in Set(involved.flatMap { uses.requirements[$0] }).sorted() {
      guard case .condition(let condition) = space.requirements[index].claim else { continue }
      parts.append(.word("require"))
      write(condition)
    }
    for child in uses.children[decision.index] where !locals.contains(child) {
      let conditions = space.decisions[child].existence?.conditions ?? []
      let exists = conditions.allSatisfy { $0.decision != decision || $0.options.contains(option) }
      if exists { parts.append(.exists(DecisionID(index: child))) }
    }
    return OptionSignature(parts: parts)
  }

  private mutating func write(_ node: Node) {
    written.insert(node.id)
    guard case .choice(let choice) = node.operation else {
      parts.append(.word(node.operation.signatureWord))
      for operand in node.operation.operands { write(operand) }
      for attribute in node.operation.attributes { write(attribute.expression) }
      if case .zero = node.operation { for extent in node.type.extents { write(extent) } }
      return
    }
    let selector = bound(choice.selector)
    if let value = selector.constant,
      let taken = choice.alternatives.first(where: { $0.values.contains(value) })
    {
      for other in choice.alternatives { other.region.forEachNode { written.insert($0.id) } }
      write(taken.region)
      replaced[node.id] = taken.region.result
      write(taken.region.result)
      return
    }
    parts.append(.word("choice"))
    write(choice.selector)
    for alternative in choice.alternatives {
      parts.append(.values(alternative.values))
      write(alternative.region)
      write(alternative.region.result)
    }
  }

  private mutating func write(_ region: Region) {
    parts.append(.word("{"))
    for node in region.nodes {
      write(node)
      numbers[node.id] = numbers.count
    }
    parts.append(.word("}"))
  }

  private mutating func write(_ operand: NodeID) {
    var operand = operand
    // A choice that the option decides stands for the result that it takes, where that is inside.
    while numbers[operand] != nil, let other = replaced[operand] { operand = other }
    parts.append(numbers[operand].map { .inner($0) } ?? .outer(operand))
  }

  private mutating func write(_ expression: Expression) {
    let expression = bound(expression)
    for id in expression.decisionsInOrder where locals.contains(id.index) && names[id] == nil { declare(id) }
    parts.append(.expression(expression.renaming { names[$0] ?? $0 }))
  }

  private mutating func declare(_ id: DecisionID) {
    // Parents first, so that conditions name what has a name.
    let conditions = (space[id].existence?.conditions ?? []).filter { $0.decision != decision }
    for condition in conditions where locals.contains(condition.decision.index) && names[condition.decision] == nil {
      declare(condition.decision)
    }
    names[id] = DecisionID(index: space.decisions.count + names.count)
    parts.append(.declaration(options: space[id].options))
    for condition in conditions {
      parts.append(.condition(names[condition.decision] ?? condition.decision, options: condition.options))
    }
  }

  private func bound(_ expression: Expression) -> Expression {
    expression.binding { $0 == decision ? space[decision].options[option] : nil }
  }
}

extension Expression {
  /// Every mention, in text order.
  fileprivate var decisionsInOrder: [DecisionID] {
    switch self {
    case .constant: []
    case .decision(let id): [id]
    case .unary(_, let x): x.decisionsInOrder
    case .binary(_, let a, let b): a.decisionsInOrder + b.decisionsInOrder
    case .call(_, let arguments): arguments.flatMap(\.decisionsInOrder)
    }
  }

  fileprivate func renaming(_ name: (DecisionID) -> DecisionID) -> Expression {
    switch self {
    case .constant: self
    case .decision(let id): .decision(name(id))
    case .unary(let op, let x): .unary(op, x.renaming(name))
    case .binary(let op, let a, let b): .binary(op, a.renaming(name), b.renaming(name))
    case .call(let function, let arguments): .call(function, arguments.map { $0.renaming(name) })
    }
  }
}

extension Operation {
  /// The operation and what is fixed about it: all but operands and attributes.
  var signatureWord: String {
    switch self {
    case .input(let index): "input \(index)"
    case .convolution(let payload, _): "convolution \(payload.bias)"
    case .depthwise: "depthwise"
    case .batchNorm: "batch_norm"
    case .activation: "activation"
    case .squeezeExcite: "squeeze_excite"
    case .splitAttention: "split_attention"
    case .pool(let payload, _): "pool \(payload.kind.rawValue)"
    case .globalPool: "global_pool"
    case .linear(let payload, _): "linear \(payload.bias)"
    case .layerNorm: "layer_norm"
    case .slice: "slice"
    case .shuffle: "shuffle"
    case .softmax: "softmax"
    case .resize(let payload, _): "resize \(payload.method.rawValue)"
    case .attention: "attention"
    case .positionEmbedding: "position_embedding"
    case .quantize: "quantize"
    case .zero: "zero"
    case .add: "add"
    case .join(let join, let operands):
      "join \(join.rawValue) " + operands.map { $0.presence == nil ? "always" : "when" }.joined(separator: " ")
    case .choice: "choice"
    }
  }
}
