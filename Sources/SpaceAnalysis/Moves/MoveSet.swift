package import BigInt
package import SpaceIR

/// The networks of a set that a move can reach, as a counted and numbered set.
///
/// What a move asks of a network is a label that its rows give one after the other (`MoveLabels`): the number of changed
/// decisions, or from whom something was taken. Partial networks with the same state, bins and label are one, and only
/// those that are met from the root on are made: the neighbours of a network are few, however large the set is.
package struct MoveSet: NumberedNetworks {
  /// The size of the set.
  package let count: BigUInt
  /// By label: the networks that end with it, those outside the set included.
  let countByLabel: [BigUInt]
  private let ways: NetworkWays
  private let labels: MoveLabels
  private let toGo: [[ClosedRange<Int>]]
  /// By layer, one more than there are.
  private let layers: [Places]

  /// Partial networks from which the same can follow.
  private struct Place: Hashable {
    let state: Int
    /// Nil where every way on ends within the allowed bins.
    let bin: Int?
    let label: Int
  }

  private struct Places: Sendable {
    var numbers: [Place: Int] = [:]
    var all: [Place] = []
    /// Ways from each place to the end of a network of the set.
    var counts: [BigUInt] = []

    mutating func number(of place: Place) -> Int {
      if let known = numbers[place] { return known }
      numbers[place] = all.count
      all.append(place)
      return all.count - 1
    }
  }

  /// - Parameter limit: The most partial networks, and steps between them in units of 16.
  /// - Throws: `MoveError.tooManyPartial`.
  init(_ ways: NetworkWays, _ labels: MoveLabels, limit: Int) throws(MoveError) {
    let toGo = ways.binsToGo()
    let profiles = zip(ways.layers, labels.ofRows).map { layer, labels in
      layer.edges.map { EdgeProfile($0, of: layer, labels) }
    }
    var layers: [Places] = [Places()]
    // By place of the layer reached last: ways from the root.
    var reaching: [BigUInt] = []
    if let root = Self.place(0, 0, 0, toGo[0], ways.allowed) {
      _ = layers[0].number(of: root)
      reaching = [1]
    }
    var work = 0
    for (number, layer) in ways.layers.enumerated() {
      var next = Places()
      var following: [BigUInt] = []
      for (place, paths) in zip(layers[number].all, reaching) {
        for index in layer.edges(of: place.state) {
          for (label, rows) in profiles[number][index].rows {
            work += 1
            guard let joined = labels.joined(place.label, label),
              let target = Self.place(place, along: layer.edges[index], joined, toGo[number + 1], ways.allowed)
            else { continue }
            let index = next.number(of: target)
            if index == following.count { following.append(0) }
            following[index] += rows == 1 ? paths : paths * BigUInt(rows)
          }
        }
        guard next.all.count <= limit, work / 16 <= limit else { throw .tooManyPartial(limit: limit) }
      }
      layers.append(next)
      reaching = following
    }
    var countByLabel = [BigUInt](repeating: 0, count: labels.count)
    for (place, paths) in zip(layers[layers.count - 1].all, reaching) { countByLabel[place.label] += paths }
    self.countByLabel = countByLabel
    layers[layers.count - 1].counts = layers[layers.count - 1].all.map { $0.label >= labels.least ? 1 : 0 }
    for number in ways.layers.indices.reversed() {
      let (layer, next) = (ways.layers[number], layers[number + 1])
      layers[number].counts = layers[number].all.map { place in
        var sum: BigUInt = 0
        for index in layer.edges(of: place.state) {
          for (label, rows) in profiles[number][index].rows {
            guard let joined = labels.joined(place.label, label),
              let target = Self.place(place, along: layer.edges[index], joined, toGo[number + 1], ways.allowed),
              let known = next.numbers[target]
            else { continue }
            sum += rows == 1 ? next.counts[known] : next.counts[known] * BigUInt(rows)
          }
        }
        return sum
      }
    }
    self.ways = ways
    self.labels = labels
    self.toGo = toGo
    self.layers = layers
    count = layers[0].counts.first ?? 0
  }

  /// Nil where no way on is within the allowed bins.
  private static func place(
    _ state: Int, _ bin: Int?, _ label: Int, _ toGo: [ClosedRange<Int>], _ allowed: ClosedRange<Int>
  ) -> Place? {
    guard let bin else { return Place(state: state, bin: nil, label: label) }
    let reach = bin + toGo[state].lowerBound...bin + toGo[state].upperBound
    guard reach.overlaps(allowed) else { return nil }
    let isInside = allowed.lowerBound <= reach.lowerBound && reach.upperBound <= allowed.upperBound
    return Place(state: state, bin: isInside ? nil : bin, label: label)
  }

  private static func place(
    _ place: Place, along edge: NetworkWays.Edge, _ label: Int, _ toGo: [ClosedRange<Int>], _ allowed: ClosedRange<Int>
  ) -> Place? {
    Self.place(edge.target, place.bin.map { $0 + edge.bin }, label, toGo, allowed)
  }

  /// The network with this number; networks are numbered along the ways.
  ///
  /// - Precondition: `index` < `count`.
  package func member(at index: BigUInt) -> Architecture {
    precondition(index < count, "a network's number is below their count")
    var rest = index
    var place = layers[0].all[0]
    var rows: [Int32] = []
    for (number, layer) in ways.layers.enumerated() {
      (place, rest) = step(from: place, in: number, layer, rest, &rows)
    }
    return ways.architecture(rows)
  }

  private func step(
    from place: Place, in number: Int, _ layer: NetworkWays.Layer, _ index: BigUInt, _ rows: inout [Int32]
  ) -> (Place, BigUInt) {
    var rest = index
    for edge in layer.edges[layer.edges(of: place.state)] {
      for row in layer.members[edge.members] {
        guard let own = labels.ofRows[number][Int(row)], let label = labels.joined(place.label, own),
          let target = Self.place(place, along: edge, label, toGo[number + 1], ways.allowed),
          let known = layers[number + 1].numbers[target]
        else { continue }
        let size = layers[number + 1].counts[known]
        guard rest >= size else {
          rows.append(row)
          return (target, rest)
        }
        rest -= size
      }
    }
    preconditionFailure("a number below a place's count leads along one of its edges")
  }

  /// A network of the set, each with the same probability (up to 2^-128, see `below`).
  ///
  /// - Precondition: `count` > 0.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    member(at: generator.below(count))
  }
}

