/// A network as an SVG: operations as boxes, rank after rank, with a frame around each layer.
struct GraphPicture {
  /// Which way ranks follow each other.
  enum Direction {
    /// To the right, in rows of so many ranks.
    case right(rank: Int)
    /// Down, without an end.
    case down
  }

  private let layered: LayeredGraph
  private let direction: Direction
  /// Extents along the ranks and across them, in pixels.
  private let box: (along: Double, across: Double)
  private let gap: (along: Double, across: Double)
  /// Room for the word at a frame's beginning, across the ranks or along them.
  private let heading: Double
  private static let margin = 31.0
  /// What a passing wire takes across the ranks.
  private static let wire = 14.0
  /// Characters that fit into a box.
  private static let limits = (name: 16, detail: 20)

  private var shapes: [String] = []
  private var wires: [String] = []
  private var frames: [String] = []
  private var extent = (along: 0.0, across: 0.0)
  /// The places of the boxes' centres across, and of their edges along.
  private var places: [LayeredGraph.Stop: (start: Double, end: Double, middle: Double)] = [:]

  init(_ graph: NetworkGraph, _ direction: Direction) {
    layered = LayeredGraph(graph)
    self.direction = direction
    switch direction {
    case .right:
      box = (127, 54)
      gap = (20, 14)
      heading = 18
    case .down:
      box = (54, 152)
      gap = (34, 14)
      heading = 0
    }
    guard !graph.nodes.isEmpty else { return }
    let rows: [Range<Int>] =
      switch direction {
      case .right(let count): layered.rows(of: count)
      case .down: [layered.ranks.indices]
      }
    var top = 0.0
    for (number, row) in rows.enumerated() {
      let tracks = number == 0 ? 0 : layered.crossings(after: row.lowerBound - 1)
      top += Double(tracks) * Self.pitch(tracks).across + (number == 0 ? 0 : 10)
      top = place(row, from: top)
    }
    extent.across = top
    for row in rows { frame(row) }
    for rank in layered.ranks.indices {
      let breaks = rows.dropFirst().contains { $0.lowerBound == rank + 1 }
      breaks ? connectRows(after: rank) : connect(rank)
    }
    for (index, node) in graph.nodes.enumerated() { draw(node, index) }
  }

  /// Places the ranks of one row; where the row ends across.
  private mutating func place(_ row: Range<Int>, from top: Double) -> Double {
    let lanes = row.map { layered.ranks[$0].count }.max() ?? 0
    var starts: [Double] = []
    var heights: [Double] = []
    var start = top + heading + 6
    for lane in 0..<lanes {
      let hasBox = row.contains { lane < layered.ranks[$0].count && !layered.ranks[$0][lane].isStation }
      starts.append(start)
      heights.append(hasBox ? box.across : Self.wire)
      start += (hasBox ? box.across : Self.wire) + (lane == lanes - 1 ? 0 : hasBox ? gap.across : 0)
    }
    for (column, rank) in row.enumerated() {
      let along = Self.margin + Double(column) * (box.along + gap.along)
      for (lane, stop) in layered.ranks[rank].enumerated() {
        places[stop] = (along, along + box.along, starts[lane] + heights[lane] / 2)
      }
      extent.along = max(extent.along, along + box.along + Self.margin)
    }
    return start + 12
  }

  // MARK: Frames

  /// A frame around each run of ranks that belong to one layer.
  private mutating func frame(_ row: Range<Int>) {
    var start = row.lowerBound
    while start < row.upperBound {
      var end = start + 1
      let layer = layered.layer(of: start)
      while end < row.upperBound, layered.layer(of: end) == layer { end += 1 }
      if let layer, !layer.isEmpty { frame(start..<end, layer) }
      start = end
    }
  }

  private mutating func frame(_ ranks: Range<Int>, _ layer: String) {
    let found = ranks.flatMap { layered.ranks[$0] }.compactMap { stop in places[stop].map { (stop, $0) } }
    let isAcross = heading > 0
    let low = (found.map { $0.1.middle - halfWidth(of: $0.0) }.min() ?? 0) - 5 - heading
    let high = (found.map { $0.1.middle + halfWidth(of: $0.0) }.max() ?? 0) + 5
    let start = (found.map(\.1.start).min() ?? 0) - (isAcross ? 7 : 20)
    let end = (found.map(\.1.end).max() ?? 0) + (isAcross ? 7 : 6)
    let (a, b) = (point(start, low), point(end, high))
    frames.append(
      "<rect class=\"layer\" x=\"\(a.x.place)\" y=\"\(a.y.place)\" width=\"\((b.x - a.x).place)\" "
        + "height=\"\((b.y - a.y).place)\" rx=\"7\"/>")
    let limit = isAcross ? max(8, Int((b.x - a.x - 14) / 6.5)) : 10
    frames.append(
      "<text class=\"layer-name\" x=\"\((a.x + 8).place)\" y=\"\((a.y + 14).place)\">\(words(layer, limit))</text>")
  }

  private func halfWidth(of stop: LayeredGraph.Stop) -> Double { (stop.isStation ? Self.wire : box.across) / 2 }

  // MARK: Wires

