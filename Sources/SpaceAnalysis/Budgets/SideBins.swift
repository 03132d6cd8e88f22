/// How far above the cheapest completion each edge leads under a further measure, in whole bins; see `CostBins`.
struct SideBins {
  struct Edge {
    /// Index in the layer's `edges`.
    let index: Int
    let target: Int
    let bin: Int
  }
  /// By layer, then state: the edges that some member within the band can use.
  private(set) var edges: [[[Edge]]] = []
  /// By layer, then state, one layer more than the model's: bins of the ways to the end; nil where there is no way.
  private(set) var toGo: [[ClosedRange<Int>?]] = []
  /// The costs of the cheapest and the dearest member.
  let extremes: ClosedRange<Int>
  private let unit: Int
  private var slack: ClosedRange<Int> = 0...0

  /// - Parameters:
  ///   - side: Index in `sideMeasures`.
  ///   - ceiling: The largest cost of interest, at least the least cost; dearer edges are left out.
  ///   - resolution: The largest number of bins between the least cost and the ceiling, at least 1.
  init(_ model: CostModel, side: Int, ceiling: Int, resolution: Int) {
    let least = model.toGo(.least, side: side)
    let greatest = model.sideConstants[side] + model.toGo(.greatest, side: side)[0][0]
    extremes = model.sideConstants[side] + least[0][0]...greatest
    let window = max(0, min(greatest, ceiling) - extremes.lowerBound)
    var detours: [[[(index: Int, target: Int, detour: Int)]]] = []
    var divisor = 0
    for (number, layer) in model.layers.enumerated() {
      detours.append(
        (0..<layer.stateCount).map { state in
          layer.edges(of: state).indices.compactMap { index in
            let edge = layer.edges[index]
            let detour = layer.cost(of: edge, side: side) + least[number + 1][edge.target] - least[number][state]
            return detour <= window ? (index, edge.target, detour) : nil
          }
        })
      for detour in detours[number].joined() { divisor = Self.commonDivisor(divisor, detour.detour) }
    }
    let exact = max(1, divisor)
    let unit = window / exact < resolution ? exact : max(1, window / resolution + 1)
    self.unit = unit
    for layer in detours {
      var errors: ClosedRange<Int>?
      edges.append(
        layer.map { state in
          state.map { edge in
            let bin = edge.detour / unit + (edge.detour % unit > unit / 2 ? 1 : 0)
            let error = edge.detour - bin * unit
            errors = min(errors?.lowerBound ?? error, error)...max(errors?.upperBound ?? error, error)
            return Edge(index: edge.index, target: edge.target, bin: bin)
          }
        })
      slack = slack.lowerBound + (errors?.lowerBound ?? 0)...slack.upperBound + (errors?.upperBound ?? 0)
    }
    toGo = binsToGo()
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }

  private func binsToGo() -> [[ClosedRange<Int>?]] {
    var result: [[ClosedRange<Int>?]] = [[0...0]]
    for layer in edges.reversed() {
      let next = result[result.count - 1]
      result.append(
        layer.map { state in
          state.reduce(nil) { range, edge in
            guard let rest = next[edge.target] else { return range }
            let (low, high) = (edge.bin + rest.lowerBound, edge.bin + rest.upperBound)
            return min(range?.lowerBound ?? low, low)...max(range?.upperBound ?? high, high)
          }
        })
    }
    return result.reversed()
  }

  /// Bins whose members are all within the band (`certain`), or of which one can be; nil where there are none.
  func bins(in band: ClosedRange<Int>, certain: Bool) -> ClosedRange<Int>? {
    let (inner, outer) = certain ? (slack.lowerBound, slack.upperBound) : (slack.upperBound, slack.lowerBound)
    let least = extremes.lowerBound
    let low = band.lowerBound <= least ? 0 : band.lowerBound - least - inner
    let first = low <= 0 ? 0 : (low + unit - 1) / unit
    guard band.upperBound < extremes.upperBound else { return first...Int.max }
    let high = band.upperBound - least - outer
    guard high >= 0, first <= high / unit else { return nil }
    return first...high / unit
  }
}
