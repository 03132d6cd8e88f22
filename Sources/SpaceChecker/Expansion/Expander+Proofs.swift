import Diagnostics
import SpaceIR

/// What is known about a claim over all members of the space that reach a place.
enum Proof: Sendable {
  case holds
  /// What the expressions are in a member where it fails, and that member in words: ` where s1.channels is 8`; empty:
  /// everywhere.
  case fails(values: [Value], member: String)
  case noValue(reason: String, member: String)
  /// Too many combinations to look at all of them; none of those looked at fails.
  case undecided
}

/// What every member meets, by the requirements of the space: learned in a first expansion, used in the second.
struct Assumptions: Sendable {
  /// Conditions over the decisions beside them.
  var conditions: [Expression] = []
  /// All of the space, those that the second expansion has not made yet included.
  var decisions: [Decision] = []
  /// What the first expansion took.
  var work = CheckWork()

  /// Those that say something about these decisions, directly or through others.
  func related(to support: Set<DecisionID>) -> [Expression] {
    var found: [Expression] = []
    var known = support
    var open = conditions.map { (condition: $0, support: Set($0.support)) }
    while let next = open.firstIndex(where: { !$0.support.isDisjoint(with: known) }) {
      let (condition, support) = open.remove(at: next)
      found.append(condition)
      known.formUnion(support)
      for id in support { known.formUnion(Presence(of: id, in: decisions).conditions.map(\.decision)) }
    }
    return found
  }
}

extension Expander {
  private static let mostCombinations = 200_000
  /// Nodes of expressions that one proof may evaluate: large expressions are tried for fewer combinations.
  private static let mostEvaluations = 4_000_000
  /// The same where not all combinations can be tried anyway; then as many more are tried that are spread over all.
  private static let mostEvaluationsOfMany = 200_000

  /// Whether two extents are equal in every member that reaches this place.
  func equal(_ a: Expression, _ b: Expression) -> Proof {
    let left = a.binding { fixed[$0] }
    let right = b.binding { fixed[$0] }
    if left == right { return .holds }
    if let x = left.constant, let y = right.constant { return x == y ? .holds : .fails(values: [x, y], member: "") }
    if knownEqualities.contains(where: { $0 == (left, right) || $0 == (right, left) }) { return .holds }
    return prove([left, right]) { $0[0] == $0[1] }
  }

  func equal(_ a: TensorType, _ b: TensorType) -> Bool {
    zip(a.extents, b.extents).allSatisfy { pair in
      if case .holds = equal(pair.0, pair.1) { true } else { false }
    }
  }

  /// The equations that enclosing conditions state.
  private var knownEqualities: [(Expression, Expression)] {
    var found: [(Expression, Expression)] = []
    for condition in conditions where condition.values == [.boolean(true)] {
      var open = [condition.selector.binding { fixed[$0] }]
      while let next = open.popLast() {
        if case .binary(.and, let a, let b) = next { open += [a, b] }
        if case .binary(.equal, let a, let b) = next { found.append((a, b)) }
      }
    }
    return found
  }

  /// Whether an extent is no greater than another one, without looking at any member.
  private func isKnown(_ lesser: Expression, atMost greater: Expression) -> Bool {
    let (left, right) = (lesser.binding { fixed[$0] }, greater.binding { fixed[$0] })
    if left == right { return true }
    return knownOrders.contains { known in
      left == known.lesser.binding { fixed[$0] } && right == known.greater.binding { fixed[$0] }
    }
  }

  /// Reports an extent that is below 1 in some member; false after an error.
  mutating func positive(_ extent: Expression, what: String, at range: SourceRange) -> Bool {
    if let bounds = extent.bounds(decisions: decisions), bounds.least >= Rational(1) { return true }
    return settle(prove([extent]) { ($0[0].integer ?? 0) >= 1 }, of: extent, at: range) { value, member in
      .notPositive(what: what, value: value, member: member)
    }
  }

