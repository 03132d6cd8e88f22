/// How far above the cheapest completion each edge leads, in whole bins.
///
/// The detour of an edge is its cost, plus the least cost from its target on, less the least cost from its source on.
/// Detours are not negative and a member's add up to its cost above the cheapest member's. A bin number is a detour
/// divided by `unit`, rounded; `slack` bounds what rounding hides along a whole path:
/// cost - least is in `bins * unit + slack`, exactly `bins * unit` where the unit divides every detour.
struct CostBins {
  struct Edge {
    let target: Int
    let bin: Int
    /// Range of the layer's `members`.
    let members: Range<Int>
  }
  /// By layer: edges that some member within the ceiling can use, and where each state's start.
  private(set) var edges: [[Edge]] = []
  private(set) var edgeStarts: [[Int]] = []
  let unit: Int
  private(set) var slack: ClosedRange<Int> = 0...0
  let least: Int
  let greatest: Int

  /// - Parameters:
  ///   - ceiling: The largest cost of interest, at least the least cost; dearer edges are left out.
  ///   - resolution: The largest number of bins between the least cost and the ceiling, at least 1.
  init(_ model: CostModel, ceiling: Int, resolution: Int) {
    let toGo = model.toGo(.least)
    least = model.constant + toGo[0][0]
    greatest = model.constant + model.toGo(.greatest)[0][0]
    let window = min(greatest, ceiling) - least
    unit = CostBins.unit(of: model, toGo: toGo, window: window, resolution: resolution)
    for index in model.layers.indices { append(model.layers[index], from: toGo[index], to: toGo[index + 1], window) }
  }

  private mutating func append(_ layer: DiagramLayer, from sources: [Int], to targets: [Int], _ window: Int) {
    var kept: [Edge] = []
    var starts = [0]
    var errors: ClosedRange<Int>?
    for state in 0..<layer.stateCount {
      for edge in layer.edges(of: state) {
        let detour = edge.cost + targets[edge.target] - sources[state]
        guard detour <= window else { continue }
        let bin = detour / unit + (detour % unit > unit / 2 ? 1 : 0)
        let error = detour - bin * unit
        errors = min(errors?.lowerBound ?? error, error)...max(errors?.upperBound ?? error, error)
        if kept.count > starts[state], let last = kept.last, last.target == edge.target, last.bin == bin,
          last.members.upperBound == edge.members.lowerBound
        {
          let joined = last.members.lowerBound..<edge.members.upperBound
          kept[kept.count - 1] = Edge(target: last.target, bin: bin, members: joined)
        } else {
          kept.append(Edge(target: edge.target, bin: bin, members: edge.members))
        }
      }
      starts.append(kept.count)
    }
    edges.append(kept)
    edgeStarts.append(starts)
    slack = slack.lowerBound + (errors?.lowerBound ?? 0)...slack.upperBound + (errors?.upperBound ?? 0)
  }

  /// The greatest common divisor of all detours where it needs few enough bins, else the window in `resolution` parts.
  private static func unit(of model: CostModel, toGo: [[Int]], window: Int, resolution: Int) -> Int {
    var divisor: UInt = 0
    for (index, layer) in model.layers.enumerated() {
      for state in 0..<layer.stateCount {
        for edge in layer.edges(of: state) {
          let detour = edge.cost + toGo[index + 1][edge.target] - toGo[index][state]
          if detour <= window { divisor = commonDivisor(divisor, detour.magnitude) }
        }
      }
    }
    let exact = max(1, Int(divisor))
    return window / exact < resolution ? exact : max(1, window / resolution + 1)
  }

  private static func commonDivisor(_ a: UInt, _ b: UInt) -> UInt {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return x
  }

  func edges(of state: Int, in layer: Int) -> ArraySlice<Edge> {
    edges[layer][edgeStarts[layer][state]..<edgeStarts[layer][state + 1]]
  }

  /// The edge that holds a place in the layer's `members`; nil where it was left out as too dear.
  func edge(at place: Int, of state: Int, in layer: Int) -> Edge? {
    var (low, high) = (edgeStarts[layer][state], edgeStarts[layer][state + 1])
    while low < high {
      let middle = (low + high) / 2
      if edges[layer][middle].members.upperBound <= place { low = middle + 1 } else { high = middle }
    }
    guard low < edgeStarts[layer][state + 1], edges[layer][low].members.contains(place) else { return nil }
    return edges[layer][low]
  }

  /// The bins of which every member is certainly within the band; nil where there is none. A band that reaches an
  /// extreme of the space has no edge there: no member is outside.
  func certain(in band: ClosedRange<Int>) -> ClosedRange<Int>? {
    let low = band.lowerBound <= least ? 0 : band.lowerBound - least - slack.lowerBound
    let high = band.upperBound - least - (band.upperBound >= greatest ? slack.lowerBound : slack.upperBound)
    return bins(from: low, to: high)
  }

  /// The bins that can hold a member within the band; nil where there is none.
  func possible(in band: ClosedRange<Int>) -> ClosedRange<Int>? {
    bins(from: band.lowerBound - least - slack.upperBound, to: band.upperBound - least - slack.lowerBound)
  }

  private func bins(from low: Int, to high: Int) -> ClosedRange<Int>? {
    guard high >= 0 else { return nil }
    let first = low <= 0 ? 0 : (low + unit - 1) / unit
    let last = high / unit
    return first <= last ? first...last : nil
  }
}
