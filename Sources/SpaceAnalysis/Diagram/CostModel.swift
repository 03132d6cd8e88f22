import SpaceIR

/// A space's members and one of their costs as a decision diagram, which answers questions about all members at once.
///
/// Blocks of decisions (an owner's tuple) are decided in file order. After each, members that leave the rest of the
/// cost the same function of the rest of the decisions share a state: the state is the list of what remains of every
/// open term's expressions once the decided values are put in, so a width passed on by a bypass meets the same width
/// chosen by a layer. What remains of the space's conditions is part of the state too, and choices that they rule out
/// have no edge. Paths from the root to the one last state are the members, and the cost of a member is the sum
/// over its edges and `constant`. Counts, extremes and draws are folds over the edges.
package struct CostModel: Sendable {
  package let measure: CostMeasure
  /// Further costs that the edges carry, see `DiagramLayer.sides`, and of each the terms that no decision touches.
  let sideMeasures: [CostMeasure]
  let sideConstants: [Int]
  let decisionCount: Int
  /// The terms that no decision touches.
  let constant: Int
  /// In order of deciding. The root is state 0 of the first; the edges of the last lead to state 0.
  var layers: [DiagramLayer]
  /// Work counter: evaluations while the diagram was made.
  package let steps: Int

  /// Work counters, for benchmarks and for `--explain`.
  package var stateCount: Int { layers.reduce(1) { $0 + $1.stateCount } }
  package var edgeCount: Int { layers.reduce(0) { $0 + $1.edges.count } }
}

/// One block's step in a diagram: edges from each state to states of the next layer.
struct DiagramLayer: Sendable {
  struct Edge: Sendable {
    let target: Int
    let cost: Int
    /// Index in the layer's `sides`.
    var side = 0
    /// The block's tuples that do this, as a range of `members`.
    let members: Range<Int>
  }
  /// One table for each set of existing decisions; `tableOf` gives each state's.
  var tables: [BlockTuples] = []
  var tableOf: [Int] = []
  /// Sorted by target, then cost, within each state.
  var edges: [Edge] = []
  /// Where each state's edges start; one more entry than states.
  var edgeStarts: [Int] = [0]
  /// Tuple indices.
  var members: [Int32] = []
  /// Distinct costs under the further measures, in their order.
  var sides: [[Int]] = [[]]

  var stateCount: Int { edgeStarts.count - 1 }
  func edges(of state: Int) -> ArraySlice<Edge> { edges[edgeStarts[state]..<edgeStarts[state + 1]] }

  /// - Parameter side: Index of a further measure; nil: the first one.
  func cost(of edge: Edge, side: Int?) -> Int { side.map { sides[edge.side][$0] } ?? edge.cost }
}

/// Why no diagram was made.
package enum CostModelError: Error, Hashable, Sendable {
  case cost(CostError)
  /// The conditions leave no member; `Space.conflict()` tells which of them.
  case noMembers
  /// One of these requirements, by index, has no value in some network; the checker promises otherwise.
  case noValue(requirements: [Int])
  /// A limit was passed while the decisions of `owner` were put in. Decisions that reach across many others (a
  /// condition between far layers, a running width without rounding) cause it.
  case tooManyStates(owner: String, limit: Int)
  case tooManyEdges(owner: String, limit: Int)
  /// More evaluations than the limit, counted up to the decisions of `owner`.
  case tooManySteps(owner: String, limit: Int)
}

/// Bounds on what building a diagram may cost.
package struct CostModelLimits: Hashable, Sendable {
  /// Combinations decided in one step.
  package var combinations: Int
  /// States of one layer. While a layer is built each takes about 8 bytes for each distinct extent of the space.
  package var states: Int
  /// Edges of the whole diagram; about 40 bytes each.
  package var edges: Int
  /// Evaluations while the diagram is made; about a microsecond each.
  package var steps: Int
  package init(
    combinations: Int = 4096, states: Int = 50_000, edges: Int = 20_000_000, steps: Int = 20_000_000
  ) {
    self.combinations = combinations
    self.states = states
    self.edges = edges
    self.steps = steps
  }
}
