/// Where each way to decide a block stands among the members of a state's edges.
struct TuplePlaces: Sendable {
  /// By layer, then state and way: the index in the layer's `members`, -1 for what has no edge; empty for layers that would
  /// take too much memory, which are searched.
  private var places: [[Int32]] = []
  /// By layer: ways of its largest table.
  private var widths: [Int] = []

  private static let most = 1 << 22

  init(_ model: CostModel) {
    for layer in model.layers {
      let width = layer.tables.map(\.count).max() ?? 0
      widths.append(width)
      guard layer.stateCount * width <= Self.most else {
        places.append([])
        continue
      }
      var own = [Int32](repeating: -1, count: layer.stateCount * width)
      for state in 0..<layer.stateCount {
        for edge in layer.edges(of: state) {
          for place in edge.members { own[state * width + Int(layer.members[place])] = Int32(place) }
        }
      }
      places.append(own)
    }
  }

  func place(of tuple: Int, in state: Int, of layer: Int, _ model: CostModel) -> Int? {
    guard places[layer].isEmpty else {
      let place = places[layer][state * widths[layer] + tuple]
      return place < 0 ? nil : Int(place)
    }
    for edge in model.layers[layer].edges(of: state) {
      if let place = model.layers[layer].members[edge.members].firstIndex(of: Int32(tuple)) { return place }
    }
    return nil
  }
}
