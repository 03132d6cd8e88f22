import BigInt
import SpaceIR

/// Counts the different graphs of one component of a space.
struct GraphCensus {
  private let space: Space
  private let component: GraphCutting.Component
  private let atoms: GraphAtoms
  private let walk: MemberWalk
  private let limit: Int
  /// Different networks.
  private(set) var count = 0
  private(set) var wirings = 0
  private(set) var graphs = 0
  /// Whether some graph is a skip, or zero.
  private(set) var hasTrivial = false
  private var classes: Set<[Int]> = []
  private var words: [[Int]: Int] = [:]
  /// Atoms that differ between members, and what evaluates them.
  private let varying: [Int]
  private let formulas: [BitFormula?]
  private let bits: [Int?]
  private var valueNumbers: [Value: Int] = [:]

  init(
    _ space: Space, _ members: MemberDiagram, _ component: GraphCutting.Component, _ atoms: GraphAtoms, limit: Int
  ) {
    self.space = space
    self.component = component
    self.atoms = atoms
    self.limit = limit
    walk = MemberWalk(space, members, over: component.isWalked)
    varying = Set(component.templates.flatMap(\.atoms)).sorted()
    var bits = [Int?](repeating: nil, count: space.decisions.count)
    var used = 0
    for (index, decision) in space.decisions.enumerated()
    where decision.options == [.boolean(false), .boolean(true)] && decision.existence == nil && used < 64 {
      bits[index] = used
      used += 1
    }
    self.bits = bits
    formulas = varying.map { BitFormula(atoms.expressions[$0]) { bits[$0.index] } }
  }

  mutating func run() throws(DistinctError) {
    var seen: Set<[UInt64]> = []
    let walk = walk
    guard walk.mostWays <= limit else { throw .tooMany(limit: limit) }
    let most = Int(walk.mostWays)
    try walk.visit { choices throws(DistinctError) in try visit(choices, of: most, &seen) }
  }

  /// Of listed members only.
  ///
  /// - Precondition: They are no more than an integer holds.
  mutating func run(over members: BudgetedMembers) throws(DistinctError) {
    var seen: Set<[UInt64]> = []
    let most = Int(members.countLower.value)
    for index in 0..<most { try visit(members.member(at: BigUInt(index)).choices, of: most, &seen) }
  }

  private mutating func visit(
    _ choices: [Int?], of most: Int, _ seen: inout Set<[UInt64]>
  ) throws(DistinctError) {
    if wirings % 256 == 0 { AnalysisProgress.tell(.graphs, wirings, of: most) }
    wirings += 1
    let key = self.key(of: choices)
    if seen.insert(key).inserted { try add(choices, key) }
  }

  /// The values of all varying atoms: formulas as bits, then the numbers of other values.
  private mutating func key(of choices: [Int?]) -> [UInt64] {
    var word: UInt64 = 0
    for (index, bit) in bits.enumerated() {
      if let bit, choices[index] == 1 { word |= 1 << UInt64(bit) }
    }
    var key = [UInt64](repeating: 0, count: (formulas.count + 63) / 64)
    for (position, formula) in formulas.enumerated() {
      if let formula {
        if formula.holds(word) { key[position / 64] |= 1 << UInt64(position % 64) }
      } else {
        key.append(UInt64(number(of: value(of: varying[position], choices))))
      }
    }
    return key
  }

  private mutating func number(of value: Value?) -> Int {
    guard let value else { return 0 }
    if let known = valueNumbers[value] { return known }
    valueNumbers[value] = valueNumbers.count + 1
    return valueNumbers.count
  }

  private func value(of atom: Int, _ choices: [Int?]) -> Value? {
    if let constant = atoms.expressions[atom].constant { return constant }
    do throws(EvaluationError) {
      return try atoms.expressions[atom].evaluate { id in choices[id.index].map { space[id].options[$0] } }
    } catch {
      return nil
    }
  }

  /// Compares one wiring with those before.
  private mutating func add(_ choices: [Int?], _ key: [UInt64]) throws(DistinctError) {
    graphs += 1
    var values: [Int: Value] = [:]
    for (position, atom) in varying.enumerated() {
      if formulas[position] != nil {
        values[atom] = .boolean(key[position / 64] >> UInt64(position % 64) & 1 == 1)
      } else {
        values[atom] = value(of: atom, choices)
      }
    }
    var text: [Int] = []
    var labellings = 1
    for template in component.templates {
      var graph = OperationGraph()
      var slots = [[Int]](repeating: [], count: template.slotCount)
      slots[0] = [0]
      try build(template.steps, values, &graph, &slots)
      let result = slots[template.result]
      hasTrivial = hasTrivial || result.isEmpty || result == [0]
      let part = graph.part(of: result, label: Int.max)
      let form = try GraphForm.canonical(part)
      if component.templates.count == 1 {
        guard classes.insert(form).inserted else { return }
        labellings = try part.labellings(limit: limit)
      }
      text.append(form.count)
      text += form
    }
    if component.templates.count > 1 { labellings = classes.insert(text).inserted ? 1 : 0 }
    count += labellings
  }

  private mutating func build(
    _ steps: [GraphTemplate.Step], _ values: [Int: Value], _ graph: inout OperationGraph, _ slots: inout [[Int]]
  ) throws(DistinctError) {
    for step in steps {
      switch step {
      case .zero(let slot): slots[slot] = []
      case .operation(let slot, let word, let operands, let attributes, let passesZero, let tellsApart):
        guard !passesZero || operands.contains(where: { !slots[$0].isEmpty }) else {
          slots[slot] = []
          continue
        }
        let label = label(word, attributes, values)
        let inputs = tellsApart ? operands.map { single(slots[$0], &graph) } : operands.flatMap { slots[$0] }
        slots[slot] = [graph.add(label, inputs, tellsApart: tellsApart)]
      case .chosen(let slot, let word, let operand, let options):
        slots[slot] = [graph.add(word << 8, slots[operand], choosing: options)]
      case .join(let slot, let word, let operands):
        let present = operands.filter { $0.presence.map { values[$0]?.boolean ?? constant($0) } ?? true }
        guard let word, present.count > 1 else {
          slots[slot] = present.flatMap { slots[$0.slot] }
          continue
        }
        slots[slot] = [graph.add(word << 8, present.map { single(slots[$0.slot], &graph) })]
      case .choice(let slot, let selector, let alternatives):
        guard let value = values[selector] ?? atoms.expressions[selector].constant,
          let taken = alternatives.first(where: { $0.values.contains(value) })
        else { throw .noValue(space.body.result) }
        try build(taken.steps, values, &graph, &slots)
        slots[slot] = slots[taken.result]
      }
    }
  }

  private func constant(_ atom: Int) -> Bool { atoms.expressions[atom].constant?.boolean ?? false }

  /// One vertex for what can be a sum.
  private func single(_ terms: [Int], _ graph: inout OperationGraph) -> Int {
    terms.count == 1 ? terms[0] : graph.add(-1, terms)
  }

  private mutating func label(_ word: Int, _ attributes: [Int], _ values: [Int: Value]) -> Int {
    var key = [word]
    for atom in attributes { key.append(number(of: values[atom] ?? atoms.expressions[atom].constant)) }
    if let known = words[key] { return known }
    words[key] = words.count * 256 + 255
    return words[key] ?? 0
  }
}
