// V3, V4, V6.
extension Verifier {
  /// - Precondition: V7 to V10 hold.
  mutating func verifyTypes() {
    verifyTypes(of: space.body, Liveness())
    verifyEnd(space.body.result, space.output, "the body's result")
    for output in space.otherOutputs { verifyEnd(output.node, output.shape, "the output '\(output.name)'") }
  }

  private mutating func verifyEnd(_ node: NodeID, _ shape: ImageShape, _ what: String) {
    let expected = TensorType(shape)
    if let found = type(of: node), !agree(found, expected, Liveness()) {
      report(.ends, "\(what) is \(printer.text(of: found)), not \(printer.text(of: expected))")
    }
  }

  private mutating func verifyTypes(of region: Region, _ liveness: Liveness) {
    for node in region.nodes {
      guard verifyExpressions(of: node, liveness) else { continue }
      switch node.operation {
      case .input(let index):
        let shapes = [space.input] + space.otherInputs.map(\.shape)
        guard shapes.indices.contains(index) else {
          report(.ends, "the space has \(shapes.count) inputs, no input \(index)", at: node)
          continue
        }
        let expected = TensorType(shapes[index])
        if node.type != expected { report(.ends, "an input is \(printer.text(of: expected))", at: node) }
      case .choice(let choice): verify(choice, node, liveness)
      case .join(let join, let operands): verify(join, operands, node, liveness)
      case .zero: break
      case .convolution, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool,
        .linear, .add, .layerNorm, .slice, .shuffle, .softmax, .resize, .attention, .positionEmbedding, .quantize:
        verifyResult(of: node, liveness)
        verifyDivisors(of: node, liveness)
        verifyWindow(of: node, liveness)
      }
    }
  }

  private mutating func verifyResult(of node: Node, _ liveness: Liveness) {
    let operands = node.operation.operands.compactMap(type)
    // V2 has reported the operand that is missing.
    guard operands.count == node.operation.operands.count else { return }
    switch inferredType(of: node.operation, operands, liveness) {
    case .success(let expected):
      guard !agree(node.type, expected, liveness) else { return }
      report(.resultTypes, "%\(node.id.index) computes \(printer.text(of: expected))", at: node)
    case .failure(let error):
      report(.resultTypes, "%\(node.id.index): \(message(of: error))", at: node)
    }
  }

  /// The shape rule, where a structural refusal is asked again for every live architecture.
  private func inferredType(
    of operation: Operation, _ operands: [TensorType], _ liveness: Liveness
  ) -> Result<TensorType, ShapeError> {
    let inferred = resultType(of: operation, operands: operands)
    guard case .failure(let error) = inferred else { return inferred }
    var equivalent = operands
    switch error {
    case .copies(let copies):
      guard agree([copies], [.integer(1)], liveness) else { return inferred }
      for index in equivalent.indices where equivalent[index].copies.folded == copies {
        equivalent[index].copies = .integer(1)
      }
    case .sides(let type):
      guard agree([type.height, type.width], [.integer(1), .integer(1)], liveness) else { return inferred }
      (equivalent[0].height, equivalent[0].width) = (.integer(1), .integer(1))
    case .differ(let left, let right):
      guard agree(left, right, liveness) else { return inferred }
      equivalent[1] = equivalent[0]
    case .noRule, .operandCount, .evenKernel, .notPositive: return inferred
    }
    // Each round makes one property structural, so this ends.
    return inferredType(of: operation, equivalent, liveness)
  }

  func agree(_ a: TensorType, _ b: TensorType, _ liveness: Liveness) -> Bool { agree(a.extents, b.extents, liveness) }

  private func agree(_ a: [Expression], _ b: [Expression], _ liveness: Liveness) -> Bool {
    zip(a, b).allSatisfy { left, right in
      let (left, right) = (left.folded, right.folded)
      if left == right { return true }
      let assignments = Assignments(space: space, liveness: liveness)
      return assignments.counterexample(to: [left, right]) { environment in
        // V14 reports what has no value.
        guard case .success(let x) = result(of: left, environment) else { return true }
        guard case .success(let y) = result(of: right, environment) else { return true }
        return x == y
      } == nil
    }
  }

