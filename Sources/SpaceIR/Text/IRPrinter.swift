/// Writes the text form. Total: also an invalid space has a text, with `#index` where a name is missing or not unique.
struct IRPrinter {
  private let space: Space
  /// Names to print for decisions and layers; nil where only the index is clear.
  private let decisionNames: [String?]
  private let layerNames: [String?]
  private var lines: [String] = []
  private var depth = 0

  init(_ space: Space) {
    self.space = space
    decisionNames = IRPrinter.unique(space.decisions.map(\.name))
    layerNames = IRPrinter.unique(space.layers.map(\.name))
  }

  private static func unique(_ names: [String]) -> [String?] {
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    return names.map { counts[$0] == 1 ? $0 : nil }
  }

  mutating func printSpace() -> String {
    line("space \(quoted(space.name))")
    line("input \(named(space.inputName))\(text(of: space.input))")
    for input in space.otherInputs { line("input \(named(input.name))\(text(of: input.shape))") }
    let isVector = space.output.height == 1 && space.output.width == 1 && space.outputName.isEmpty
    line(isVector ? "classes \(space.classes)" : "output \(named(space.outputName))\(text(of: space.output))")
    line("hint distribution \(space.hints.distribution.rawValue)")
    for group in space.hints.groups { line("hint group \(group.map(name).joined(separator: ", "))") }
    for hint in space.hints.sharing { line("hint share \(name(hint.parameter)) \(hint.sharing.rawValue)") }
    for id in space.decisionIDs { line(declaration(of: space[id], at: id)) }
    for layer in space.layers { line(declaration(of: layer)) }
    for requirement in space.requirements { line("require \(text(of: requirement))") }
    line("body {")
    print(space.body)
    line("}")
    for output in space.otherOutputs {
      line("output \(named(output.name))\(text(of: output.node)) : \(text(of: output.shape))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func named(_ name: String) -> String { name.isEmpty ? "" : "\(quoted(name)) " }

  private func text(of shape: ImageShape) -> String { "\(shape.channels) x \(shape.height) x \(shape.width)" }

  private mutating func line(_ text: String) {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: depth) + text)
  }

  private mutating func print(_ region: Region) {
    depth += 1
    for node in region.nodes {
      guard case .choice(let choice) = node.operation else {
        line(text(of: node))
        continue
      }
      line(text(of: node) + " {")
      depth += 1
      for alternative in choice.alternatives {
        line("case \(alternative.values.map(text).joined(separator: ", ")) {")
        print(alternative.region)
        line("}")
      }
      depth -= 1
      line("}")
    }
    line("yield \(text(of: region.result))")
    depth -= 1
  }
}

// Declarations.
extension IRPrinter {
  private func declaration(of decision: Decision, at id: DecisionID) -> String {
    var words = ["decision \(text(of: id))"]
    // The name has to be declared even where references go by index.
    if decisionNames[id.index] == nil { words = ["decision $\(name(decision.name))"] }
    if let type = decision.optionType { words.append(": \(type.rawValue)") }
    words.append("{\(decision.options.map(text).joined(separator: ", "))}")
    if decision.parameter != lastPart(of: decision.name) { words.append("parameter \(name(decision.parameter))") }
    if !decision.owner.isEmpty { words.append("owner \(quoted(decision.owner))") }
    if let existence = decision.existence { words.append("when \(text(of: existence, for: id))") }
    return words.joined(separator: " ")
  }

  private func text(of existence: Existence, for child: DecisionID) -> String {
    existence.conditions.map { text(of: $0, for: child) }.joined(separator: " and ")
  }

  private func text(of condition: Existence.Condition, for child: DecisionID) -> String {
    let isEarlier = condition.decision.index < child.index && space.decisions.indices.contains(condition.decision.index)
    let parent = isEarlier ? text(of: condition.decision) : "$#\(condition.decision.index)"
    let domain = isEarlier ? space[condition.decision].options : []
    let options = condition.options.map { index in
      guard domain.indices.contains(index), domain.count(where: { $0 == domain[index] }) == 1 else {
        return "#\(index)"
      }
      return text(domain[index])
    }
    return options.count == 1 ? "\(parent) = \(options[0])" : "\(parent) = {\(options.joined(separator: ", "))}"
  }

  private func declaration(of layer: Layer) -> String {
    let decisions = layer.decisions.map(text).joined(separator: ", ")
    return "layer \(name(layer.name))" + (decisions.isEmpty ? "" : " (\(decisions))")
  }
}

extension Decision {
  /// The narrowest type that accepts every option; nil for a mixture.
  package var optionType: ValueType? {
    let types = Set(options.map(\.type))
    if types.count == 1 { return types.first }
    return types.allSatisfy(\.isNumeric) ? .rational : nil
  }
}

/// The parameter that a decision's name ends with.
func lastPart(of name: String) -> String {
  name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
}

// Nodes.
extension IRPrinter {
  /// One line; of a choice without its alternatives.
  func text(of node: Node) -> String {
    let place = IRLexer.isPlace(node.place) ? node.place : quoted(node.place)
    return
      "\(text(of: node.id)) = \(text(of: node.operation)) : \(text(of: node.type)) @\(layerName(node.layer))/\(place)"
  }

  func text(of id: NodeID) -> String { "%\(id.index)" }

  func text(of type: TensorType) -> String {
    let copies = type.copies == .integer(1) ? "" : "\(text(of: type.copies)) x "
    let extents = [copies + text(of: type.channels), text(of: type.height), text(of: type.width)]
    return "tensor<[n, \(extents.joined(separator: ", "))]>"
  }

