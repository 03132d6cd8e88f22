import BigInt

/// How many members of a diagram have which cost, by bins above the cheapest (`CostBins`).
///
/// The members of bin b cost `least + b * unit` plus something within `bins.slack`; exactly that where the slack is 0.
struct BinTotals: Sendable {
  let bins: CostBins
  /// Members in the bins below this one; one entry more than bins.
  let below: [BigUInt]

  var total: BigUInt { below[below.count - 1] }

  /// Whether every cost is known, not only its bin.
  var isExact: Bool { bins.slack == 0...0 }

  /// - Parameters:
  ///   - ceiling: The largest cost of interest; dearer members are not counted.
  ///   - effort: Steps that counting may take, about a nanosecond each; bins are as narrow as that allows.
  ///   - memoryLimit: The most that the counts may take, in bytes.
  /// - Precondition: `ceiling` is at least the least cost.
  /// - Complexity: O(edges × bins × words of a count) time; two layers of states × bins × words.
  init(_ model: CostModel, ceiling: Int, effort: Int, memoryLimit: Int) throws(BandError) {
    let resolution = Self.resolution(of: model, effort: effort, memoryLimit: memoryLimit)
    bins = CostBins(model, ceiling: ceiling, resolution: resolution)
    let last = (min(bins.greatest, ceiling) - bins.least - bins.slack.lowerBound) / bins.unit
    let counts = try BinCounts(bins, last: last, for: .totals, memoryLimit: memoryLimit)
    let root = counts.layers[0]
    var below: [BigUInt] = [0]
    below.reserveCapacity(root.bins + 1)
    for bin in 0..<root.bins { below.append(below[bin] + counts[0, 0, bin]) }
    self.below = below
  }

  private static func resolution(of model: CostModel, effort: Int, memoryLimit: Int) -> Int {
    let bits = model.layers.reduce(0.0) { $0 + BudgetedMembers.bits(of: $1) }
    let words = 1 + bits / 64
    let states = model.layers.map(\.stateCount).max() ?? 1
    let byTime = Double(effort) / max(1, Double(model.edgeCount) * words)
    let byMemory = Double(memoryLimit) / (Double(states) * words * 32)
    return max(16, min(1 << 20, Int(min(byTime, byMemory))))
  }

  /// Members of the bins that are certainly, or possibly, within a band.
  func count(in band: ClosedRange<Int>, certainly: Bool) -> BigUInt {
    let all = bins.least...bins.greatest
    guard band.overlaps(all) else { return 0 }
    let inside = band.clamped(to: all)
    guard let range = certainly ? bins.certain(in: inside) : bins.possible(in: inside) else { return 0 }
    let (first, end) = (min(range.lowerBound, below.count - 1), min(range.upperBound + 1, below.count - 1))
    return below[end] - below[first]
  }
}
