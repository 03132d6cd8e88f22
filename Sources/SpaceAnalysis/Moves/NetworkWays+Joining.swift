extension NetworkWays {
  /// The same ways with some decisions in one layer: all layers from the first to the last of theirs become one.
  ///
  /// - Parameters:
  ///   - groups: Indices of decisions.
  ///   - limit: Rows of the new layers and of their states, together.
  /// - Throws: `MoveError.tooManyTogether`.
  static func joined(_ layers: [Layer], _ groups: [[Int]], limit: Int) throws(MoveError) -> [Layer] {
    var layerOf: [Int: Int] = [:]
    for (number, layer) in layers.enumerated() { for decision in layer.decisions { layerOf[decision] = number } }
    var spans = groups.compactMap { group -> ClosedRange<Int>? in
      let places = group.compactMap { layerOf[$0] }
      guard let first = places.min(), let last = places.max(), first < last else { return nil }
      return first...last
    }
    spans.sort { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
    var result: [Layer] = []
    var next = 0
    var work = 0
    while next < layers.count {
      var last = next
      while let span = spans.first, span.lowerBound <= last {
        last = max(last, span.upperBound)
        spans.removeFirst()
      }
      var layer = layers[next]
      for following in layers[next...last].dropFirst() {
        guard let joined = Layer(layer, following, limit: limit - work) else {
          throw .tooManyTogether(decisions: layers[next...last].flatMap(\.decisions).sorted(), limit: limit)
        }
        layer = joined
      }
      if last > next { work += layer.members.count + layer.codes.count }
      result.append(layer)
      next = last + 1
    }
    return result
  }
}

extension NetworkWays.Layer {
  private struct Way: Comparable {
    let target: Int
    let bin: Int
    let row: Int32

    static func < (a: Way, b: Way) -> Bool { (a.target, a.bin, a.row) < (b.target, b.bin, b.row) }
  }

  /// Two layers as one; nil where that has more rows and members than the limit.
  fileprivate init?(_ first: Self, _ second: Self, limit: Int) {
    var codes: [Int32] = []
    var rowOf: [Int: Int32] = [:]
    func row(_ a: Int32, _ b: Int32) -> Int32 {
      let key = Int(a) * second.rowCount + Int(b)
      if let known = rowOf[key] { return known }
      let number = Int32(rowOf.count)
      rowOf[key] = number
      codes += first.row(Int(a))
      codes += second.row(Int(b))
      return number
    }
    var ways: [[Way]] = []
    var size = 0
    for state in 0..<first.stateCount {
      var own: [Way] = []
      for edge in first.edges[first.edges(of: state)] {
        for following in second.edges[second.edges(of: edge.target)] {
          size += edge.members.count * following.members.count
          guard size + codes.count <= limit else { return nil }
          for a in first.members[edge.members] {
            for b in second.members[following.members] {
              own.append(Way(target: following.target, bin: edge.bin + following.bin, row: row(a, b)))
            }
          }
        }
      }
      ways.append(own.sorted())
    }
    decisions = first.decisions + second.decisions
    self.codes = codes
    for own in ways {
      var start = members.count
      for (index, way) in own.enumerated() {
        members.append(way.row)
        if index + 1 < own.count, (own[index + 1].target, own[index + 1].bin) == (way.target, way.bin) { continue }
        edges.append(NetworkWays.Edge(target: way.target, bin: way.bin, members: start..<members.count))
        start = members.count
      }
      edgeStarts.append(edges.count)
    }
  }
}