  private mutating func connect(_ rank: Int) {
    for stop in layered.ranks[rank] {
      guard let from = places[stop] else { continue }
      if stop.isStation { wire("M\(text(from.start, from.middle))L\(text(from.end, from.middle))", ends: false) }
      for other in layered.following(stop) {
        guard let to = places[other] else { continue }
        let bend = (to.start - from.end) / 2
        let path =
          from.middle == to.middle
          ? "M\(text(from.end, from.middle))L\(text(to.start, to.middle))"
          : "M\(text(from.end, from.middle))C\(text(from.end + bend, from.middle)) "
            + "\(text(to.start - bend, to.middle)) \(text(to.start, to.middle))"
        wire(path, ends: !other.isStation)
      }
    }
  }

  /// How far apart so many tracks around a row's end are: nearer where they are many.
  private static func pitch(_ tracks: Int) -> (along: Double, across: Double) {
    (min(5, 15 / Double(max(1, tracks - 1))), min(6, 48 / Double(max(1, tracks))))
  }

  /// From the end of one row around to the beginning of the next, each edge on a track of its own.
  private mutating func connectRows(after rank: Int) {
    var track = 0.0
    let lowest = layered.ranks[rank + 1].compactMap { places[$0]?.middle }.min() ?? 0
    let count = layered.crossings(after: rank)
    let pitch = Self.pitch(count)
    for stop in layered.ranks[rank] {
      guard let from = places[stop] else { continue }
      if stop.isStation { wire("M\(text(from.start, from.middle))L\(text(from.end, from.middle))", ends: false) }
      for other in layered.following(stop) {
        guard let to = places[other] else { continue }
        let right = from.end + 12 + track * pitch.along
        let left = Self.margin - 24 + track * pitch.along
        let between = lowest - box.across / 2 - heading - 12 - (Double(count) - 1 - track) * pitch.across
        let corners = [
          (from.end, from.middle), (right, from.middle), (right, between), (left, between), (left, to.middle),
          (to.start, to.middle),
        ]
        wire("M" + corners.map { text($0.0, $0.1) }.joined(separator: "L"), ends: !other.isStation)
        track += 1
      }
    }
  }

  private mutating func wire(_ path: String, ends: Bool) {
    wires.append("<path class=\"wire\" d=\"\(path)\"\(ends ? " marker-end=\"url(#arrow-\(name))\"" : "")/>")
  }

  private var name: String {
    switch direction {
    case .right: "right"
    case .down: "down"
    }
  }

  // MARK: Boxes

  private mutating func draw(_ node: NetworkGraph.Node, _ index: Int) {
    let stop = LayeredGraph.Stop(node: index, rank: layered.rankOf[index], isStation: false)
    guard let place = places[stop] else { return }
    let a = point(place.start, place.middle - box.across / 2)
    let b = point(place.end, place.middle + box.across / 2)
    var lines = [
      "<g class=\"operation \(node.kind.rawValue)\"><title>\(escapedMarkup(node.lines.joined(separator: "; ")))</title>"
    ]
    lines.append(
      "<rect x=\"\(a.x.place)\" y=\"\(a.y.place)\" width=\"\((b.x - a.x).place)\" "
        + "height=\"\((b.y - a.y).place)\" rx=\"5\"/>"
    )
    let shown = node.lines.prefix(3)
    let first = (a.y + b.y) / 2 - Double(shown.count - 1) * 7.5 + 4
    for (number, line) in shown.enumerated() {
      let kind = number == 0 ? "operation-name" : "operation-detail"
      lines.append(
        "<text class=\"\(kind)\" x=\"\(((a.x + b.x) / 2).place)\" y=\"\((first + Double(number) * 15).place)\" "
          + "text-anchor=\"middle\">\(words(line, number == 0 ? Self.limits.name : Self.limits.detail))</text>")
    }
    shapes.append(lines.joined() + "</g>")
  }

  /// At most so many characters, an ellipsis for the rest.
  private func words(_ text: String, _ limit: Int) -> String {
    escapedMarkup(text.count > limit ? text.prefix(limit - 1) + "…" : text)
  }

  // MARK: Places

  private func point(_ along: Double, _ across: Double) -> (x: Double, y: Double) {
    switch direction {
    case .right: (along, across)
    case .down: (across, along)
    }
  }

  private func text(_ along: Double, _ across: Double) -> String {
    let place = point(along, across)
    return "\(place.x.place) \(place.y.place)"
  }

  /// In a page; the style is the page's.
  func figure(title: String, description: String) -> String {
    let corner = point(extent.along, extent.across)
    let (width, height) = (corner.x.place, corner.y.place)
    return """
      <svg class="graph" role="img" aria-labelledby="graph-\(name)-title graph-\(name)-desc" \
      viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)">
      <title id="graph-\(name)-title">\(escapedMarkup(title))</title>
      <desc id="graph-\(name)-desc">\(escapedMarkup(description))</desc>
      <defs><marker id="arrow-\(name)" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" \
      orient="auto"><path class="arrow" d="M0 0.8L8 4L0 7.2z"/></marker></defs>
      \((frames + wires + shapes).joined(separator: "\n"))
      </svg>
      """
  }
}
