import BigInt
import SpaceIR

/// Walks over the ways to decide some decisions, as a space's conditions allow, one after another.
struct MemberWalk {
  private let space: Space
  private let groups: [ConditionDiagram]
  /// Free decisions among those that are walked over, ascending.
  private let free: [Int]

  /// - Parameter isWalked: By decision; those that are not are left undecided, and nothing walked over depends on them.
  init(_ space: Space, _ members: MemberDiagram, over isWalked: [Bool]) {
    self.space = space
    groups = members.groups.map(\.diagram).filter { $0.layers.contains { isWalked[$0.decision] } }
    free = space.decisions.indices.filter { !members.isTied[$0] && isWalked[$0] }
  }

  /// At most so many ways: each decision that hangs on others counts as if it always existed.
  var mostWays: BigUInt {
    let free = free.reduce(BigUInt(1)) { $0 * BigUInt(space.decisions[$1].options.count) }
    return groups.reduce(free) { product, diagram in
      var toGo: [BigUInt] = [1]
      for layer in diagram.layers.reversed() {
        toGo = (0..<layer.stateCount).map { state in
          layer.edges(of: state).reduce(0) { $0 + BigUInt($1.members.count) * toGo[$1.target] }
        }
      }
      return product * (toGo.first ?? 0)
    }
  }

  /// - Throws: What `body` throws.
  func visit(_ body: ([Int?]) throws(DistinctError) -> Void) throws(DistinctError) {
    var choices = [Int?](repeating: nil, count: space.decisions.count)
    try walk(group: 0, layer: 0, state: 0, &choices, body)
  }

  private func walk(
    group: Int, layer: Int, state: Int, _ choices: inout [Int?], _ body: ([Int?]) throws(DistinctError) -> Void
  ) throws(DistinctError) {
    guard group < groups.count else { return try walk(free: 0, &choices, body) }
    let layers = groups[group].layers
    guard layer < layers.count else { return try walk(group: group + 1, layer: 0, state: 0, &choices, body) }
    let decision = layers[layer].decision
    for edge in layers[layer].edges(of: state) {
      for member in layers[layer].members[edge.members] {
        choices[decision] = member < 0 ? nil : Int(member)
        try walk(group: group, layer: layer + 1, state: edge.target, &choices, body)
      }
    }
    choices[decision] = nil
  }

  private func walk(
    free position: Int, _ choices: inout [Int?], _ body: ([Int?]) throws(DistinctError) -> Void
  ) throws(DistinctError) {
    guard position < free.count else { return try body(choices) }
    let decision = free[position]
    let exists = space.decisions[decision].existence?.conditions.allSatisfy { condition in
      choices[condition.decision.index].map(condition.options.contains) ?? false
    }
    guard exists ?? true else { return try walk(free: position + 1, &choices, body) }
    for option in space.decisions[decision].options.indices {
      choices[decision] = option
      try walk(free: position + 1, &choices, body)
    }
    choices[decision] = nil
  }
}

/// A formula of `and`, `or` and `not` over decisions of two options that are false and true, evaluated on a word.
struct BitFormula {
  private enum Instruction {
    case constant(Bool)
    /// Bit number of a decision.
    case bit(UInt64)
    case not
    case and
    case or
  }
  private var program: [Instruction] = []
  /// Values that wait while the program runs; they have to fit a word.
  private static let depthLimit = 60

  /// Nil for other expressions.
  ///
  /// - Parameter bit: The bit of a decision; nil where it is no such decision, or can be missing.
  init?(_ expression: Expression, bit: (DecisionID) -> Int?) {
    guard append(expression, bit, depth: 1) else { return nil }
  }

  private mutating func append(_ expression: Expression, _ bit: (DecisionID) -> Int?, depth: Int) -> Bool {
    guard depth < Self.depthLimit else { return false }
    switch expression {
    case .constant(let value):
      guard let value = value.boolean else { return false }
      program.append(.constant(value))
    case .decision(let id):
      guard let position = bit(id) else { return false }
      program.append(.bit(1 << UInt64(position)))
    case .unary(.not, let x):
      guard append(x, bit, depth: depth) else { return false }
      program.append(.not)
    case .binary(.and, let a, let b):
      guard append(a, bit, depth: depth), append(b, bit, depth: depth + 1) else { return false }
      program.append(.and)
    case .binary(.or, let a, let b):
      guard append(a, bit, depth: depth), append(b, bit, depth: depth + 1) else { return false }
      program.append(.or)
    case .unary, .binary, .call: return false
    }
    return true
  }

  func holds(_ bits: UInt64) -> Bool {
    // The stack is a word too: formulas are no deeper than 64.
    var stack: UInt64 = 0
    for instruction in program {
      switch instruction {
      case .constant(let value): stack = stack << 1 | (value ? 1 : 0)
      case .bit(let mask): stack = stack << 1 | (bits & mask == 0 ? 0 : 1)
      case .not: stack ^= 1
      case .and: stack = stack >> 1 & (stack | ~1)
      case .or: stack = stack >> 1 | stack & 1
      }
    }
    return stack & 1 == 1
  }
}
