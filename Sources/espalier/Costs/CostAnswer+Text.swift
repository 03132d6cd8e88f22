import SpaceAnalysis
import SpaceCompiler
import SpaceIR

extension CostAnswer {
  var text: String {
    let space = compiled.space
    let all = spectrum.count
    var table = AlignedTable([.left, .left])
    table.add(["networks", all.text + (space.budgets.isEmpty ? "" : ", within the budgets")])
    table.add([title, rangeText])
    if let moments {
      table.add(["mean", "\(Self.rounded(moments.mean)), deviation \(Self.rounded(moments.deviation))"])
    }
    if let expected {
      table.add(["expected", "\(Self.rounded(expected.mean)), deviation \(Self.rounded(expected.deviation))"])
      let (least, most) = (Self.probability(expected.mass), Self.probability(expected.possibleMass))
      table.add(["draws", "\(least == most ? least : "\(least) to \(most)") of them meet the requirements"])
    }
    for (position, quantile) in quantiles.enumerated() {
      table.add([position == 0 ? "quantiles" : "", "\(Percents.text(quantile.share)) %: \(quantile.cost.text)"])
    }
    if !spectrum.isExact {
      table.add(["counted", "in steps of \(spectrum.binWidth.grouped); bounds that hold"])
    }
    let answer = "\(compiled.title)\n\(table.text())"
    return answer + (bars.count > 1 ? "\n" + histogram : "") + memberText
      + (front.map { "\n" + text(of: $0) } ?? "")
  }

  private var title: String { question.measure == .macs ? "MACs" : question.measure.word }

  private var rangeText: String {
    let (least, greatest) = (spectrum.least, spectrum.greatest)
    guard least != greatest else { return least.text }
    let short = "(\(least.least.short) to \(greatest.greatest.short))"
    guard least.isExact, greatest.isExact else {
      return "from \(least.text), to \(greatest.text) \(short)"
    }
    return "\(least.text) to \(greatest.text) \(short)"
  }

  private static func rounded(_ value: Double) -> String {
    value.magnitude < 9e15 ? Int(value.rounded(.toNearestOrAwayFromZero)).grouped : value.description
  }

  /// A row for each bar: its costs, its share, the share up to its end, and a bar as long as its share.
  private var histogram: String {
    let shares = bars.map { $0.count.share(of: spectrum.count) }
    let longest = shares.map(\.upperBound).max() ?? 1
    var table = AlignedTable([.right, .right, .right, .right, .left])
    table.add([question.measure.unit, "networks", "share", "up to", ""])
    for (bar, share) in zip(bars, shares) {
      let upTo = spectrum.count(in: 0...bar.range.upperBound - 1).share(of: spectrum.count)
      table.add([
        "\(bar.range.lowerBound.short)-\(bar.range.upperBound.short)", bar.count.shortText, Self.percent(share),
        Self.percent(upTo), Self.bar(share, of: longest),
      ])
    }
    return table.text()
  }

  /// Blocks for what is certain, light ones up to what is possible; anything that is there is seen.
  private static func bar(_ share: ClosedRange<Double>, of longest: Double) -> String {
    guard longest > 0, share.upperBound > 0 else { return "" }
    let sure = Int((share.lowerBound / longest * 40).rounded())
    let possible = Int((share.upperBound / longest * 40).rounded())
    let text = String(repeating: "█", count: sure) + String(repeating: "░", count: max(0, possible - sure))
    return text.isEmpty ? "▏" : text
  }

  /// Per cent down to a thousandth, below that a power of ten.
  private static func probability(_ share: Double) -> String {
    share >= 1e-5 || share == 0 ? "\((min(1, share) * 100).fixed(3)) %" : "\(share)"
  }

  private static func percent(_ share: ClosedRange<Double>) -> String {
    let (low, high) = ((share.lowerBound * 100).fixed(2), (share.upperBound * 100).fixed(2))
    return low == high ? "\(low) %" : "\(low) to \(high) %"
  }

  /// The ends of the range as `sample` writes networks.
  private var memberText: String {
    members.map { text(of: $0, [question.measure]) }.joined()
  }

  private func text(of point: ParetoFront.Point, _ measures: [CostMeasure]) -> String {
    let costs = zip(point.costs, measures).map { "\($0.grouped) \($1.unit)" }.joined(separator: ", ")
    return "\n# \(costs)\n"
      + compiled.space.choices(of: point.architecture).map { "\($0.name): \($0.value)\n" }.joined()
  }

  /// The points of a front, and of a long one an even selection; then the networks at its ends.
  private func text(of front: ParetoFront) -> String {
    let measures = front.criteria.map(\.measure)
    var table = AlignedTable(measures.map { _ in .right })
    table.add(front.criteria.map { ($0.direction == .least ? "least " : "most ") + $0.measure.unit })
    let rows =
      front.points.count <= 40 ? front.points.indices.map { $0 } : (0..<40).map { $0 * (front.points.count - 1) / 39 }
    for row in rows { table.add(front.points[row].costs.map(\.grouped)) }
    let exact =
      front.excess == 0 ? "exact" : "no network is better by more than \(front.excess.grouped) \(measures[0].unit)"
    let shown = rows.count < front.points.count ? "; \(rows.count) of them" : ""
    let ends = front.points.count == 1 ? [front.points[0]] : [front.points.first, front.points.last].compactMap { $0 }
    return "front of \(counted(front.points.count, "network")), \(exact)\(shown)\n" + table.text()
      + ends.map { text(of: $0, measures) }.joined()
  }
}