  private func message(of error: ShapeError) -> String {
    switch error {
    case .noRule: "the operation has no shape rule"
    case .operandCount(let expected, let found): "\(expected) operands expected, \(found) given"
    case .evenKernel(let size): "a kernel is odd or the stride, this one is \(size)"
    case .notPositive(let attribute, let value): "\(attribute) is a positive integer, not \(printer.text(value))"
    case .copies(let copies): "the operand has \(printer.text(of: copies)) copies, not 1"
    case .sides(let type): "the operand is \(printer.text(of: type)), not one pixel"
    case .differ(let left, let right): "operands differ: \(printer.text(of: left)) and \(printer.text(of: right))"
    }
  }
}

// V16.
extension Verifier {
  /// What an attribute divides, where it has to.
  private func divisors(of operation: Operation) -> [(Expression, of: Expression)] {
    guard let operand = operation.operands.first.flatMap({ type(of: $0) }) else { return [] }
    return switch operation {
    case .convolution(let it, _): [(it.groups, operand.channels), (it.groups, it.channels)]
    case .shuffle(let groups, _): [(groups, operand.channels)]
    case .softmax(let it, _): [(Expression.binary(.multiply, it.parts, it.groups).folded, operand.channels)]
    case .attention(let it, _, _): [(it.heads, it.width)]
    case .input, .depthwise, .batchNorm, .activation, .squeezeExcite, .splitAttention, .pool, .globalPool, .linear,
      .layerNorm, .slice, .resize, .positionEmbedding, .quantize, .zero, .add, .join, .choice:
      []
    }
  }

  private mutating func verifyDivisors(of node: Node, _ liveness: Liveness) {
    for (divisor, whole) in divisors(of: node.operation) where divisor != .integer(1) {
      let rest = Expression.binary(.remainder, whole, divisor)
      if agree([rest], [.integer(0)], liveness) { continue }
      report(
        .divisors, "\(printer.text(of: divisor)) does not divide \(printer.text(of: whole)) everywhere", at: node)
    }
    guard case .slice(let slice, let x) = node.operation, let operand = type(of: x) else { return }
    let end = Expression.binary(.add, slice.first, slice.channels)
    if agree([.call(.maximum, [end, operand.channels])], [operand.channels], liveness) { return }
    report(.divisors, "a slice ends behind the \(printer.text(of: operand.channels)) channels", at: node)
  }
}

// V18.
extension Verifier {
  private mutating func verifyWindow(of node: Node, _ liveness: Liveness) {
    guard let window = WindowRule(of: node.operation), let x = node.operation.operands.first, let operand = type(of: x)
    else { return }
    for kernel in window.kernels where !(kernel.constant?.integer.map { $0 % 2 == 1 } ?? false) {
      let parts = window.parts(kernel, on: operand)
      let assignments = Assignments(space: space, liveness: liveness)
      // V13 and V14 report what has no value.
      let wrong = assignments.counterexample(to: parts) { environment in
        let values = parts.compactMap { try? result(of: $0, environment).get() }
        return values.count < parts.count || WindowRule.fits(values)
      }
      guard wrong != nil else { continue }
      report(.windows, "an even kernel \(printer.text(of: kernel)) is not the stride that divides the sides", at: node)
    }
  }
}

// V17.
extension Verifier {
  /// Operands that are there agree with the join's type; of `multiply` one pixel agrees with any.
  private mutating func verify(_ join: Join, _ operands: [Operand], _ node: Node, _ liveness: Liveness) {
    var width = Expression.integer(0)
    for operand in operands {
      guard let found = type(of: operand.node) else { return }
      let inside = operand.presence.map { liveness.adding($0, in: [.boolean(true)]) } ?? liveness
      var expected = node.type
      if join == .concat {
        expected.channels = found.channels
        let part = operand.presence.map { Expression.call(.select, [$0, found.channels, .integer(0)]) }
        width = .binary(.add, width, part ?? found.channels)
      }
      if agree(found, expected, inside) { continue }
      let pixel = [found.copies, found.channels, .integer(1), .integer(1)]
      if join == .multiply, agree(found.extents, pixel, inside),
        agree([found.channels], [expected.channels], inside)
      {
        continue
      }
      report(.joins, "\(printer.text(of: operand.node)) is \(printer.text(of: found))", at: node)
    }
    if join == .concat, !agree([width], [node.type.channels], liveness) {
      report(.joins, "the channels of the operands are \(printer.text(of: width.folded))", at: node)
    }
    if operands.isEmpty { report(.joins, "a join has an operand", at: node) }
  }
}

