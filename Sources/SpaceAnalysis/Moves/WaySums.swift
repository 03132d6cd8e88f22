import SpaceIR

/// For a product of weights over the rows of a way: the sum over all ways from each state on, by the bins spent so far.
struct WaySums: Sendable {
  let ways: NetworkWays
  /// By layer, then row.
  let weights: [[WideDouble]]
  /// By layer, then edge: the weights of its rows together.
  private let edgeWeights: [[WideDouble]]
  /// By layer, one more than there are: the bins that a state is told apart by, from 0 on.
  private let widths: [Int]
  /// By layer, one more than there are: [state, bin].
  private let sums: [[WideDouble]]

  /// A state with the bins spent on the way to it.
  struct Place {
    var state = 0
    var bin = 0
  }

  /// - Parameter weights: By layer, then row.
  /// - Throws: `MoveError.tooLarge` before more than the limit is allocated.
  /// - Complexity: O(edges × bins) time; 16 bytes for each state and bin.
  init(_ ways: NetworkWays, _ weights: [[WideDouble]], memoryLimit: Int) throws(MoveError) {
    widths = ways.reaches().map { $0 + 1 }
    let places = zip(ways.layers, widths).reduce(0) { $0 + $1.0.stateCount * $1.1 } + widths[widths.count - 1]
    let bytes = places * MemoryLayout<WideDouble>.stride
    guard bytes <= memoryLimit else { throw .tooLarge(bytes: bytes, limit: memoryLimit) }
    edgeWeights = zip(ways.layers, weights).map { layer, weights in
      layer.edges.map { edge in layer.members[edge.members].reduce(.zero) { $0 + weights[Int($1)] } }
    }
    var sums: [[WideDouble]] = [(0..<widths[widths.count - 1]).map { ways.allowed.contains($0) ? .one : .zero }]
    for number in ways.layers.indices.reversed() {
      sums.append(
        Self.sums(
          before: ways.layers[number], edgeWeights[number], width: widths[number], sums[sums.count - 1],
          widths[number + 1]))
    }
    self.ways = ways
    self.weights = weights
    self.sums = sums.reversed()
  }

  private static func sums(
    before layer: NetworkWays.Layer, _ weights: [WideDouble], width: Int, _ next: [WideDouble], _ nextWidth: Int
  ) -> [WideDouble] {
    var result = [WideDouble](repeating: .zero, count: layer.stateCount * width)
    result.withUnsafeMutableBufferPointer { result in
      next.withUnsafeBufferPointer { next in
        for state in 0..<layer.stateCount {
          for index in layer.edges(of: state) where !weights[index].isZero {
            let (edge, weight) = (layer.edges[index], weights[index])
            let (sink, source) = (state * width, edge.target * nextWidth + edge.bin)
            for bin in 0..<max(0, min(width, nextWidth - edge.bin)) {
              let rest = next[source + bin]
              if !rest.isZero { result[sink + bin] += weight * rest }
            }
          }
        }
      }
    }
    return result
  }

  /// The bins that a state before a layer is told apart by, from 0 on; before the number of layers: the end.
  func width(before layer: Int) -> Int { widths[layer] }

  /// The rows of an edge together.
  func edgeWeight(_ edge: Int, in layer: Int) -> WideDouble { edgeWeights[layer][edge] }

  /// Of all ways.
  var total: WideDouble { sum(Place(), before: 0) }

  /// Of the ways from a place on.
  func sum(_ place: Place, before layer: Int) -> WideDouble {
    place.bin < widths[layer] ? sums[layer][place.state * widths[layer] + place.bin] : .zero
  }

  /// Where an edge leads from a place.
  func place(_ place: Place, along edge: NetworkWays.Edge) -> Place {
    Place(state: edge.target, bin: place.bin + edge.bin)
  }

  /// The rows of a way from a place before a layer to the end, each with the probability that is its share of the sum
  /// (up to 2^-53 in each layer).
  ///
  /// - Precondition: The sum at the place is above 0.
  func draw(
    from start: Place = Place(), before first: Int = 0, using generator: inout some RandomNumberGenerator
  ) -> [Int32] {
    var place = start
    return (first..<ways.layers.count).map { number in
      let layer = ways.layers[number]
      let edges = layer.edges(of: place.state)
      let parts = edges.map {
        edgeWeights[number][$0] * sum(self.place(place, along: layer.edges[$0]), before: number + 1)
      }
      let edge = layer.edges[edges.lowerBound + generator.index(parts)]
      place = self.place(place, along: edge)
      let rows = layer.members[edge.members]
      let choice = rows.count == 1 ? 0 : generator.index(rows.map { weights[number][Int($0)] })
      return rows[rows.startIndex + choice]
    }
  }

  /// The edge and the row by which a network goes on from a state; nil where it does not.
  func step(of architecture: Architecture, from state: Int, in number: Int) -> (edge: NetworkWays.Edge, row: Int32)? {
    let layer = ways.layers[number]
    for edge in layer.edges[layer.edges(of: state)] {
      for row in layer.members[edge.members] {
        let isSame = zip(layer.decisions, layer.row(Int(row))).allSatisfy { architecture.code(of: $0) == $1 }
        if isSame { return (edge, row) }
      }
    }
    return nil
  }
}

extension RandomNumberGenerator {
  /// An index with the probability of its share of the weights, up to 2^-53, from one word of the generator.
  ///
  /// - Precondition: Some weight is above 0.
  mutating func index(_ weights: [WideDouble]) -> Int {
    let total = weights.reduce(.zero, +)
    let number = Double(next() as UInt64 >> 11) * 0x1p-53
    var below = 0.0
    for (index, weight) in weights.enumerated() where !weight.isZero {
      below += (weight / total).value
      if number < below { return index }
    }
    guard let last = weights.lastIndex(where: { !$0.isZero }) else { preconditionFailure("a draw needs a weight") }
    return last
  }
}
