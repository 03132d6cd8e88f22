import Diagnostics
import SpaceIR
import SpaceSyntax

extension SpaceReader {
  /// `{choose: [...]}` or `{choose: {from, to, step}}`, with an optional `decide`.
  ///
  /// - Parameter keys: Without `decide` where there is only one that could.
  mutating func choice(_ node: YAMLNode, keys: [String] = Self.choiceKeys) -> ChoiceDeclaration? {
    guard let fields = Fields(node, place: "a choice", allowed: keys, unreadable: unreadable, log: &log),
      let domain = fields.required("choose", log: &log)
    else { return nil }
    let scope = fields["decide"].flatMap { choiceOfWord($0.value, DecisionScope.self, what: "who decides") }
    let options: [Located<Value>]?
    if case .mapping = domain.value.content {
      options = range(domain.value)
    } else {
      options = list(domain.value)
    }
    let was = fields["was"].flatMap { $0.value.text("a former name", log: &log)?.value }
    guard let options, !options.isEmpty else { return nil }
    return ChoiceDeclaration(options: options, scope: scope, was: was, range: node.range)
  }

  private mutating func list(_ node: YAMLNode) -> [Located<Value>]? {
    guard let nodes = node.list("'choose'", log: &log) else { return nil }
    guard !nodes.isEmpty else {
      node.reportShape(expected: "a list of at least one option", what: "'choose'", log: &log)
      return nil
    }
    guard nodes.count <= Self.optionCounts.upperBound else {
      log.error(CheckDiagnostic.tooManyOptions(nodes.count), at: node.range)
      return nil
    }
    var seen: [Value: SourceRange] = [:]
    var options: [Located<Value>] = []
    for element in nodes {
      guard let option = literal(element, what: "an option", expected: "a number, a word or a boolean") else {
        return nil
      }
      if let first = seen[option.value] {
        log.error(
          CheckDiagnostic.duplicateOption(option.value.description), at: option.range,
          notes: [Note("listed first here", at: first)])
        return nil
      }
      seen[option.value] = option.range
      options.append(option)
    }
    let kinds = Set(options.map { $0.value.type.isNumeric ? ValueType.rational : $0.value.type })
    guard kinds.count == 1 else {
      log.error(CheckDiagnostic.mixedOptions, at: node.range)
      return nil
    }
    return options
  }

  /// Both ends are options; exact arithmetic, so a step of 0.1 reaches its end.
  private mutating func range(_ node: YAMLNode) -> [Located<Value>]? {
    guard
      let fields = Fields(node, place: "a range", allowed: Self.rangeKeys, unreadable: unreadable, log: &log)
    else { return nil }
    let ends = Self.rangeKeys.map { key in
      fields.required(key, log: &log).flatMap { number($0.value, what: "'\(key)'") }
    }
    guard let from = ends[0], let to = ends[1], let step = ends[2] else { return nil }
    guard step.value > Rational(0) else {
      log.error(CheckDiagnostic.badStep(step.value.description), at: step.range)
      return nil
    }
    guard from.value <= to.value else {
      log.error(
        CheckDiagnostic.emptyRange(from: from.value.description, to: to.value.description), at: to.range,
        notes: [Note("'from' is the smaller end", at: from.range)])
      return nil
    }
    guard let span = from.value.negated.flatMap({ to.value.adding($0) }), let steps = span.divided(by: step.value),
      steps.floor < Self.optionCounts.upperBound
    else {
      log.error(CheckDiagnostic.tooManyOptions(Self.optionCounts.upperBound + 1), at: node.range)
      return nil
    }
    let options = (0...steps.floor).compactMap { index in
      step.value.multiplied(by: Rational(index)).flatMap { from.value.adding($0) }
    }
    guard let last = options.last, last == to.value else {
      let nearest = options.last?.description ?? from.value.description
      log.error(
        CheckDiagnostic.offGrid(end: to.value.description, step: step.value.description, nearest: nearest),
        at: to.range,
        fixIts: [FixIt("end at \(nearest)", confidence: .likely, replacing: to.range, with: nearest)])
      return nil
    }
    return options.map { Located(Value($0), node.range) }
  }

  private mutating func number(_ node: YAMLNode, what: String) -> Located<Rational>? {
    guard let value = literal(node, what: what, expected: "a number", expecting: .number) else { return nil }
    guard let number = value.value.number else {
      node.reportShape(expected: "a number", what: what, log: &log)
      return nil
    }
    return Located(number, node.range)
  }
}