// V5, V6.
extension Verifier {
  private mutating func verify(_ choice: Choice, _ node: Node, _ liveness: Liveness) {
    verifyValues(of: choice, node, liveness)
    for alternative in choice.alternatives {
      let inside = liveness.adding(choice.selector, in: alternative.values)
      verifyTypes(of: alternative.region, inside)
      guard let found = type(of: alternative.region.result), !agree(found, node.type, inside) else { continue }
      let values = alternative.values.map(printer.text).joined(separator: ", ")
      report(.alternativeTypes, "case \(values) of %\(node.id.index) yields \(printer.text(of: found))", at: node)
    }
  }

  private mutating func verifyValues(of choice: Choice, _ node: Node, _ liveness: Liveness) {
    let values = choice.alternatives.flatMap(\.values)
    if choice.alternatives.contains(where: \.values.isEmpty) || values.isEmpty {
      report(.alternatives, "every alternative of %\(node.id.index) has a value", at: node)
    }
    if Set(values).count != values.count {
      report(.alternatives, "two alternatives of %\(node.id.index) have a value in common", at: node)
    }
    guard case .decision(let id) = choice.selector else { return }
    let left = liveness.values(of: id)
    for option in space[id].options where left?.contains(option) != false && !values.contains(option) {
      report(.alternatives, "%\(node.id.index) has no case for \(printer.text(option))", at: node)
    }
    for value in values where !space[id].options.contains(value) {
      report(.alternatives, "\(printer.text(value)) is no option of \(printer.text(of: id))", at: node)
    }
  }
}

// V13, V14.
extension Verifier {
  /// What an expression has to be.
  private enum Role {
    case size, offset, function, mode, selector, condition

    init(attribute: String) {
      switch attribute {
      case "function", "gate": self = .function
      case "first": self = .offset
      case "mode": self = .mode
      case "when": self = .condition
      case "selector": self = .selector
      default: self = .size
      }
    }

    func accepts(_ type: ValueType) -> Bool {
      switch self {
      case .size, .offset: type.isNumeric
      case .function, .mode: type == .word
      case .condition: type == .boolean
      case .selector: true
      }
    }

    func accepts(_ value: Value) -> Bool {
      switch self {
      case .size: (value.integer ?? 0) > 0
      case .function: value.word.map { ActivationFunction(rawValue: $0) != nil } ?? false
      case .mode: value.word.map { QuantizationMode(rawValue: $0) != nil } ?? false
      case .offset: (value.integer ?? -1) >= 0
      case .condition: value.boolean != nil
      case .selector: true
      }
    }
  }

  /// Whether the node's expressions are well typed, so that its types can be asked about.
  private mutating func verifyExpressions(of node: Node, _ liveness: Liveness) -> Bool {
    var isWellTyped = true
    let extents = zip(["copies", "channels", "height", "width"], node.type.extents).map { ($0, $1, Role.size) }
    let attributes = node.operation.attributes.map { ($0.name, $0.expression, Role(attribute: $0.name)) }
    for (name, expression, role) in attributes + extents {
      guard let type = expression.type(in: space), role.accepts(type) else {
        report(.expressionTypes, "\(name) \(printer.text(of: expression)) is not well typed", at: node)
        isWellTyped = false
        continue
      }
      verifyValue(of: expression, name, role, node, liveness)
    }
    return isWellTyped
  }

  private mutating func verifyValue(
    of expression: Expression, _ name: String, _ role: Role, _ node: Node, _ liveness: Liveness
  ) {
    if let value = expression.constant, role.accepts(value) { return }
    // More decisions than can be tried: the interval says the same, but for decisions that do not exist.
    if role == .size, expression.support.count > 11, expression.type(in: space) == .integer,
      let bounds = space.bounds(of: expression), bounds.least >= Rational(1)
    {
      return
    }
    var found = ""
    let counterexample = Assignments(space: space, liveness: liveness).counterexample(to: [expression]) { environment in
      switch result(of: expression, environment) {
      case .success(let value):
        found = "is \(printer.text(value))"
        return role.accepts(value)
      case .failure(let error):
        found = "has no value (\(reason(error)))"
        return false
      }
    }
    guard let counterexample else { return }
    let cause = counterexample.sorted { $0.key < $1.key }.map { "\(printer.text(of: $0)) = \(printer.text($1))" }
    let condition = cause.isEmpty ? "" : " for \(cause.joined(separator: ", "))"
    report(.values, "\(name) \(printer.text(of: expression)) \(found)\(condition)", at: node)
  }

  private func reason(_ error: EvaluationError) -> String {
    switch error {
    case .divisionByZero: "division by zero"
    case .overflow: "overflow"
    case .missing(let id): "\(printer.text(of: id)) does not exist"
    case .wrongType: "operands that do not fit"
    }
  }
}
