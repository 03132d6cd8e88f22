/// A graph in ranks: every edge leads from one rank to the next one, through stations where it is longer.
///
/// Layered drawing after Sugiyama, Tagawa and Toda 1981 (IEEE SMC 11(2)): ranks by longest paths, order within a rank
/// by barycentres. Deviation: all edges that leave one node share their stations, as wires of a bus do.
struct LayeredGraph {
  /// What has a place in a rank.
  struct Stop: Hashable {
    /// The node itself, or the node whose value passes here.
    let node: Int
    let rank: Int
    let isStation: Bool
  }

  let graph: NetworkGraph
  /// The rank of each node.
  let rankOf: [Int]
  /// Stops of each rank, in order across it.
  private(set) var ranks: [[Stop]]
  /// For each stop those of the next rank that it leads to.
  private var next: [Stop: [Stop]] = [:]
  private var previous: [Stop: [Stop]] = [:]

  init(_ graph: NetworkGraph) {
    self.graph = graph
    let rankOf = Self.ranks(of: graph)
    self.rankOf = rankOf
    ranks = [[Stop]](repeating: [], count: (rankOf.max() ?? -1) + 1)
    for node in graph.nodes.indices {
      ranks[rankOf[node]].append(Stop(node: node, rank: rankOf[node], isStation: false))
    }
    var known: Set<Stop> = []
    for (user, node) in graph.nodes.enumerated() {
      var met: Set<Int> = []
      for operand in node.operands where met.insert(operand).inserted {
        var last = Stop(node: operand, rank: rankOf[operand], isStation: false)
        for rank in rankOf[operand] + 1..<rankOf[user] {
          let station = Stop(node: operand, rank: rank, isStation: true)
          if known.insert(station).inserted {
            ranks[rank].append(station)
            connect(last, station)
          }
          last = station
        }
        connect(last, Stop(node: user, rank: rankOf[user], isStation: false))
      }
    }
    for _ in 0..<8 { sweep() }
  }

  /// The longest path that leads to each node, and then as late as what uses it allows: so what is made for a later
  /// layer stands beside it, and one wire leads there.
  private static func ranks(of graph: NetworkGraph) -> [Int] {
    var ranks: [Int] = []
    for node in graph.nodes { ranks.append((node.operands.map { ranks[$0] }.max() ?? -1) + 1) }
    var latest = [Int?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated().reversed() {
      if let limit = latest[index] { ranks[index] = limit }
      for operand in node.operands { latest[operand] = min(latest[operand] ?? .max, ranks[index] - 1) }
    }
    return ranks
  }

  private mutating func connect(_ from: Stop, _ to: Stop) {
    next[from, default: []].append(to)
    previous[to, default: []].append(from)
  }

  func following(_ stop: Stop) -> [Stop] { next[stop] ?? [] }

  /// Edges that lead from a rank to the next one.
  func crossings(after rank: Int) -> Int { ranks[rank].reduce(0) { $0 + following($1).count } }

  /// The layer of all nodes of a rank; nil where they are of several, or there are none.
  func layer(of rank: Int) -> String? {
    let layers = ranks[rank].filter { !$0.isStation }.map { graph.nodes[$0.node].layer }
    guard let first = layers.first, layers.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Orders every rank by the mean place of what leads to it, then by that of what it leads to. Ties stay as they are.
  private mutating func sweep() {
    for rank in ranks.indices.dropFirst() { order(rank, beside: rank - 1, previous) }
    for rank in ranks.indices.dropLast().reversed() { order(rank, beside: rank + 1, next) }
    // A wire that passes stands beside the nodes, so that a chain is straight.
    for rank in ranks.indices { ranks[rank] = ranks[rank].filter { !$0.isStation } + ranks[rank].filter(\.isStation) }
  }

  private mutating func order(_ rank: Int, beside other: Int, _ links: [Stop: [Stop]]) {
    var places: [Stop: Double] = [:]
    for (place, stop) in ranks[other].enumerated() { places[stop] = Double(place) }
    let keyed = ranks[rank].enumerated().map { place, stop in
      let found = (links[stop] ?? []).compactMap { places[$0] }
      return (key: found.isEmpty ? Double(place) : found.reduce(0, +) / Double(found.count), place: place, stop: stop)
    }
    ranks[rank] = keyed.sorted { ($0.key, $0.place) < ($1.key, $1.place) }.map(\.stop)
  }
}

extension LayeredGraph {
  /// Ranges of ranks that stand in one row each, so that a long chain goes on in the next line as a text does.
  ///
  /// Of all ways to cut the ranks into rows of at most this length the one with the least badness, as paragraphs are
  /// broken into lines (Knuth and Plass 1981): edges that go around a row's end beside the first one, ends inside of a
  /// layer, and the squares of what rows are shorter.
  ///
  /// - Complexity: O(ranks x length).
  func rows(of length: Int) -> [Range<Int>] {
    var best: [(badness: Int, start: Int)] = [(0, 0)]
    for end in 1..<max(1, ranks.count + 1) {
      let starts = max(0, end - length)..<end
      let found = starts.map { start in
        let slack = length - (end - start)
        return (badness: best[start].badness + slack * slack + badnessOfBreak(before: start), start: start)
      }
      best.append(found.min { ($0.badness, $0.start) < ($1.badness, $1.start) } ?? (0, 0))
    }
    var rows: [Range<Int>] = []
    var end = ranks.count
    while end > 0 {
      rows.append(best[end].start..<end)
      end = best[end].start
    }
    return rows.reversed()
  }

  private func badnessOfBreak(before rank: Int) -> Int {
    guard rank > 0 else { return 0 }
    let isBetweenLayers = layer(of: rank - 1) != nil && layer(of: rank - 1) != layer(of: rank)
    return max(0, crossings(after: rank - 1) - 1) * 50 + (isBetweenLayers ? 0 : 8)
  }
}
