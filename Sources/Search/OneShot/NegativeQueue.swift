/// The teacher's past outputs, which are the negatives of the next steps (He et al. 2019, arXiv 1911.05722; pi-nas.md,
/// section 3): as many are replaced in each step as it has images, in a circle.
struct NegativeQueue: Hashable, Sendable {
  /// One vector after another.
  private(set) var values: [Float]
  let dimension: Int
  private let isUnit: Bool

  /// Starts with random unit vectors.
  ///
  /// - Parameter isUnit: Whether what enters is made a unit vector.
  init(count: Int, dimension: Int, isUnit: Bool, normal: () -> Double) {
    self.dimension = dimension
    self.isUnit = isUnit
    values = []
    values.reserveCapacity(count * dimension)
    for _ in 0..<count {
      values += Self.unit((0..<dimension).map { _ in Float(normal()) }[...])
    }
  }

  var count: Int { values.count / dimension }

  /// Puts the means of two rows of vectors in.
  ///
  /// - Parameter step: Steps before this one, which say where.
  mutating func put(_ first: [Float], _ second: [Float], step: Int) {
    guard count > 0 else { return }
    let rows = first.count / dimension
    precondition(count.isMultiple(of: rows), "a batch divides the queue")
    let place = step % (count / rows) * rows * dimension
    for row in 0..<rows {
      let range = row * dimension..<(row + 1) * dimension
      var mean = zip(first[range], second[range]).map { ($0 + $1) / 2 }
      if isUnit { mean = Self.unit(mean[...]) }
      values.replaceSubrange(place + range.lowerBound..<place + range.upperBound, with: mean)
    }
  }

  /// The vectors a queue of this size had.
  mutating func restore(_ saved: [Float]) -> Bool {
    guard saved.count == values.count else { return false }
    values = saved
    return true
  }

  static func unit(_ vector: ArraySlice<Float>) -> [Float] {
    let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return vector.map { Float(Double($0) / max(length, 1e-12)) }
  }

  /// Each row as a unit vector.
  static func units(_ values: [Double], dimension: Int) -> [Float] {
    stride(from: 0, to: values.count, by: dimension).flatMap { row in
      unit(values[row..<row + dimension].map(Float.init)[...])
    }
  }
}