/// How many rows of an edge have each label, for those that some row has.
private struct EdgeProfile {
  let rows: [(label: Int, rows: Int)]

  init(_ edge: NetworkWays.Edge, of layer: NetworkWays.Layer, _ labels: [Int?]) {
    var counts: [Int] = []
    for row in layer.members[edge.members] {
      guard let label = labels[Int(row)] else { continue }
      while counts.count <= label { counts.append(0) }
      counts[label] += 1
    }
    rows = counts.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
  }
}

/// What a move asks of each row of a way, and of the way as a whole.
struct MoveLabels: Sendable {
  enum Joining: Sendable {
    /// Labels are numbers of changes, which add up to at most this.
    case sum(atMost: Int)
    /// Labels are sets, as bits of as many elements.
    case union(of: Int)
  }

  /// By layer, then row; nil for rows that the move does not allow.
  let ofRows: [[Int?]]
  let joining: Joining
  /// Of whole networks: those with this label or a greater one.
  let least: Int

  /// Labels are below this.
  var count: Int {
    switch joining {
    case .sum(let most): most + 1
    case .union(let elements): 1 << elements
    }
  }

  func joined(_ a: Int, _ b: Int) -> Int? {
    switch joining {
    case .sum(let most): a + b <= most ? a + b : nil
    case .union: a | b
    }
  }
}

extension NetworkWays {
  /// By layer, one more than there are, then state: the fewest and the most bins of a way to the end.
  fileprivate func binsToGo() -> [[ClosedRange<Int>]] {
    var result: [[ClosedRange<Int>]] = [[0...0]]
    for layer in layers.reversed() {
      let next = result[result.count - 1]
      result.append(
        (0..<layer.stateCount).map { state in
          var range: ClosedRange<Int>?
          for edge in layer.edges[layer.edges(of: state)] {
            let (low, high) = (edge.bin + next[edge.target].lowerBound, edge.bin + next[edge.target].upperBound)
            range = min(range?.lowerBound ?? low, low)...max(range?.upperBound ?? high, high)
          }
          return range ?? 0...0
        })
    }
    return result.reversed()
  }
}
