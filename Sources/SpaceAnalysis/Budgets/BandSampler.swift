package import BigInt
package import SpaceIR

/// Members whose cost is within a band, as a counted and numbered set: draws without rejection.
///
/// Costs are counted in bins above the cheapest member's (`CostBins`). A bin belongs to the set where all its members
/// are certainly within the band, so every draw is; members in bins across an edge of the band are left out. Over the
/// set the draw is exactly uniform. Where costs are multiples of the bin width nothing is left out.
package struct BandSampler: Sendable {
  package let band: ClosedRange<Int>
  /// The size of the set: at least so many members are within the band.
  package let countLower: NetworkCount
  /// At most so many members are within the band.
  package let countUpper: NetworkCount
  /// In the unit of the cost.
  package let binWidth: Int
  let model: CostModel
  let bins: CostBins
  private let counts: BinCounts
  /// The bins of the set.
  let certain: ClosedRange<Int>
  /// Members of the set in the bins below each of its bins; one entry more than bins.
  private let below: [BigUInt]
  private let places: TuplePlaces

  /// - Parameters:
  ///   - band: Costs in the model's measure, both ends included.
  ///   - resolution: The largest number of bins between the least cost and the band's end. Time and memory grow with it.
  ///   - memoryLimit: The most that the counts may take, in bytes.
  /// - Throws: `BandError.empty` where no member is inside, `unresolved` where the bins cannot tell, `tooLarge`.
  /// - Precondition: `resolution` > 0.
  /// - Complexity: O(edges × resolution × words of a count).
  package init(
    _ model: CostModel, band: ClosedRange<Int>, resolution: Int = 8192, memoryLimit: Int = 1 << 31
  ) throws(BandError) {
    precondition(resolution > 0, "a band needs a bin")
    let (least, greatest) = model.leastAndGreatest
    let empty = BandError.empty(band: band, least: least, greatest: greatest)
    guard band.overlaps(least...greatest) else { throw empty }
    let inside = band.clamped(to: least...greatest)
    bins = CostBins(model, ceiling: inside.upperBound, resolution: resolution)
    guard let possible = bins.possible(in: inside) else { throw empty }
    counts = try BinCounts(bins, last: possible.upperBound, memoryLimit: memoryLimit)
    let upper = counts.total(possible)
    guard upper > 0 else { throw empty }
    let sure = bins.certain(in: inside)
    let lower = counts.total(sure)
    guard let sure, lower > 0 else {
      let uncertainty = bins.slack.upperBound - bins.slack.lowerBound
      throw .unresolved(band: band, binWidth: bins.unit, uncertainty: uncertainty)
    }
    certain = sure.clamped(to: 0...counts.layers[0].bins - 1)
    var below: [BigUInt] = [0]
    for bin in certain { below.append(below[below.count - 1] + counts[0, 0, bin]) }
    self.below = below
    places = TuplePlaces(model)
    countLower = NetworkCount(lower)
    countUpper = NetworkCount(upper)
    binWidth = bins.unit
    self.band = band
    self.model = model
  }

  /// A member of the set, each with the same probability (up to 2^-128, see `below`).
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    member(at: generator.below(countLower.value))
  }

  /// The member with this number; members are numbered by cost bin, then along the diagram.
  ///
  /// - Precondition: `index` < `countLower`.
  package func member(at index: BigUInt) -> Architecture {
    precondition(index < countLower.value, "a member's number is below their count")
    var (low, high) = (0, below.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if below[middle] <= index { low = middle } else { high = middle }
    }
    var rest = WordCounter(index - below[low], words: counts.layers[0].words)
    var bin = certain.lowerBound + low
    var steps: [DiagramPath.Step] = []
    steps.reserveCapacity(model.layers.count)
    var state = 0
    for layer in model.layers.indices {
      let next = counts.layers[layer + 1]
      // What is left is below the count of the state, and no edge of it leads to more.
      rest.length = min(rest.length, counts.layers[layer].words)
      guard
        let edge = bins.edges(of: state, in: layer).first(where: { edge in
          guard edge.bin <= bin, bin - edge.bin < next.bins else { return false }
          return !rest.subtract(UInt(edge.members.count), times: next, at: next.offset(edge.target, bin - edge.bin))
        })
      else { preconditionFailure("a number below a state's count leads along one of its edges") }
      bin -= edge.bin
      var member = edge.members.lowerBound
      while rest.subtract(1, times: next, at: next.offset(edge.target, bin)) { member += 1 }
      steps.append(DiagramPath.Step(state: state, tuple: Int(model.layers[layer].members[member])))
      state = edge.target
    }
    return DiagramPath(steps: steps).architecture(in: model)
  }
}

