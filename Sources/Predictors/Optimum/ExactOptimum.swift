package import SpaceIR

/// A network with both predictions.
package struct PredictedNetwork: Hashable, Sendable {
  package let network: Architecture
  /// Options by position.
  package let state: [Int]
  package let accuracy: Double
  package let latency: Double
}

/// The networks that no other beats in both predictions, exactly.
///
/// Predictions add over the parts of a `PredictedSpace`, so this is a multiple-choice knapsack (fox-nas.md, section 5.2):
/// of each part the settings are kept that no other beats, parts are joined one by one, and of the sums again those that
/// none beats are kept. A setting that another one beats can be replaced by it in every network without loss, also in
/// rounded arithmetic, in which a sum never falls where a summand grows; so nothing that could be an answer is left out.
package struct ExactOptimum: Sendable {
  /// By latency ascending, and so by accuracy ascending.
  package let front: [PredictedNetwork]
  /// Settings of parts that were looked at.
  package let settings: Int
  /// The least latency that any network has; what to raise a limit to where the front is empty.
  package let leastLatency: Double

  /// - Parameter limit: Latencies above it are left out.
  /// - Throws: `PredictedSpaceError` where a budget stands in the way, or a part is too large.
  package init(_ space: PredictedSpace, limit: Double) throws(PredictedSpaceError) {
    if let budget = space.budgets.first { throw .budget(budget.text) }
    let scores = PartScores(space)
    var (parts, looked): ([[Setting]], Int) = ([], 0)
    for part in space.components.indices {
      let all = try Self.settings(of: part, scores)
      looked += all.count
      let kept = Self.unbeaten(all)
      guard !kept.isEmpty else { throw .noSetting(part: Self.names(of: part, space)) }
      parts.append(kept)
    }
    settings = looked
    leastLatency = parts.reduce(scores.constant.latency) { $0 + $1[0].latency }
    front = Self.joined(parts, scores, limit: limit)
  }

  /// The most accurate within a limit; nil where there is none.
  package func best(within limit: Double) -> PredictedNetwork? { front.last { $0.latency <= limit } }

  private struct Setting {
    let accuracy: Double
    let latency: Double
    /// Options of the part's positions.
    let options: [Int]
  }

  private static func names(of part: Int, _ space: PredictedSpace) -> [String] {
    space.components[part].flatMap { space.positions[$0].decisions }.map { space.space[$0].name }
  }

  /// Every legal setting of a part; of decisions that do not exist only the first option.
  private static func settings(of part: Int, _ scores: PartScores) throws(PredictedSpaceError) -> [Setting] {
    let space = scores.space
    let places = space.components[part]
    var walk = SettingWalk(space, places)
    var result: [Setting] = []
    var state = [Int](repeating: 0, count: space.positions.count)
    while walk.next(&state) {
      guard walk.count <= PredictedSpace.limit else {
        throw .tooLarge(part: names(of: part, space), limit: PredictedSpace.limit)
      }
      let score = scores.computed(part, state)
      guard score.isLegal else { continue }
      result.append(Setting(accuracy: score.accuracy, latency: score.latency, options: places.map { state[$0] }))
    }
    return result
  }

  /// Those that no other matches in both, by latency ascending; of equal ones the first.
  private static func unbeaten(_ settings: [Setting]) -> [Setting] {
    let order = settings.indices.sorted { a, b in
      let (x, y) = (settings[a], settings[b])
      if x.latency != y.latency { return x.latency < y.latency }
      return x.accuracy != y.accuracy ? x.accuracy > y.accuracy : a < b
    }
    var (kept, most): ([Setting], Double) = ([], -.infinity)
    for place in order where settings[place].accuracy > most {
      most = settings[place].accuracy
      kept.append(settings[place])
    }
    return kept
  }

  /// A sum of settings of the first parts.
  private struct Label {
    let accuracy: Double
    let latency: Double
    let previous: Int
    let setting: Int
  }

  private static func joined(_ parts: [[Setting]], _ scores: PartScores, limit: Double) -> [PredictedNetwork] {
    var layers = [
      [Label(accuracy: scores.constant.accuracy, latency: scores.constant.latency, previous: 0, setting: 0)]
    ]
    for (number, part) in parts.enumerated() {
      // What the parts to come take at least; slack keeps a rounding from cutting what fits exactly.
      let rest = parts[(number + 1)...].reduce(0) { $0 + $1[0].latency }
      let room = limit - rest + 1e-9 * max(1, limit.magnitude, rest.magnitude)
      var candidates: [Label] = []
      for (previous, label) in layers[number].enumerated() {
        for (place, setting) in part.enumerated() {
          let latency = label.latency + setting.latency
          guard latency <= room else { break }
          candidates.append(
            Label(accuracy: label.accuracy + setting.accuracy, latency: latency, previous: previous, setting: place))
        }
      }
      candidates.sort { a, b in
        if a.latency != b.latency { return a.latency < b.latency }
        if a.accuracy != b.accuracy { return a.accuracy > b.accuracy }
        return (a.previous, a.setting) < (b.previous, b.setting)
      }
      var most = -Double.infinity
      layers.append(
        candidates.filter { label in
          defer { most = max(most, label.accuracy) }
          return label.accuracy > most
        })
    }
    return layers[parts.count].indices.compactMap { end in
      guard layers[parts.count][end].latency <= limit else { return nil }
      return network(endingAt: end, layers, parts, scores.space)
    }
  }

  private static func network(
    endingAt end: Int, _ layers: [[Label]], _ parts: [[Setting]], _ space: PredictedSpace
  ) -> PredictedNetwork {
    var state = [Int](repeating: 0, count: space.positions.count)
    var place = end
    for part in parts.indices.reversed() {
      let label = layers[part + 1][place]
      for (position, option) in zip(space.components[part], parts[part][label.setting].options) {
        state[position] = option
      }
      place = label.previous
    }
    let label = layers[parts.count][end]
    return PredictedNetwork(
      network: space.network(state), state: state, accuracy: label.accuracy, latency: label.latency)
  }
}

/// Goes through the settings of a part like a counter; a position that does not exist stays at its first option.
private struct SettingWalk {
  private let space: PredictedSpace
  private let places: [Int]
  private(set) var count = 0

  init(_ space: PredictedSpace, _ places: [Int]) {
    self.space = space
    self.places = places
  }

  /// The next setting, written into the state; false after the last.
  mutating func next(_ state: inout [Int]) -> Bool {
    defer { count += 1 }
    guard count > 0 else { return true }
    for index in places.indices.reversed() {
      let place = places[index]
      if exists(index, state), state[place] + 1 < space.positions[place].optionCount {
        state[place] += 1
        return true
      }
      state[place] = 0
    }
    return false
  }

  /// Whether some decision of a position exists, given those before it.
  private func exists(_ index: Int, _ state: [Int]) -> Bool {
    let decisions = space.positions[places[index]].decisions
    guard decisions.contains(where: { space.space[$0].existence != nil }) else { return true }
    var network = Architecture(choices: [Int?](repeating: nil, count: space.space.decisions.count))
    for place in places.prefix(index) {
      for id in space.positions[place].decisions where space.space.exists(id, in: network) {
        network[id] = state[place]
      }
    }
    return decisions.contains { space.space.exists($0, in: network) }
  }
}
