extension WaySums {
  /// By layer, then row: the probability that a way, drawn by its weight, has the row.
  ///
  /// - Complexity: O(edges × bins), as the sums themselves.
  func rowProbabilities() -> [[Double]] {
    // What the ways to each [state, bin] weigh together.
    var reached = [WideDouble.one]
    return ways.layers.indices.map { number in
      let layer = ways.layers[number]
      let (width, nextWidth) = (width(before: number), width(before: number + 1))
      let nextStates = number + 1 < ways.layers.count ? ways.layers[number + 1].stateCount : 1
      var next = [WideDouble](repeating: .zero, count: nextStates * nextWidth)
      var through = [WideDouble](repeating: .zero, count: layer.edges.count)
      for state in 0..<layer.stateCount {
        for bin in 0..<width {
          let head = reached[state * width + bin]
          guard !head.isZero, !sum(Place(state: state, bin: bin), before: number).isZero else { continue }
          for index in layer.edges(of: state) {
            let target = place(Place(state: state, bin: bin), along: layer.edges[index])
            let rest = sum(target, before: number + 1)
            guard !rest.isZero else { continue }
            through[index] += head * rest
            next[target.state * nextWidth + target.bin] += head * edgeWeight(index, in: number)
          }
        }
      }
      reached = next
      var rows = [Double](repeating: 0, count: layer.rowCount)
      for (index, edge) in layer.edges.enumerated() where !through[index].isZero {
        let share = through[index] / total
        for row in layer.members[edge.members] { rows[Int(row)] += (share * weights[number][Int(row)]).value }
      }
      return rows
    }
  }

  /// The rows of the way that weighs most; of equal ones the first edge, then the first row.
  ///
  /// - Complexity: O(edges × bins).
  func mostProbable() -> [Int32] {
    // By layer: of each [state, bin] the edge with which the heaviest way goes on.
    var choices: [[Int32]] = []
    let last = ways.layers.count
    var best = (0..<width(before: last)).map { ways.allowed.contains($0) ? WideDouble.one : .zero }
    let heaviest = ways.layers.indices.map { number in
      ways.layers[number].edges.map { edge in
        ways.layers[number].members[edge.members].reduce(nil as Int32?) { found, row in
          guard let found, !(weights[number][Int(found)] < weights[number][Int(row)]) else { return row }
          return found
        }
      }
    }
    for number in ways.layers.indices.reversed() {
      let layer = ways.layers[number]
      let (width, nextWidth) = (width(before: number), width(before: number + 1))
      var own = [WideDouble](repeating: .zero, count: layer.stateCount * width)
      var choice = [Int32](repeating: -1, count: own.count)
      for state in 0..<layer.stateCount {
        for index in layer.edges(of: state) {
          let edge = layer.edges[index]
          guard let row = heaviest[number][index], !weights[number][Int(row)].isZero else { continue }
          for bin in 0..<max(0, min(width, nextWidth - edge.bin)) {
            let weight = weights[number][Int(row)] * best[edge.target * nextWidth + edge.bin + bin]
            guard own[state * width + bin] < weight else { continue }
            own[state * width + bin] = weight
            choice[state * width + bin] = Int32(index)
          }
        }
      }
      best = own
      choices.append(choice)
    }
    var place = Place()
    return ways.layers.indices.map { number in
      let index = Int(choices[last - 1 - number][place.state * width(before: number) + place.bin])
      precondition(index >= 0, "the sum over all ways is above 0")
      place = self.place(place, along: ways.layers[number].edges[index])
      guard let row = heaviest[number][index] else { preconditionFailure("an edge has a row") }
      return row
    }
  }
}
