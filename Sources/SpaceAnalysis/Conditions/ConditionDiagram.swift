/// The ways to decide a group of decisions that its conditions allow, as a decision diagram.
///
/// One layer for each decision. Choices after which the same remains to be met share a state: the state is the formula
/// that remains of the conditions met so far, and what remains of the existence of later decisions. Every state lies on
/// a path from the root to the one last state; paths are the allowed ways, each once.
struct ConditionDiagram: Sendable {
  struct Edge: Sendable {
    let target: Int
    /// Range of the layer's `members`.
    let members: Range<Int>
  }

  struct Layer: Sendable {
    /// Index in `Space.decisions`.
    let decision: Int
    /// Sorted by target within each state.
    var edges: [Edge] = []
    /// Where each state's edges start; one more entry than states.
    var edgeStarts: [Int] = [0]
    /// Options; -1 where the decision does not exist.
    var members: [Int32] = []

    var stateCount: Int { edgeStarts.count - 1 }
    func edges(of state: Int) -> ArraySlice<Edge> { edges[edgeStarts[state]..<edgeStarts[state + 1]] }
  }

  /// In order of deciding; the root is state 0 of the first. Empty layers without edges where nothing is allowed.
  private(set) var layers: [Layer]
  let isEmpty: Bool

  var stateCount: Int { layers.reduce(1) { $0 + $1.stateCount } }
  var edgeCount: Int { layers.reduce(0) { $0 + $1.edges.count } }

  /// Leaves out what leads nowhere.
  init(_ complete: [Layer]) {
    var layers = complete
    // After the last layer there is one state.
    var renumbered: [Int?] = [0]
    for index in layers.indices.reversed() {
      let layer = layers[index]
      var kept = Layer(decision: layer.decision)
      var numbers: [Int?] = []
      for state in 0..<layer.stateCount {
        let start = kept.edges.count
        for edge in layer.edges(of: state) {
          guard let target = renumbered[edge.target] else { continue }
          let first = kept.members.count
          kept.members += layer.members[edge.members]
          kept.edges.append(Edge(target: target, members: first..<kept.members.count))
        }
        numbers.append(kept.edges.count > start ? kept.stateCount : nil)
        if kept.edges.count > start { kept.edgeStarts.append(kept.edges.count) }
      }
      layers[index] = kept
      renumbered = numbers
    }
    isEmpty = (renumbered.first ?? nil) == nil
    self.layers = layers
  }
}