  /// Reports a width that leaves one of the nodes that can share it without a channel; false after an error.
  mutating func isShareable(_ width: Expression, among nodes: Int, at range: SourceRange) -> Bool {
    settle(prove([width]) { ($0[0].integer ?? 0) >= nodes }, of: width, at: range) { value, member in
      let place = " where \(nodes) nodes share \(value)"
      return .notPositive(
        what: "the width of a node", value: "0", member: place + (member.isEmpty ? "" : " and\(member.dropFirst(6))"))
    }
  }

  /// Reports a value that names a decision which does not exist in some member; false after an error.
  mutating func isDecided(_ value: Expression, at range: SourceRange) -> Bool {
    let known = value.binding { fixed[$0] }
    if known.support.allSatisfy({ isMade($0, in: circumstances) }) { return true }
    guard case .noValue(let reason, let member) = prove([known], claim: { _ in true }) else { return true }
    report(.noValue(reason: reason, member: member), at: range)
    return false
  }

  /// Reports a number that does not divide another one in some member; false after an error.
  ///
  /// - Parameters:
  ///   - what: Names the divisor in messages.
  ///   - whole: Names what it divides.
  ///   - wholePlace: Where that is written, where it is an argument: one that is worked out is what is wrong.
  mutating func divides(
    _ divisor: Expression, _ number: Expression, what: String, whole: String, wholePlace: SourceRange? = nil,
    at range: SourceRange
  ) -> Bool {
    if divisor == .integer(1) || divisor == number { return true }
    switch prove([number, divisor], claim: { ($0[1].integer ?? 0) > 0 && ($0[0].integer ?? 0) % $0[1].integer! == 0 }) {
    case .holds, .undecided: return true
    case .fails(let values, let member):
      let isWorkedOut = number.constant == nil && !number.isDecision
      let place = isWorkedOut ? wholePlace ?? range : range
      var notes = member.isEmpty ? [] : [Note("a condition under 'require' can rule such networks out")]
      if place != range { notes.append(Note("what divides it", at: givenPlaces[range] ?? range)) }
      report(
        .notDivided(
          divisor: what, value: values[1].description, whole: whole, of: values[0].description, member: member),
        at: place, notes: notes)
    case .noValue(let reason, let member): report(.noValue(reason: reason, member: member), at: range)
    }
    return isRehearsal
  }

  /// Reports a slice that does not lie inside its operand in some member; false after an error.
  ///
  /// - Parameters:
  ///   - start: Where the first channel is written.
  ///   - range: Where the number of channels is written.
  mutating func slice(
    _ first: Expression, from start: SourceRange, _ channels: Expression, of whole: Expression, at range: SourceRange
  ) -> Bool {
    if first == .integer(0), isKnown(channels, atMost: whole) { return true }
    let claim: ([Value]) -> Bool = { values in
      let numbers = values.compactMap(\.integer)
      return numbers.count == 3 && numbers[0] >= 0 && numbers[0] + numbers[1] <= numbers[2]
    }
    switch prove([first, channels, whole], claim: claim) {
    case .holds, .undecided: return true
    case .fails(let values, let member):
      report(
        .sliceOutside(
          first: values[0].description, channels: values[1].description, whole: values[2].description, member: member),
        at: (values[0].integer ?? 0) < 0 ? start : range)
    case .noValue(let reason, let member): report(.noValue(reason: reason, member: member), at: range)
    }
    return isRehearsal
  }

  /// Reports a kernel without a middle in some member, unless its windows lie side by side; false after an error.
  mutating func window(_ kernel: Expression, of window: WindowRule, on operand: TensorType, _ range: SourceRange)
    -> Bool
  {
    guard positive(kernel, what: "'kernel'", at: range) else { return false }
    if case .holds = prove([kernel], claim: { ($0[0].integer ?? 0) % 2 == 1 }) { return true }
    let fits = settle(prove(window.parts(kernel, on: operand), claim: WindowRule.fits), of: kernel, at: range) {
      value, member in
      .evenKernel(value: value, member: member)
    }
    return fits || isRehearsal
  }

