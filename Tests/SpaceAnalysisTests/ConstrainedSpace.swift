import SpaceIR

/// Random decisions under random requirements, few enough members to enumerate; there is no network to speak of.
struct ConstrainedSpace {
  private var random: SeededGenerator
  private var space: Space

  static func random(seed: UInt64) -> Space {
    var builder = ConstrainedSpace(seed: seed)
    return builder.make()
  }

  /// A space with these decisions and nothing else.
  static func of(_ decisions: [Decision], requiring conditions: [Expression] = []) -> Space {
    var space = NetworkBuilder(input: ImageShape(channels: 1, height: 1, width: 1)).space(classes: 1)
    space.decisions = decisions
    space.requirements = conditions.enumerated().map { Requirement("r\($0)", .condition($1)) }
    return space
  }

  static func decision(_ name: String, _ options: [Value], existence: Existence? = nil) -> Decision {
    Decision(name: name, parameter: name, owner: name, options: options, existence: existence)
  }

  private init(seed: UInt64) {
    random = SeededGenerator(seed: seed &* 104_729 &+ 17)
    space = Self.of([])
  }

  private mutating func make() -> Space {
    var members = 1
    for index in 0..<random.pick(2...9) where members < 1500 {
      let options = randomOptions()
      space.decisions.append(Self.decision("d\(index)", options, existence: randomExistence(before: index)))
      members *= options.count
    }
    for index in 0..<random.pick(0...5) {
      space.requirements.append(Requirement("r\(index)", .condition(requirement())))
    }
    return space
  }

  private mutating func randomOptions() -> [Value] {
    switch random.pick(0...6) {
    case 0: [.boolean(false), .boolean(true)]
    case 1: [.word("skip"), .word("conv"), .word("pool")]
    case 2: [Value(Rational(3, 4)), .integer(1), Value(Rational(3, 2))]
    case 3: [.integer(8), .integer(16), .integer(24), .integer(40)]
    default: (1...random.pick(2...4)).map { .integer($0) }
    }
  }

  private mutating func randomExistence(before index: Int) -> Existence? {
    guard index > 0, random.pick(0...2) == 0 else { return nil }
    let parents = Set((0..<random.pick(1...2)).map { _ in random.pick(0...index - 1) }).sorted()
    return Existence(
      parents.map { parent in
        let count = space.decisions[parent].options.count
        let options = Array(0..<count).filter { _ in random.pick(0...1) == 1 }
        let some = options.isEmpty || options.count == count ? [random.pick(0...count - 1)] : options
        return Existence.Condition(decision: DecisionID(index: parent), options: some)
      })
  }

  // MARK: Requirements

  /// Holds where something it speaks of does not exist, or leaves that out.
  private mutating func requirement() -> Expression {
    let condition = random.pick(0...3) == 0 ? bound() : relation()
    switch random.pick(0...5) {
    case 0: return .binary(.and, condition, relation())
    case 1: return .binary(.or, condition, relation())
    case 2: return .unary(.not, condition)
    default: return condition
    }
  }

  /// A relation of two decisions, where both exist.
  private mutating func relation() -> Expression {
    let (a, b) = (anyDecision(), anyDecision())
    let present = Expression.binary(.and, exists(a), exists(b))
    guard random.pick(0...1) == 0 else { return .binary(.or, .unary(.not, present), relation(a, b)) }
    return .call(.implies, [present, relation(a, b)])
  }

  private mutating func relation(_ a: DecisionID, _ b: DecisionID) -> Expression {
    let isNumeric = space[a].options[0].number != nil && space[b].options[0].number != nil
    guard isNumeric else {
      // A table of allowed pairs, or an implication.
      let rows = (0..<random.pick(1...4)).map { _ in Expression.binary(.and, one(of: a), one(of: b)) }
      let table = rows.dropFirst().reduce(rows[0]) { .binary(.or, $0, $1) }
      return random.pick(0...1) == 0 ? table : .call(.implies, [one(of: a), one(of: b)])
    }
    let (x, y) = (Expression.decision(a), Expression.decision(b))
    switch random.pick(0...5) {
    case 0: return .binary(random.pick([.equal, .notEqual]), x, y)
    case 1 where random.pick(0...1) == 0: return .call(.divides, [.call(.ceiling, [x]), .call(.ceiling, [y])])
    case 1: return .binary(.equal, .binary(.remainder, .call(.ceiling, [x]), .call(.ceiling, [y])), .integer(0))
    case 2: return .binary(random.pick([.less, .greater]), .binary(.multiply, x, y), .integer(random.pick(1...30)))
    case 3: return .binary(.lessOrEqual, .call(.maximum, [x, .integer(2)]), .call(.minimum, [y, .integer(3)]))
    default: return .binary(random.pick([.less, .lessOrEqual, .greater, .greaterOrEqual]), x, y)
    }
  }

  /// A bound on a sum over the decisions that exist and are numbers, or on how many have some option.
  private mutating func bound() -> Expression {
    var sum = Expression.integer(0)
    for id in space.decisionIDs where random.pick(0...2) > 0 {
      let isNumeric = space[id].options[0].number != nil
      let part =
        isNumeric && random.pick(0...1) == 0
        ? Expression.decision(id) : .call(.select, [one(of: id), .integer(1), .integer(0)])
      sum = .binary(.add, sum, .call(.select, [exists(id), part, .integer(0)]))
    }
    return .binary(random.pick([.lessOrEqual, .greater, .equal, .less]), sum, .integer(random.pick(0...20)))
  }

  private mutating func one(of id: DecisionID) -> Expression {
    .binary(random.pick([.equal, .notEqual]), .decision(id), .constant(random.pick(space[id].options)))
  }

  private mutating func anyDecision() -> DecisionID { DecisionID(index: random.pick(0...space.decisions.count - 1)) }

  /// Whether a decision exists, by the values of its ancestors alone.
  private func exists(_ id: DecisionID) -> Expression {
    (space[id].existence?.conditions ?? []).reduce(.constant(.boolean(true))) { claim, condition in
      let values = condition.options.map { space[condition.decision].options[$0] }
      let options = values.dropFirst().reduce(
        Expression.binary(.equal, .decision(condition.decision), .constant(values[0]))
      ) {
        .binary(.or, $0, .binary(.equal, .decision(condition.decision), .constant($1)))
      }
      return .binary(.and, claim, .binary(.and, exists(condition.decision), options))
    }
  }
}

extension Space {
  /// Members, by brute force, that meet the requirements that count.
  func members(including: (Int) -> Bool = { _ in true }) throws -> [Architecture] {
    try enumerate(self).filter { architecture in
      for (index, requirement) in requirements.enumerated() where including(index) {
        guard case .condition(let condition) = requirement.claim else { continue }
        guard try condition.evaluate({ value(of: $0, in: architecture) }) == .boolean(true) else { return false }
      }
      return true
    }
  }
}
