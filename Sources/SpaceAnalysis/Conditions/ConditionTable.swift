import SpaceIR

/// Number of a formula in a `ConditionTable`.
typealias ConditionID = Int
/// Number of a list of summands in a `ConditionTable`; 0 is the empty list.
typealias TermListID = Int

/// Formulas over decisions in a normal form, numbered so that equal ones are equal integers.
///
/// Decisions are named by their position in the order of deciding, so that a formula only ever has to be asked about its
/// first one. The normal form is what makes what remains of a condition equal after different choices that leave the
/// same: conjunctions and disjunctions are sets, comparisons of numbers are bounds on sums, a bound that every completion
/// meets is true, and a claim about one decision is the set of its options that satisfy it.
///
/// Wherever `Expression.evaluate` has a value, the formula has the same one. It may have a value where the expression
/// has none: an operand of `and` or `or` that decides the result is not always the first.
struct ConditionTable {
  enum Kind: Hashable, Sendable {
    case constant(Value)
    /// The value of a decision that does not exist, or of arithmetic that has none.
    case undefined
    /// The value of the decision at this position.
    case decision(Int)
    /// Whether the decision exists and has one of the options.
    case isOneOf(Int, OptionMask)
    case all([ConditionID])
    case any([ConditionID])
    case not(ConditionID)
    /// A sum of summands and a constant.
    case sum(TermListID, Rational)
    /// The summands are at most the constant.
    case atMost(TermListID, Rational)
    /// The summands are the constant.
    case equals(TermListID, Rational)
    case select(ConditionID, ConditionID, ConditionID)
    case apply(Operator, [ConditionID], ValueType)
  }

  enum Operator: Hashable, Sendable {
    case binary(BinaryOperator)
    case function(Function)
  }

  /// What is known of a formula besides its form.
  struct Facts {
    /// The first and last position that it depends on; past every position and -1 where it depends on none.
    var first = Int.max
    var last = -1
    var type = ValueType.boolean
    var range = ValueRange()
  }

  static let yes: ConditionID = 0
  static let no: ConditionID = 1
  static let undefined: ConditionID = 2

  /// By position.
  let decisions: [Decision]
  /// By position: the options as numbers; nil unless all are and ascend.
  let ascending: [[Rational]?]
  private(set) var kinds: [Kind] = []
  private(set) var facts: [Facts] = []
  private var numbers: [Kind: ConditionID] = [:]
  private(set) var cells: [TermCell] = []
  private var cellNumbers: [TermCell: TermListID] = [:]
  private(set) var listFacts: [Facts] = []
  /// By formula: what remains of it by option of its first decision. See `cofactors(of:)`.
  var cofactorMemo: [ConditionID: [ConditionID]] = [:]

  init(_ decisions: [Decision]) {
    self.decisions = decisions
    ascending = decisions.map { decision in
      let numbers = decision.options.compactMap(\.number)
      let ascends = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
      return numbers.count == decision.options.count && ascends ? numbers : nil
    }
    _ = number(of: .constant(.boolean(true)), Facts())
    _ = number(of: .constant(.boolean(false)), Facts())
    _ = number(of: .undefined, Facts())
    cells.append(TermCell(coefficient: Rational(0), node: 0, tail: 0))
    listFacts.append(Facts(type: .integer, range: ValueRange(Rational(0))))
  }

  /// Formulas and summands made so far.
  var size: Int { kinds.count + cells.count }

  mutating func number(of kind: Kind, _ facts: @autoclosure () -> Facts) -> ConditionID {
    if let known = numbers[kind] { return known }
    numbers[kind] = kinds.count
    kinds.append(kind)
    self.facts.append(facts())
    return kinds.count - 1
  }

  mutating func number(of cell: TermCell) -> TermListID {
    if let known = cellNumbers[cell] { return known }
    cellNumbers[cell] = cells.count
    cells.append(cell)
    let (head, tail) = (facts[cell.node], listFacts[cell.tail])
    listFacts.append(
      Facts(
        first: min(head.first, tail.first), last: max(head.last, tail.last), type: .rational,
        range: head.range.scaled(by: cell.coefficient).adding(tail.range)))
    return cells.count - 1
  }

  func constant(_ id: ConditionID) -> Value? {
    if case .constant(let value) = kinds[id] { value } else { nil }
  }

  func isBoolean(_ id: ConditionID) -> Bool { facts[id].type == .boolean }

  /// The facts of a formula that depends on what its parts depend on.
  func joined(_ parts: [ConditionID], type: ValueType = .boolean, range: ValueRange = ValueRange()) -> Facts {
    var result = Facts(type: type, range: range)
    for part in parts {
      result.first = min(result.first, facts[part].first)
      result.last = max(result.last, facts[part].last)
    }
    return result
  }
}

/// A summand and the summands after it; they come by the first position that they depend on.
struct TermCell: Hashable, Sendable {
  let coefficient: Rational
  /// A number, or a boolean that counts 1 where it holds.
  let node: ConditionID
  let tail: TermListID
}
