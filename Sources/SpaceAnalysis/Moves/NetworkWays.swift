package import SpaceIR

/// The networks of a set as ways through layers of states: what moves and weighted draws walk.
///
/// Each layer decides some decisions, each decision is in one layer, and every network of the set is exactly one way
/// from state 0 of the first layer to the end. A way spends bins of cost, and the ways are those whose bins together are
/// `allowed`; without budgets every edge spends 0. Unlike in a `MemberDiagram` decisions that hang on others are in
/// layers too, so that whatever is a product or a sum over the decisions of a network is one over the edges of a way.
///
/// Making one costs as much as the set itself; everything asked of it leaves it as it is.
package struct NetworkWays: Sendable {
  struct Edge: Sendable {
    let target: Int
    let bin: Int
    /// Range of the layer's `members`.
    let members: Range<Int>
  }

  struct Layer: Sendable {
    /// Indices in `Space.decisions`.
    let decisions: [Int]
    /// Row by row an entry for each of `decisions`: 0 where it does not exist, else the option's index plus 1.
    let codes: [Int32]
    var edges: [Edge] = []
    /// Where each state's edges start; one more entry than states.
    var edgeStarts: [Int] = [0]
    /// Row numbers, each once within a state.
    var members: [Int32] = []

    var stateCount: Int { edgeStarts.count - 1 }
    var rowCount: Int { codes.count / decisions.count }
    func edges(of state: Int) -> Range<Int> { edgeStarts[state]..<edgeStarts[state + 1] }
    func row(_ number: Int) -> ArraySlice<Int32> {
      codes[number * decisions.count..<(number + 1) * decisions.count]
    }
  }

  let decisions: [Decision]
  let layers: [Layer]
  /// Bins that a network of the set spends.
  let allowed: ClosedRange<Int>

  /// - Parameters:
  ///   - members: The networks of the space that are meant.
  ///   - together: Decisions that have to be in one layer, because what is asked is a product over them.
  /// - Throws: `MoveError.members` where the conditions tie too many decisions together, `tooManyTogether`.
  package init(
    _ space: Space, _ members: MemberSet, together: [[DecisionID]] = [], limits: MemberLimits = MemberLimits()
  ) throws(MoveError) {
    let groups = together.map { $0.map(\.index) }.filter { $0.count > 1 }
    decisions = space.decisions
    let apart: [Layer]
    if let sampler = members.sampler {
      (apart, allowed) = (sampler.wayLayers(), sampler.certain)
    } else {
      (apart, allowed) = (try Self.layers(of: space, together: groups, limits: limits), 0...0)
    }
    layers = try Self.joined(apart, groups, limit: limits.edges)
  }

  /// Ways of a diagram whose bins are looked at by no one but the caller.
  init(_ space: Space, _ layers: [Layer]) {
    decisions = space.decisions
    self.layers = layers
    allowed = 0...0
  }

  /// The network of a way.
  ///
  /// - Parameter rows: By layer.
  func architecture(_ rows: [Int32]) -> Architecture {
    var choices = [Int?](repeating: nil, count: decisions.count)
    for (layer, row) in zip(layers, rows) {
      for (decision, code) in zip(layer.decisions, layer.row(Int(row))) {
        choices[decision] = code > 0 ? Int(code) - 1 : nil
      }
    }
    return Architecture(choices: choices)
  }

  /// By layer, what a function makes of each row's options.
  func rows<Result>(_ of: (_ decisions: [Int], _ codes: ArraySlice<Int32>) -> Result) -> [[Result]] {
    layers.map { layer in (0..<layer.rowCount).map { of(layer.decisions, layer.row($0)) } }
  }

  /// The most bins that ways can have spent before each layer, and after the last, as far as any is allowed.
  func reaches() -> [Int] {
    var reaches = [0]
    for layer in layers {
      let dearest = layer.edges.reduce(0) { max($0, $1.bin) }
      reaches.append(min(allowed.upperBound, reaches[reaches.count - 1] + dearest))
    }
    return reaches
  }
}

extension Architecture {
  /// As in `NetworkWays.Layer.codes`.
  func code(of decision: Int) -> Int32 { Int32((choices[decision] ?? -1) + 1) }
}

/// Why nothing can be asked of the ways of a set of networks.
package enum MoveError: Error, Hashable, Sendable {
  case members(MemberError)
  /// These decisions, by index, have to be decided together, with all that lies between them: more ways than the limit.
  case tooManyTogether(decisions: [Int], limit: Int)
  /// The sums would need more than the limit allows.
  case tooLarge(bytes: Int, limit: Int)
  /// More partial networks than the limit have to be told apart; fewer changes, or fewer budgets, need fewer.
  case tooManyPartial(limit: Int)
  /// No network of the set has a probability above 0.
  case noWeight
  /// The set has no network but the one to move from, or none that the move can reach.
  case nowhereToGo
}