  private func layerName(_ id: LayerID) -> String {
    guard layerNames.indices.contains(id.index), let known = layerNames[id.index] else { return "#\(id.index)" }
    return name(known)
  }

  func text(of operation: Operation) -> String {
    switch operation {
    case .input(let index): return index == 0 ? "input" : "input \(index)"
    case .zero: return "zero"
    case .convolution(let it, let x):
      let width = it.kernelWidth == it.kernel ? "" : " kernel_width \(text(of: it.kernelWidth))"
      return "convolution \(text(of: x)) channels \(text(of: it.channels)) kernel \(text(of: it.kernel))\(width)"
        + " stride \(text(of: it.stride))\(unlessOne("dilation", it.dilation))\(unlessOne("groups", it.groups))"
        + " bias \(it.bias)"
    case .depthwise(let it, let x):
      return "depthwise \(text(of: x)) kernel \(text(of: it.kernel)) stride \(text(of: it.stride))"
        + "\(unlessOne("dilation", it.dilation)) copies \(text(of: it.copies))"
    case .batchNorm(let x): return "batch_norm \(text(of: x))"
    case .activation(let function, let x): return "activation \(text(of: x)) function \(text(of: function))"
    case .squeezeExcite(let it, let x):
      return "squeeze_excite \(text(of: x)) inner \(text(of: it.inner)) function \(text(of: it.function))"
        + " gate \(text(of: it.gate))"
    case .splitAttention(let it, let x):
      return "split_attention \(text(of: x)) inner \(text(of: it.inner)) function \(text(of: it.function))"
    case .pool(let it, let x):
      return "pool \(text(of: x)) kind \(it.kind.rawValue) kernel \(text(of: it.kernel)) stride \(text(of: it.stride))"
    case .globalPool(let x): return "global_pool \(text(of: x))"
    case .linear(let it, let x):
      return "linear \(text(of: x)) features \(text(of: it.features)) bias \(it.bias)"
    case .layerNorm(let x): return "layer_norm \(text(of: x))"
    case .slice(let it, let x):
      return "slice \(text(of: x)) first \(text(of: it.first)) channels \(text(of: it.channels))"
    case .shuffle(let groups, let x): return "shuffle \(text(of: x)) groups \(text(of: groups))"
    case .softmax(let it, let x):
      return "softmax \(text(of: x)) parts \(text(of: it.parts)) groups \(text(of: it.groups))"
    case .resize(let it, let x):
      return "resize \(text(of: x)) height \(text(of: it.height)) width \(text(of: it.width))"
        + " method \(it.method.rawValue)"
    case .attention(let it, let x, let memory):
      return "attention \(text(of: x)) \(text(of: memory)) heads \(text(of: it.heads)) width \(text(of: it.width))"
    case .positionEmbedding(let x): return "position_embedding \(text(of: x))"
    case .quantize(let it, let x):
      return "quantize \(text(of: x)) bits \(text(of: it.bits)) mode \(text(of: it.mode))"
    case .add(let a, let b): return "add \(text(of: a)) \(text(of: b))"
    case .join(let join, let operands):
      return "join \(join.rawValue)" + operands.map { " \(text(of: $0))" }.joined()
    case .choice(let choice): return "choice \(text(of: choice.selector))"
    }
  }

  private func unlessOne(_ name: String, _ expression: Expression) -> String {
    expression == .integer(1) ? "" : " \(name) \(text(of: expression))"
  }

  private func text(of operand: Operand) -> String {
    text(of: operand.node) + (operand.presence.map { " when \(text(of: $0))" } ?? "")
  }
}

// Names and values.
extension IRPrinter {
  private func name(_ text: String) -> String { IRLexer.isPath(text) ? text : quoted(text) }

  func text(of id: DecisionID) -> String {
    guard decisionNames.indices.contains(id.index), let known = decisionNames[id.index] else { return "$#\(id.index)" }
    return "$\(name(known))"
  }

  func text(_ value: Value) -> String {
    switch value {
    case .integer, .boolean: value.description
    case .rational(let fraction): fraction.description.replacing("/", with: "//")
    case .word(let word): IRKeyword.isBareWord(word) ? word : quoted(word)
    }
  }
}

/// Words that mean something inside an expression, so that a value spelled like them needs quotes.
enum IRKeyword {
  static func isBareWord(_ word: String) -> Bool {
    IRLexer.isPath(word) && !["true", "false", "not", "and", "or"].contains(word) && Function(rawValue: word) == nil
  }
}

extension Space {
  /// The text form: deterministic, and `parseSpace(text:)` reads it back to an equal space.
  ///
  /// Nesting beyond the parser's caps (`IRParser.maximumHeight`, `IRParser.maximumRegions`) prints but is refused there.
  package var text: String {
    var printer = IRPrinter(self)
    return printer.printSpace()
  }

  /// An expression with the names of this space's decisions.
  package func text(of expression: Expression) -> String { IRPrinter(self).text(of: expression) }

  package func text(of type: TensorType) -> String { IRPrinter(self).text(of: type) }

  /// The node's line, without the alternatives of a choice.
  package func text(of node: Node) -> String { lineTexts.node(node) }

  /// The texts of many nodes and expressions: the names of the space are looked through once.
  package var lineTexts: LineTexts { LineTexts(printer: IRPrinter(self)) }
}

package struct LineTexts: Sendable {
  fileprivate let printer: IRPrinter

  /// The node's line, without the alternatives of a choice.
  package func node(_ node: Node) -> String { printer.text(of: node) }
  package func expression(_ expression: Expression) -> String { printer.text(of: expression) }
}
