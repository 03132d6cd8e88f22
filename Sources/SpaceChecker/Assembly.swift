import Diagnostics
import SpaceIR
import SpaceSyntax

/// Puts a whole space together: network decisions, stages, output, hints.
struct Assembly {
  private let declaration: SpaceDeclaration
  private let library: Library
  var log: DiagnosticLog

  init(_ declaration: SpaceDeclaration, library: Library, log: DiagnosticLog) {
    self.declaration = declaration
    self.library = library
    self.log = log
  }

  mutating func assemble(input wanted: ImageShape?) -> CheckedSpace? {
    let inputs = declaration.inputs.map(\.value)
    let shape = wanted ?? inputs.first
    var expander = Expander(
      signatures: library.signatures, hidesBlocks: library.hidesBlocks, classes: declaration.classes?.value, log: log)
    checkNames(&expander)
    let region = network(shape, &expander)
    checkBlocks(&expander)
    checkHints(&expander)
    log = expander.log
    guard let region, let shape, let classes = declaration.classes?.value, let name = declaration.name?.value,
      !log.hasErrors
    else { return nil }
    let space = Space(
      name: name, decisions: expander.decisions, layers: expander.layers, input: shape, classes: classes,
      hints: declaration.hints, body: region)
    return CheckedSpace(
      space: space, expectations: declaration.expectations ?? Expectations(), inputs: inputs,
      architecture: nil)
  }

  private func network(_ shape: ImageShape?, _ expander: inout Expander) -> Region? {
    expander.layers.append(Layer(name: "input", decisions: []))
    var site = Expander.Site(layer: LayerID(index: 0))
    var tensor = shape.map { shape in
      let type = TensorType(
        channels: .integer(shape.channels), height: .integer(shape.height), width: .integer(shape.width))
      return expander.append(.input, type: type, label: "input", to: &site)
    }
    var nodes = site.nodes
    var names = ExpressionScope()
    names.define(
      "output.classes", as: declaration.classes.map { Typed(expression: .integer($0.value), type: .integer) })
    for decision in declaration.decisions {
      let made = decision.choice.map { expander.decide(parameter: decision.name.value, owner: "", choice: $0) }
      names.define(decision.name.value, as: made)
    }
    for item in declaration.network {
      switch item {
      case .operation(let name, let call):
        tensor = expander.expand(operation: name, call, on: tensor, scope: &names, into: &nodes)
      case .stage(let stage):
        tensor = expander.expand(stage, on: tensor, scope: &names, into: &nodes)
      case .poison(let name):
        tensor = nil
        if let name { names.poison(everythingUnder: name) }
      }
    }
    guard let tensor else { return nil }
    checkOutput(tensor, &expander)
    return Region(nodes: nodes, result: tensor.id)
  }

  /// What ends the network: its last operation, or the key where there is none.
  private var lastRange: SourceRange? {
    switch declaration.network.last {
    case .operation(_, let call): call.op.range
    case .stage(let stage): stage.layer.op.range
    case .poison, nil: declaration.networkRange
    }
  }

  private func checkOutput(_ tensor: Tensor, _ expander: inout Expander) {
    guard let classes = declaration.classes?.value, let range = lastRange else { return }
    let expected = TensorType.vector(classes)
    guard !expander.equal(tensor.type, expected) else { return }
    expander.report(
      .wrongOutput(found: expander.describe(tensor.type), classes: classes), at: range,
      notes: [Note("the last operation of the network gives one number for each class: [\(classes), 1, 1]")])
  }

  private func checkNames(_ expander: inout Expander) {
    var seen: [String: SourceRange] = [:]
    func check(_ name: Located<String>, what: String, _ expander: inout Expander) {
      if let first = seen[name.value] {
        expander.report(
          .duplicateName(name.value, what: what), at: name.range, notes: [Note("named first here", at: first)])
      }
      seen[name.value] = seen[name.value] ?? name.range
    }
    for item in declaration.network {
      switch item {
      case .operation(let name, _): check(name, what: "layer", &expander)
      case .stage(let stage): check(stage.name, what: "stage", &expander)
      case .poison: break
      }
    }
  }

  /// Names and functions inside every block, used or not. What depends on the arguments is poison here and stays silent.
  private func checkBlocks(_ expander: inout Expander) {
    for block in library.blocks where !block.isPoison {
      var scope = ExpressionScope()
      scope.define("in", shape: nil)
      scope.define("here", shape: nil)
      scope.define("output.classes", as: nil)
      for parameter in block.parameters { scope.define(parameter.name.value, as: nil) }
      check(block.body, scope, &expander)
      if let condition = block.shortcut?.condition { _ = expander.convert(condition, in: scope) }
    }
  }

  private func check(_ items: [BodyItem], _ scope: ExpressionScope, _ expander: inout Expander) {
    for item in items {
      switch item {
      case .call(_, let call):
        if let target = expander.resolve(call) { _ = expander.arguments(target, in: scope) }
      case .branch(let subject, let cases, let otherwise, _):
        _ = expander.convert(subject, in: scope)
        for item in cases { check(item.items, scope, &expander) }
        check(otherwise ?? [], scope, &expander)
      case .condition(let subject, let then, let otherwise, _):
        _ = expander.convert(subject, in: scope)
        check(then + otherwise, scope, &expander)
      case .poison: break
      }
    }
  }

  /// A hint about a parameter that no operation has is a mistake.
  private func checkHints(_ expander: inout Expander) {
    guard !library.hidesBlocks else { return }
    let known = Set(library.signatures.values.flatMap { $0.parameters.map(\.name) })
      .union(expander.decisions.map(\.parameter)).sorted()
    for hint in declaration.hintRanges where !known.contains(hint.value) {
      let fixes = didYouMean(expander.log.closest(to: hint.value, among: known), at: hint.range)
      expander.report(.unknownHint(hint.value), at: hint.range, fixIts: fixes)
    }
  }
}
