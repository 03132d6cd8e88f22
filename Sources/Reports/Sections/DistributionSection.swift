/// How probable each option was over time: a map for each decision, decisions of one layer together.
func distributionSection(of story: RunStory) -> ReportSection? {
  let history = story.distribution
  guard !history.decisions.isEmpty else { return nil }
  let name = "distribution"
  let title = "The distribution over time"
  // In the warm-up it stays as it is.
  let moving = history.steps.indices.filter { history.steps[$0] >= story.warmUpSteps }
  let columns = HeatMap.columns(of: moving.isEmpty ? Array(history.steps.indices) : moving)
  guard let first = columns.first, let last = columns.last else { return nil }
  var owners: [(name: String, maps: [String])] = []
  let shown = history.decisions.prefix(HeatMap.decisionLimit)
  for decision in shown {
    let map = HeatMap(decision, columns: columns).rows
    if owners.last?.name == decision.owner {
      owners[owners.count - 1].maps.append(map)
    } else {
      owners.append((decision.owner, [map]))
    }
  }
  let times = "after step \(history.steps[first].grouped) to \(history.steps[last].grouped)"
  let tables = owners.map { owner in
    """
    <div class="owner"><table class="heat">
    <caption>\(escapedMarkup(owner.name))</caption>
    <thead><tr><th scope="col">option</th><th scope="col">\(times)</th>\
    <th scope="col" class="number">last</th></tr></thead>
    \(owner.maps.joined(separator: "\n"))
    </table></div>
    """
  }
  let shades = [0.0, 0.25, 0.5, 0.75, 1].map { share in
    "<li><span class=\"shade\" style=\"--share:\(share.place)\"></span>\((share * 100).place) %</li>"
  }
  let left = history.decisions.count - shown.count
  let remark =
    "The stronger the colour, the more probable the option; "
    + "\(NumberText.counted(columns.count, "column")) over the steps"
    + (moving.isEmpty || story.warmUpSteps == 0 ? "" : " after the warm-up, in which nothing moves")
    + ". A dot marks the option that was chosen."
    + (history.isJoint
      ? " Where the decisions of a layer are drawn together, a map shows the marginal of each: how probable an option is "
        + "over all combinations that have it. Which options go together does not show."
      : "")
    + (left > 0 ? " \(NumberText.counted(left, "further decision")) are not shown." : "")
  return ReportSection(
    name: name, title: title,
    body: """
      \(paragraph(remark, kind: "remark"))
      <ul class="legend shades" aria-label="Shades">\(shades.joined())</ul>
      <div class="owners">
      \(tables.joined(separator: "\n"))
      </div>
      """)
}

/// The rows of one decision in a table: its options, a map over them all, and the last shares.
private struct HeatMap {
  static let decisionLimit = 400
  private static let columnLimit = 96
  private static let optionLimit = 12
  /// Shades; neighbouring cells of one shade are one shape.
  private static let shades = 32
  private static let rowHeight = 18

  private struct Row {
    let name: String
    let isChosen: Bool
    let shares: [Double]
  }

  private let decision: DistributionHistory.Decision
  private var shown: [Row] = []

  /// At most so many of the recorded steps, evenly, with the first and the last.
  static func columns(of recorded: [Int]) -> [Int] {
    guard recorded.count > columnLimit else { return recorded }
    return (0..<columnLimit).map { recorded[$0 * (recorded.count - 1) / (columnLimit - 1)] }
  }

  init(_ decision: DistributionHistory.Decision, columns: [Int]) {
    self.decision = decision
    let shares = columns.map { decision.shares[$0] }
    let peaks = decision.options.indices.map { option in shares.map { $0[option] }.max() ?? 0 }
    // Where not all have room, those that were most probable at some time and the chosen one stay.
    let ranked = decision.options.indices.sorted { a, b in
      let (first, second) = (a == decision.chosen ? 2 : peaks[a], b == decision.chosen ? 2 : peaks[b])
      return first == second ? a < b : first > second
    }
    let kept = ranked.count > Self.optionLimit ? Array(ranked.prefix(Self.optionLimit - 1)).sorted() : ranked.sorted()
    for option in kept {
      shown.append(
        Row(name: decision.options[option], isChosen: option == decision.chosen, shares: shares.map { $0[option] }))
    }
    if kept.count < decision.options.count {
      let others = ranked.dropFirst(kept.count)
      shown.append(
        Row(
          name: "\(others.count.grouped) others", isChosen: false,
          shares: shares.map { row in others.reduce(0) { $0 + row[$1] } }))
    }
    let missing = shares.map { max(0, 1 - $0.reduce(0, +)) }
    if missing.contains(where: { $0 > 0.0005 }) {
      shown.append(Row(name: "(not there)", isChosen: false, shares: missing))
    }
  }

  var rows: String {
    var rows = shown.enumerated().map { number, row in
      let mark = row.isChosen ? "<span class=\"chosen\" title=\"chosen\">●</span> " : ""
      let map = number == 0 ? "<td class=\"map\" rowspan=\"\(shown.count)\">\(picture)</td>" : ""
      let share = ((row.shares.last ?? 0) * 100).fixed(0)
      return
        "<tr\(row.isChosen ? " class=\"chosen-row\"" : "")><th scope=\"row\">\(mark)\(escapedMarkup(row.name))</th>"
        + "\(map)<td class=\"number\">\(share) %</td></tr>"
    }
    let head =
      "<tr class=\"decision\"><th scope=\"rowgroup\" colspan=\"3\">\(escapedMarkup(decision.parameter))</th></tr>"
    rows.insert(head, at: 0)
    return "<tbody>\(rows.joined(separator: "\n"))</tbody>"
  }

  private var picture: String {
    let columns = shown.first?.shares.count ?? 0
    var shapes = [String](repeating: "", count: Self.shades + 1)
    for (number, row) in shown.enumerated() {
      var start = 0
      while start < columns {
        let shade = Self.shade(row.shares[start])
        var end = start + 1
        while end < columns, Self.shade(row.shares[end]) == shade { end += 1 }
        shapes[shade] += "M\(start) \(number)h\(end - start)v1h-\(end - start)z"
        start = end
      }
    }
    let paths = shapes.enumerated().filter { $0.offset > 0 && !$0.element.isEmpty }.map { shade, path in
      "<path fill-opacity=\"\((Double(shade) / Double(Self.shades)).place)\" d=\"\(path)\"/>"
    }
    let title = "\(decision.owner) \(decision.parameter)"
    return "<svg class=\"shades\" role=\"img\" viewBox=\"0 0 \(max(1, columns)) \(shown.count)\" "
      + "preserveAspectRatio=\"none\" width=\"100%\" height=\"\(shown.count * Self.rowHeight)\">"
      + "<title>\(escapedMarkup(title))</title><desc>\(escapedMarkup(description))</desc>\(paths.joined())</svg>"
  }

  private static func shade(_ share: Double) -> Int { Int((min(1, max(0, share)) * Double(shades)).rounded()) }

  private var description: String {
    shown.map { row in
      let (first, last) = (row.shares.first ?? 0, row.shares.last ?? 0)
      return "\(row.name): \((first * 100).fixed(0)) % at first, \((last * 100).fixed(0)) % at last"
    }.joined(separator: "; ")
  }
}
