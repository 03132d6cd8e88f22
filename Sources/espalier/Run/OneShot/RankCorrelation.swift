import Distributions

/// How far two rankings of the same things agree.
enum RankCorrelation {
  /// Kendall's tau-b (Kendall 1945), which knows ties: concordant less discordant pairs over the geometric mean of the pairs
  /// that are tied in neither. Nil where one ranking has no two different values.
  static func kendall(_ a: [Double], _ b: [Double]) -> Double? {
    var (agreement, first, second) = (0, 0, 0)
    for i in a.indices {
      for j in a.indices where j > i {
        let (x, y) = (sign(a[i] - a[j]), sign(b[i] - b[j]))
        agreement += x * y
        first += x * x
        second += y * y
      }
    }
    guard first > 0, second > 0 else { return nil }
    return Double(agreement) / (Double(first) * Double(second)).squareRoot()
  }

  private static func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }

  /// Spearman's rho: the correlation of ranks, tied ones sharing their mean.
  static func spearman(_ a: [Double], _ b: [Double]) -> Double? { correlation(ranks(a), ranks(b)) }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    let count = Double(a.count)
    let (x, y) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (p, q) in zip(a, b) {
      xy += (p - x) * (q - y)
      xx += (p - x) * (p - x)
      yy += (q - y) * (q - y)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
  }

  private static func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
      for place in order[start..<end] { ranks[place] = Double(start + end - 1) / 2 }
      start = end
    }
    return ranks
  }

  /// The middle 95 % of tau-b over draws with replacement.
  static func interval(_ a: [Double], _ b: [Double], draws: Int = 1000) -> ClosedRange<Double>? {
    var generator = SplitRandom(seed: 1, stream: 0x7461_75)
    let found = (0..<draws).compactMap { _ -> Double? in
      let places = a.indices.map { _ in generator.next(below: a.count) }
      return kendall(places.map { a[$0] }, places.map { b[$0] })
    }.sorted()
    guard found.count > draws / 2 else { return nil }
    return found[found.count / 40]...found[found.count - 1 - found.count / 40]
  }
}
