extension [ChartPoint] {
  /// A curve with fewer points that looks the same: the first, lowest, highest and last of each stretch.
  ///
  /// The stretches are equally wide, so what is seen at any width below their number is what the whole curve shows; no
  /// extreme is lost. Points are in order of x. A curve of at most four points a stretch is left as it is.
  ///
  /// - Complexity: O(points).
  func thinned(stretches: Int) -> [ChartPoint] {
    guard count > stretches * 4, let first, let last, last.x > first.x else { return self }
    var kept: [ChartPoint] = []
    var start = startIndex
    for stretch in 1...stretches {
      let end = first.x + (last.x - first.x) * Double(stretch) / Double(stretches)
      var stop = start
      while stop < endIndex, stretch == stretches || self[stop].x < end { stop += 1 }
      guard start < stop else { continue }
      let part = start..<stop
      let low = part.reduce(start) { self[$1].y < self[$0].y ? $1 : $0 }
      let high = part.reduce(start) { self[$1].y > self[$0].y ? $1 : $0 }
      var places = [start, Swift.min(low, high), Swift.max(low, high), stop - 1]
      places = places.enumerated().filter { $0.offset == 0 || places[$0.offset - 1] != $0.element }.map(\.element)
      kept += places.map { self[$0] }
      start = stop
    }
    return kept
  }

  /// The highest (or lowest) points of so many equally wide stretches: one side of a band.
  func edge(stretches: Int, _ isBetter: (Double, Double) -> Bool) -> [ChartPoint] {
    guard count > stretches, let first, let last, last.x > first.x else { return self }
    var best = [ChartPoint?](repeating: nil, count: stretches)
    for point in self {
      let share = (point.x - first.x) / (last.x - first.x)
      let stretch = Swift.min(stretches - 1, Int(share * Double(stretches)))
      if best[stretch].map({ isBetter(point.y, $0.y) }) ?? true { best[stretch] = point }
    }
    return best.compactMap(\.self)
  }

  /// Means over about so many stretches of equally many points; x is a stretch's middle.
  func averaged(stretches: Int) -> [ChartPoint] {
    guard count > stretches else { return self }
    return (0..<stretches).map { stretch in
      let part = self[count * stretch / stretches..<count * (stretch + 1) / stretches]
      let sum = part.reduce(ChartPoint(0, 0)) { ChartPoint($0.x + $1.x, $0.y + $1.y) }
      return ChartPoint(sum.x / Double(part.count), sum.y / Double(part.count))
    }
  }
}
