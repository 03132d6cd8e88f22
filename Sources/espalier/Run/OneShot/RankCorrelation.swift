/// How far two rankings of the same things agree.
enum RankCorrelation {
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
}