  private mutating func settle(
    _ proof: Proof, of expression: Expression, at range: SourceRange, error: (String, String) -> CheckDiagnostic
  ) -> Bool {
    switch proof {
    case .holds, .undecided: return true
    case .fails(let values, let member):
      let value = values.first
      report(
        error(value?.description ?? describe(expression), member), at: range,
        option: value.flatMap { place(of: $0, among: expression) })
    case .noValue(let reason, let member): report(.noValue(reason: reason, member: member), at: range)
    }
    return false
  }

  /// Where an option is written; nil for what is no decision, and for the options of a range.
  private func place(of value: Value, among expression: Expression) -> SourceRange? {
    guard case .decision(let id) = expression, id.index < origins.count else { return nil }
    let choice = origins[id.index]
    guard let option = choice.options.first(where: { $0.value == value }), option.range != choice.range else {
      return nil
    }
    return option.range
  }

  /// Tries every combination of the decisions that the expressions and the enclosing conditions depend on; where one
  /// fails, again those that meet the requirements of the space.
  func prove(_ expressions: [Expression], claim: ([Value]) -> Bool) -> Proof {
    let bound = expressions.map { $0.binding { fixed[$0] } }
    var search = MemberSearch(decisions: decisions, fixed: fixed, conditions: conditions)
    let plain = search.run(over: bound, limit: Self.limit(for: bound, under: conditions), claim: claim)
    proofSteps.add(search.evaluations + conditions.count)
    switch plain {
    case .holds, .undecided: return plain
    case .fails, .noValue: return proveUnderRequirements(bound, claim: claim) ?? plain
    }
  }

  private static func limit(for expressions: [Expression], under conditions: [PathCondition]) -> MemberSearch.Limit {
    let size = expressions.reduce(1) { $0 + $1.size } + conditions.reduce(0) { $0 + $1.selector.size }
    return MemberSearch.Limit(
      all: min(mostCombinations, mostEvaluations / size + 1),
      some: min(mostCombinations, mostEvaluationsOfMany / size + 1))
  }

  /// Why a condition has no value in some member, whatever the requirements say; nil where it has one in all that were
  /// looked at.
  func lack(of condition: Expression) -> (reason: String, member: String)? {
    guard !condition.isTotal(decisions: decisions) else { return nil }
    var search = MemberSearch(decisions: decisions, fixed: fixed, conditions: conditions)
    let proof = search.run(over: [condition], limit: Self.limit(for: [condition], under: conditions)) { _ in true }
    proofSteps.add(search.evaluations + conditions.count)
    if case .noValue(let reason, let member) = proof { return (reason, member) }
    return nil
  }

  /// Nil where no requirement speaks of the expressions.
  private func proveUnderRequirements(_ expressions: [Expression], claim: ([Value]) -> Bool) -> Proof? {
    guard assumptions.decisions.count >= decisions.count else { return nil }
    var support: Set<DecisionID> = []
    for expression in expressions + conditions.map(\.selector) { expression.collectSupport(into: &support) }
    for id in support { support.formUnion(Presence(of: id, in: decisions).conditions.map(\.decision)) }
    let related = assumptions.related(to: support).map { PathCondition(selector: $0, values: [.boolean(true)]) }
    guard !related.isEmpty else { return nil }
    var search = MemberSearch(decisions: assumptions.decisions, fixed: fixed, conditions: conditions + related)
    defer { proofSteps.add(search.evaluations + conditions.count + assumptions.conditions.count) }
    return search.run(over: expressions, limit: Self.limit(for: expressions, under: conditions), claim: claim)
  }

  /// An expression in the author's names, cut where nobody would read on.
  func describe(_ expression: Expression) -> String {
    let text = spelled(expression, depth: 12)
    return text.count <= 100 ? text : text.prefix(96) + " ..."
  }

