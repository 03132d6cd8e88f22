import SpaceIR

extension SupernetPlan {
  /// The plan as text: every tensor with its number, then the steps with the tensors they use.
  ///
  /// Deterministic; for reading and for comparing two plans, not for reading back.
  package var text: String {
    var printer = PlanPrinter(plan: self)
    return printer.printed()
  }
}

private struct PlanPrinter {
  let plan: SupernetPlan
  private let texts: LineTexts
  private var lines: [String] = []
  private var depth = 0

  init(plan: SupernetPlan) {
    self.plan = plan
    texts = plan.space.lineTexts
  }

  mutating func printed() -> String {
    line("supernet \"\(plan.space.name)\" tensors \(plan.tensors.count) parameters \(plan.parameterCount)")
    for (index, tensor) in plan.tensors.enumerated() {
      let shape = tensor.shape.map(String.init).joined(separator: ", ")
      line("tensor #\(index) \(tensor.name) \(tensor.role.rawValue) [\(shape)] fan_in \(tensor.fanIn)")
    }
    line("steps {")
    print(plan.steps)
    line("}")
    return lines.joined(separator: "\n") + "\n"
  }

  private mutating func line(_ text: String) { lines.append(String(repeating: "  ", count: depth) + text) }

  private mutating func print(_ steps: [PlanStep]) {
    depth += 1
    for step in steps { print(step) }
    depth -= 1
  }

  private mutating func print(_ step: PlanStep) {
    switch step {
    case .operation(let node): print(node)
    case .invertedResidual(let segment):
      line("inverted_residual {")
      print(segment.parts)
      line("}")
    case .choice(let id, let selector, let alternatives):
      line("%\(id.index) = choice \(texts.expression(selector)) {")
      depth += 1
      for alternative in alternatives {
        line("case \(alternative.values.map(\.description).joined(separator: ", ")) {")
        print(alternative.steps)
        line("} yields %\(alternative.result.index)")
      }
      depth -= 1
      line("}")
    }
  }

  /// The node, then its tensors: one list, or a list for each combination of the decisions with separate weights.
  private mutating func print(_ node: Node) {
    line(texts.node(node))
    guard let weights = plan.weights[node.id] else { return }
    depth += 1
    for options in weights.variants.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let key = zip(weights.keys, options).map { "\(plan.space[$0].name)=\(plan.space[$0].options[$1])" }
      let condition = key.isEmpty ? "" : " where \(key.joined(separator: ", "))"
      let tensors = weights.variants[options, default: []].map { "#\($0.index)" }.joined(separator: " ")
      line("weights \(tensors)\(condition)")
    }
    depth -= 1
  }
}
