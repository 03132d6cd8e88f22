import Diagnostics
import SpaceIR
import SpaceSyntax

extension Expander {
  /// An argument of a layer's operation: a value, a choice made here, or one of both by the layer's place; nil after an
  /// error.
  mutating func argumentValue(
    _ value: ArgumentValue, _ parameter: Signature.Parameter, _ layer: StageLayer, key: ChoiceKey, prefix: String,
    scope: DecisionScope, names: ExpressionScope, shared: inout [ChoiceKey: Typed]
  ) -> Typed? {
    switch value {
    case .poison: return nil
    case .expression(let syntax): return self.value(syntax, for: parameter, in: names)
    case .firstRest(let first, let rest, let range):
      guard layer.isStage else {
        report(.firstRestOutsideStage, at: range)
        return nil
      }
      var key = key
      if case .choice = first, case .choice = rest { key.side = layer.isFirst ? .first : .rest }
      return argumentValue(
        layer.isFirst ? first : rest, parameter, layer, key: key, prefix: prefix, scope: scope, names: names,
        shared: &shared)
    case .choice(let choice):
      return decided(choice, parameter, layer, key: key, prefix: prefix, scope: scope, shared: &shared)
    }
  }

  private mutating func decided(
    _ choice: ChoiceDeclaration, _ parameter: Signature.Parameter, _ layer: StageLayer, key: ChoiceKey, prefix: String,
    scope: DecisionScope, shared: inout [ChoiceKey: Typed]
  ) -> Typed? {
    let isShared = (choice.scope?.value ?? scope) == .once || layer.index == nil
    if isShared, let known = shared[key] { return known }
    guard choiceFits(choice, parameter), canExist(choice, in: layer, isShared: isShared) else { return nil }
    let outer = circumstances
    defer { circumstances = outer }
    // What the rest shares is made for the second layer, and exists where that does.
    if let depth = layer.depth, !isShared || !layer.isFirst { require(depth.selector, depth.present) }
    // Under `once`, the first layer and the rest are two decisions of one owner.
    let side = isShared && key.side != .whole ? "\(key.side)." : ""
    var made = decide(
      parameter: prefix + side + parameter.name, owner: isShared ? layer.stage : layer.name, choice: choice)
    made.range = choice.range
    let typed = check(made, for: parameter, at: choice.range)
    if isShared { shared[key] = typed }
    return typed
  }

  /// Whether the layers that share the decision agree on when it exists.
  private mutating func canExist(_ choice: ChoiceDeclaration, in layer: StageLayer, isShared: Bool) -> Bool {
    guard choice.options.count > 1, isShared, layer.owner != layer.stage else { return true }
    guard circumstances.conditions.contains(where: { decisions[$0.decision.index].owner == layer.owner }) else {
      return true
    }
    report(
      .choiceNotHere(where: "in an alternative of each layer and be made once"), at: choice.range,
      notes: [Note("whether it exists would depend on several layers; let the same one decide on both")])
    return false
  }

  /// Whether each option is a value of the parameter; reports the first that is not.
  mutating func choiceFits(_ choice: ChoiceDeclaration, _ parameter: Signature.Parameter) -> Bool {
    for option in choice.options where !parameter.type.accepts(option.value.type) {
      report(
        .wrongType(
          expected: parameter.type.phrase, found: "'\(option.value)'",
          what: "an option of '\(parameter.name)'"), at: option.range)
      return false
    }
    guard parameter.type == .word, !parameter.words.isEmpty else { return true }
    for option in choice.options {
      guard let word = option.value.word, !parameter.words.contains(word) else { continue }
      report(
        .unknownWord(word, allowed: parameter.words, what: "the parameter '\(parameter.name)'"), at: option.range,
        fixIts: didYouMean(log.closest(to: word, among: parameter.words), at: option.range))
      return false
    }
    return true
  }
}