  private func spelled(_ expression: Expression, depth: Int) -> String {
    guard depth > 0 else { return "..." }
    func describe(_ part: Expression) -> String { spelled(part, depth: depth - 1) }
    return switch expression {
    case .constant(let value): value.description
    case .decision(let id): decisions[id.index].name
    case .unary(let op, let x): op == .not ? "not \(describe(x))" : "-\(describe(x))"
    case .binary(let op, let a, let b): "(\(describe(a)) \(op.rawValue) \(describe(b)))"
    case .call(let function, let arguments):
      "\(function.rawValue)(\(arguments.map { describe($0) }.joined(separator: ", ")))"
    }
  }

  /// `[24, 14, 14]`, or `[2 x 24, 14, 14]` for copies.
  func describe(_ type: TensorType) -> String {
    let copies = type.copies == .integer(1) ? "" : "\(describe(type.copies)) x "
    return "[\(copies)\(describe(type.channels)), \(describe(type.height)), \(describe(type.width))]"
  }
}

extension Expression {
  fileprivate var isDecision: Bool { if case .decision = self { true } else { false } }
}

/// A bounded walk over the combinations of a few decisions.
private struct MemberSearch {
  let decisions: [Decision]
  let fixed: [DecisionID: Value]
  let conditions: [Expander.PathCondition]
  private var values: [DecisionID: Value] = [:]
  /// Conditions by the last decision that they wait for: where one fails, nothing below is looked at.
  private var due: [DecisionID: [Expander.PathCondition]] = [:]
  private var left = 0
  /// Work counter: expressions and conditions evaluated.
  private(set) var evaluations = 0
  /// Options that may still be tried on the way to combinations, those that a condition ends at once included.
  private var steps = 0

  /// Combinations that are looked at.
  struct Limit {
    /// Where there are no more than these.
    let all: Int
    /// Of more: in their order, and as many again that are spread.
    let some: Int
  }

  init(decisions: [Decision], fixed: [DecisionID: Value], conditions: [Expander.PathCondition]) {
    self.decisions = decisions
    self.fixed = fixed
    self.conditions = conditions
  }

  mutating func run(over expressions: [Expression], limit: Limit, claim: ([Value]) -> Bool) -> Proof {
    var involved: Set<DecisionID> = []
    for expression in expressions { expression.collectSupport(into: &involved) }
    for id in involved { addAncestors(of: id, to: &involved) }
    let relevant = related(to: &involved)
    values = fixed
    let open = involved.subtracting(fixed.keys).sorted()
    let hasFew = combinations(of: open, upTo: limit.all)
    left = hasFew ? limit.all : limit.some
    steps = 2 * left + 1_000
    due = [:]
    for condition in relevant {
      guard let last = condition.selector.support.filter({ fixed[$0] == nil }).max() else { continue }
      due[last, default: []].append(condition)
    }
    let proof = search(open[...], relevant, expressions, claim)
    guard case .undecided = proof, !hasFew else { return proof }
    return sample(open, limit.some, relevant, expressions, claim)
  }

  private func combinations(of open: [DecisionID], upTo most: Int) -> Bool {
    var product = 1
    for id in open {
      product *= decisions[id.index].options.count
      if product > most { return false }
    }
    return true
  }

