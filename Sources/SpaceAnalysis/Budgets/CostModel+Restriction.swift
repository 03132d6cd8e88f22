extension CostModel {
  /// What a restriction keeps of the members whose bin straddles an end of the band.
  enum Straddling {
    case leftOut
    case kept
  }

  /// The members whose cost under a further measure is within a band, as far as bins tell; nil where there is none.
  ///
  /// A state becomes one for each number of bins spent so far, until every way on is within the band.
  ///
  /// - Throws: `BandError.tooLarge` where the diagram would take more than `memoryLimit` bytes.
  func restricted(
    to band: ClosedRange<Int>, of bins: SideBins, straddling: Straddling, memoryLimit: Int
  ) throws(BandError) -> CostModel? {
    guard let allowed = bins.bins(in: band, certain: straddling == .leftOut) else { return nil }
    var states: [Spent] = [Spent(state: 0, bins: 0, allowed: allowed, toGo: bins.toGo[0][0])].compactMap { $0 }
    var restricted: [DiagramLayer] = []
    var bytes = 0
    for (number, layer) in layers.enumerated() {
      var next = DiagramLayer()
      (next.tables, next.members, next.sides) = (layer.tables, layer.members, layer.sides)
      var targets: [Spent] = []
      var targetOf: [Spent: Int] = [:]
      for source in states {
        AnalysisProgress.tell(.budgets, number, of: layers.count)
        next.tableOf.append(layer.tableOf[source.state])
        for edge in bins.edges[number][source.state] {
          let spent = source.bins.map { $0 + edge.bin }
          let toGo = bins.toGo[number + 1][edge.target]
          guard let target = Spent(state: edge.target, bins: spent, allowed: allowed, toGo: toGo) else { continue }
          if targetOf[target] == nil {
            targetOf[target] = targets.count
            targets.append(target)
          }
          let old = layer.edges[edge.index]
          next.edges.append(
            DiagramLayer.Edge(
              target: targetOf[target] ?? 0, cost: old.cost, side: old.side, members: old.members))
        }
        next.edgeStarts.append(next.edges.count)
      }
      bytes += next.edges.count * MemoryLayout<DiagramLayer.Edge>.stride
      guard bytes <= memoryLimit else { throw .tooLarge(bytes: bytes, limit: memoryLimit) }
      restricted.append(next)
      states = targets
    }
    guard !states.isEmpty else { return nil }
    var numbers: [Int?] = [0]
    for index in restricted.indices.reversed() {
      (restricted[index], numbers) = restricted[index].trimmed(targets: numbers)
    }
    guard numbers.first == .some(0) else { return nil }
    var result = self
    result.layers = restricted
    return result
  }

  /// A state with the bins spent on the way to it.
  private struct Spent: Hashable {
    let state: Int
    /// Nil where every way on ends within the band.
    let bins: Int?

    /// Nil where no way on does.
    init?(state: Int, bins: Int?, allowed: ClosedRange<Int>, toGo: ClosedRange<Int>?) {
      guard let toGo else { return nil }
      self.state = state
      guard let bins else {
        self.bins = nil
        return
      }
      let reach = bins + toGo.lowerBound...bins + toGo.upperBound
      guard reach.overlaps(allowed) else { return nil }
      let isInside = allowed.lowerBound <= reach.lowerBound && reach.upperBound <= allowed.upperBound
      self.bins = isInside ? nil : bins
    }
  }
}
