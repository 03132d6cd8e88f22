import SpaceIR

/// What one residual expression is over the tuples of a block: computed once for each group of tuples that it tells
/// apart, and shared by the terms that use it and the states that leave it.
struct AtomColumn {
  let projection: BlockTuples.Projection
  /// By group: the value, or why there is none; a term whose guard fails does not ask.
  let outcomes: [Result<Value, EvaluationError>]

  func value(in tuple: Int) throws(EvaluationError) -> Value { try outcomes[projection.groupOf[tuple]].get() }
}

/// Names the column of a residual in one of a layer's tables.
struct ColumnKey: Hashable {
  let table: Int
  let residual: ResidualID
}

/// Names what a term costs over a layer's table, given what earlier blocks left of its atoms.
struct TermKey: Hashable {
  let table: Int
  let term: Int
  let residuals: [ResidualID]
}

/// A term's costs by group of the tuples that it tells apart; one array for each measure under which it is not free.
struct TermCosts {
  let measures: [(index: Int, costs: [Int])]
  /// By group: the kernels that have no row; whether a network has them is told by the conditions.
  let missing: [Int: MissingRow]
}