  /// Combinations from all over: the last options of all, then options by a fixed sequence of numbers.
  private mutating func sample(
    _ open: [DecisionID], _ tries: Int, _ relevant: [Expander.PathCondition], _ expressions: [Expression],
    _ claim: ([Value]) -> Bool
  ) -> Proof {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for attempt in 0..<min(tries, 1_000) {
      values = fixed
      for id in open where exists(id) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let options = decisions[id.index].options
        values[id] = attempt == 0 ? options.last : options[Int((state >> 33) % UInt64(options.count))]
      }
      switch judge(relevant, expressions, claim) {
      case .holds, .undecided: break
      case let found: return found
      }
    }
    return .undecided
  }

  /// The conditions that say something about the decisions, which are added to these.
  private func related(to involved: inout Set<DecisionID>) -> [Expander.PathCondition] {
    var found: [Expander.PathCondition] = []
    var open = conditions.map { (condition: $0, support: Set($0.selector.support)) }
    while let next = open.firstIndex(where: { !$0.support.isDisjoint(with: involved) }) {
      let (condition, support) = open.remove(at: next)
      found.append(condition)
      involved.formUnion(support)
      for id in support { addAncestors(of: id, to: &involved) }
    }
    return found
  }

  private func addAncestors(of id: DecisionID, to set: inout Set<DecisionID>) {
    var open = [id]
    while let child = open.popLast() {
      for condition in decisions[child.index].existence?.conditions ?? [] where set.insert(condition.decision).inserted
      {
        open.append(condition.decision)
      }
    }
  }

  private mutating func search(
    _ open: ArraySlice<DecisionID>, _ relevant: [Expander.PathCondition], _ expressions: [Expression],
    _ claim: ([Value]) -> Bool
  ) -> Proof {
    guard let id = open.first else { return judge(relevant, expressions, claim) }
    guard exists(id) else { return search(open.dropFirst(), relevant, expressions, claim) }
    var undecided = false
    for option in decisions[id.index].options {
      values[id] = option
      defer { values[id] = nil }
      steps -= 1
      guard steps > 0 else { return .undecided }
      evaluations += due[id]?.count ?? 0
      guard (due[id] ?? []).allSatisfy(holds) else { continue }
      switch search(open.dropFirst(), relevant, expressions, claim) {
      case .holds: break
      case .undecided: undecided = true
      case let found: return found
      }
      if left <= 0 { return .undecided }
    }
    return undecided ? .undecided : .holds
  }

  private func exists(_ id: DecisionID) -> Bool {
    (decisions[id.index].existence?.conditions ?? []).allSatisfy { condition in
      guard let value = values[condition.decision] else { return false }
      return condition.options.contains { decisions[condition.decision.index].options[$0] == value }
    }
  }

  private mutating func judge(
    _ relevant: [Expander.PathCondition], _ expressions: [Expression], _ claim: ([Value]) -> Bool
  ) -> Proof {
    left -= 1
    evaluations += relevant.count + expressions.count
    guard relevant.allSatisfy(holds) else { return .holds }
    var results: [Value] = []
    for expression in expressions {
      do throws(EvaluationError) {
        results.append(try expression.evaluate { values[$0] })
      } catch {
        return .noValue(reason: reason(error), member: member(of: expressions))
      }
    }
    return claim(results) ? .holds : .fails(values: results, member: member(of: expressions))
  }

  private func reason(_ error: EvaluationError) -> String {
    guard case .missing(let id) = error else { return error.reason }
    return "'\(decisions[id.index].name)' is not decided"
  }

  /// Whether the decisions made so far lead where the condition leads; a condition without a value leads nowhere.
  private func holds(_ condition: Expander.PathCondition) -> Bool {
    guard let value = try? condition.selector.evaluate({ values[$0] }) else { return false }
    return condition.values.contains(value)
  }

  private func member(of expressions: [Expression]) -> String {
    var involved: Set<DecisionID> = []
    for expression in expressions { expression.collectSupport(into: &involved) }
    // Of what does not exist: why.
    for id in involved where values[id] == nil { addAncestors(of: id, to: &involved) }
    let parts = involved.sorted().compactMap { id in values[id].map { "\(decisions[id.index].name) is \($0)" } }
    return parts.isEmpty ? "" : " where \(parts.joined(separator: " and "))"
  }
}

extension EvaluationError {
  /// Words for messages.
  var reason: String {
    switch self {
    case .missing: "a decision that does not exist"
    case .divisionByZero: "division by zero"
    case .overflow: "a number beyond 64 bits"
    case .wrongType: "an operand of the wrong type"
    }
  }
}