extension BandSampler {
  /// The number of a member of the set; nil for any other network.
  ///
  /// - Complexity: O(edges of the states on the way) long multiplications.
  package func index(of architecture: Architecture) -> BigUInt? {
    guard let (path, bin) = path(of: architecture), certain.contains(bin) else { return nil }
    var index = below[bin - certain.lowerBound]
    var (state, left) = (0, bin)
    for (layer, step) in path.enumerated() {
      let next = counts.layers[layer + 1]
      func completions(_ edge: CostBins.Edge) -> BigUInt {
        guard edge.bin <= left, left - edge.bin < next.bins else { return 0 }
        return counts[layer + 1, edge.target, left - edge.bin]
      }
      for edge in bins.edges(of: state, in: layer) {
        if edge.members.lowerBound == step.edge.members.lowerBound { break }
        index += BigUInt(edge.members.count) * completions(edge)
      }
      index += BigUInt(step.position) * completions(step.edge)
      (state, left) = (step.edge.target, left - step.edge.bin)
    }
    return index
  }

  /// Whether a network is in the set.
  ///
  /// - Complexity: O(decisions + blocks × log edges), without long arithmetic.
  package func contains(_ architecture: Architecture) -> Bool {
    path(of: architecture).map { certain.contains($0.bins) } ?? false
  }

  private struct Step {
    let edge: CostBins.Edge
    /// Of the block's tuple among the edge's members.
    let position: Int
  }

  /// The way of a network through the diagram, with the bins that it spends; nil where it has none.
  private func path(of architecture: Architecture) -> (steps: [Step], bins: Int)? {
    guard architecture.choices.count == model.decisionCount else { return nil }
    var steps: [Step] = []
    steps.reserveCapacity(model.layers.count)
    var (state, spent) = (0, 0)
    for index in model.layers.indices {
      guard let tuple = model.layers[index].tables[model.layers[index].tableOf[state]].index(of: architecture),
        let place = places.place(of: tuple, in: state, of: index, model),
        let edge = bins.edge(at: place, of: state, in: index)
      else { return nil }
      steps.append(Step(edge: edge, position: place - edge.members.lowerBound))
      (state, spent) = (edge.target, spent + edge.bin)
    }
    return (steps, spent)
  }
}

/// A number that is counted down by counts of a `BinCounts` layer, without allocation.
private struct WordCounter {
  private var words: [UInt]
  private var scratch: [UInt]
  /// Words that the number and what is subtracted have, those above are 0.
  var length: Int

  init(_ value: BigUInt, words count: Int) {
    words = Array(value.words)
    words.append(contentsOf: repeatElement(0, count: max(0, count - words.count)))
    scratch = words
    length = words.count
  }

  /// Subtracts `factor` times the count at an offset, unless that is more than the number; true where it did.
  mutating func subtract(_ factor: UInt, times layer: BinCounts.Layer, at offset: Int) -> Bool {
    var carry: UInt = 0
    var borrow = false
    for index in 0..<length {
      var (high, low): (UInt, UInt) =
        index < layer.words ? factor.multipliedFullWidth(by: layer.storage[offset + index]) : (0, 0)
      let (sum, overflow) = low.addingReportingOverflow(carry)
      low = sum
      high &+= overflow ? 1 : 0
      carry = high
      let (partial, under) = words[index].subtractingReportingOverflow(low)
      let (rest, secondUnder) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
      scratch[index] = rest
      borrow = under || secondUnder
    }
    guard !borrow, carry == 0 else { return false }
    swap(&words, &scratch)
    return true
  }
}
