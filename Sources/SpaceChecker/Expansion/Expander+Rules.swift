import Diagnostics
import SpaceIR

extension Expander {
  /// A use of a rule: a decision for one of the productions that can end here.
  mutating func derive(
    _ block: BlockDeclaration, _ rule: RuleDeclaration, wires: Wires, scope: ExpressionScope, at range: SourceRange,
    into site: inout Site
  ) -> Tensor? {
    guard !rule.productions.isEmpty else { return nil }
    let uses = Dictionary(openBlocks.map { ($0.block, 1) }, uniquingKeysWith: +)
    let available = grammar.available(in: block.name.value, uses: uses).map { rule.productions[$0] }
    guard !available.isEmpty else {
      report(
        .endlessRule(block.name.value), at: block.name.range,
        notes: [Note("every production uses a rule that 'max_depth' forbids here; add one that ends")])
      return nil
    }
    let options = available.map { Located(Value.word($0.name.value), $0.name.range) }
    let choice = ChoiceDeclaration(options: options, scope: nil, range: range)
    let which = decide(parameter: "op", in: site, below: nil, choice: choice)
    let branches = available.map { production in
      itemsBranch(production.name.value, [.word(production.name.value)], production.items, wires, scope)
    }
    guard branches.count > 1 else {
      // The name of the only production still tells its decisions apart.
      let outer = (site.place, site.path)
      site.place.append(branches[0].label)
      site.path.append(branches[0].label)
      defer { (site.place, site.path) = outer }
      return branches[0].build(&self, &site, wires.current)
    }
    return choose(which.expression, branches, on: wires.current, at: block.name.range, into: &site)
  }
}
