import BigInt
package import SpaceIR

/// How the members of a space within its conditions and budgets are spread over one of their costs.
///
/// Every count is an interval that holds the true number and every cost asked back is an interval that holds the true
/// one; both ends agree where nothing had to be rounded to bins (`isExact`). Budgets on the measure itself cut the
/// spectrum off; all others are part of the diagram (`CostModel.restricted`), which leaves out members whose bin
/// straddles a bound on one side, and keeps them on the other.
package struct CostSpectrum: Sendable {
  package let measure: CostMeasure
  /// The budgets on the measure itself, together.
  package let band: ClosedRange<Int>
  /// Members within all budgets.
  package let count: CountInterval
  /// The cost of the cheapest member and that of the dearest.
  package let least: CostInterval
  package let greatest: CostInterval
  /// Bins of costs were this wide, in the unit of the cost.
  package let binWidth: Int
  /// Work counters, as of `CostModel`, of the diagram that was counted.
  package let stateCount: Int
  package let edgeCount: Int
  /// Nil where no member is certainly within the budgets.
  private let certain: BinTotals?
  private let possible: BinTotals

  /// Whether every count and every cost is known to the last digit.
  package var isExact: Bool { count.isExact && possible.isExact }

  /// - Parameters:
  ///   - budgets: Those of the space unless given.
  ///   - effort: Steps that counting may take, about a nanosecond each; bins are as narrow as that allows.
  ///   - memoryLimit: The most that counts, or a diagram, may take, in bytes.
  /// - Throws: `BudgetError`, also where the budgets leave no member.
  /// - Complexity: O(edges × bins × words of a count).
  package init(
    _ space: Space, measure: CostMeasure = .macs, budgets: [Budget]? = nil, effort: Int = 400_000_000,
    limits: CostModelLimits = CostModelLimits(), memoryLimit: Int = 1 << 31
  ) throws(BudgetError) {
    let bands = try BudgetBand.bands(of: budgets ?? space.budgets)
    let band = bands.first { $0.measure == measure } ?? BudgetBand(measure: measure, range: 0...Int.max)
    let others = bands.filter { $0.measure != measure }
    let model = try BudgetedMembers.model(of: space, [band] + others, limits: limits)
    let resolution = BudgetedMembers.resolution(of: model, budgets: others.count + 1, effort: effort)
    let (certain, possible) = try BudgetedMembers.restricted(model, [band] + others, resolution, memoryLimit)
    do throws(BandError) {
      try self.init(others.isEmpty ? .all : .part(certain), possible, band.range, effort, memoryLimit)
    } catch {
      throw .band(measure, error)
    }
  }

  /// Which of the members that can be within the other budgets certainly are.
  private enum Certainty {
    case all
    /// Nil: none.
    case part(CostModel?)
  }

  private init(
    _ certain: Certainty, _ possible: CostModel, _ band: ClosedRange<Int>, _ effort: Int, _ memoryLimit: Int
  ) throws(BandError) {
    let (least, greatest) = possible.leastAndGreatest
    let empty = BandError.empty(band: band, least: least, greatest: greatest)
    guard band.overlaps(least...greatest) else { throw empty }
    let all = try BinTotals(possible, ceiling: band.upperBound, effort: effort, memoryLimit: memoryLimit)
    let sure: BinTotals?
    switch certain {
    case .all: sure = all
    case .part(nil): sure = nil
    case .part(let model?):
      sure =
        model.leastAndGreatest.least > band.upperBound
        ? nil : try BinTotals(model, ceiling: band.upperBound, effort: effort, memoryLimit: memoryLimit)
    }
    let upper = all.count(in: band, certainly: false)
    guard upper > 0 else { throw empty }
    let count = CountInterval(sure?.count(in: band, certainly: true) ?? 0, upper)
    let inside = band.clamped(to: least...greatest)
    let ends = [0, 1].map { Self.quantile(inside, band, sure, all, count, share: ($0, 1)) }
    // The extremes of a diagram are members, which the bins do not know.
    let reached = [sure?.bins.least, sure?.bins.greatest].map { $0.flatMap { inside.contains($0) ? $0 : nil } }
    self.least = CostInterval(least: ends[0].least, greatest: min(ends[0].greatest, reached[0] ?? .max))
    self.greatest = CostInterval(least: max(ends[1].least, reached[1] ?? 0), greatest: ends[1].greatest)
    self.count = count
    self.certain = sure
    self.possible = all
    self.band = band
    measure = possible.measure
    binWidth = all.bins.unit
    (stateCount, edgeCount) = (possible.stateCount, possible.edgeCount)
  }

  /// The members with costs in a range, both ends included.
  package func count(in range: ClosedRange<Int>) -> CountInterval {
    guard range.overlaps(band) else { return CountInterval(0, 0) }
    let inside = range.clamped(to: band)
    return CountInterval(
      certain?.count(in: inside, certainly: true) ?? 0, possible.count(in: inside, certainly: false))
  }

  /// The smallest cost that at least a share of the members does not exceed; share 0 gives the least cost.
  ///
  /// - Parameter share: Numerator and denominator.
  /// - Precondition: 0 <= numerator <= denominator, which is positive.
  package func quantile(_ share: (numerator: Int, denominator: Int)) -> CostInterval {
    precondition(
      share.denominator > 0 && (0...share.denominator).contains(share.numerator), "a quantile is a share of the members"
    )
    return Self.quantile(least.least...greatest.greatest, band, certain, possible, count, share: share)
  }

  /// Bounds of a quantile: of the members at most a cost as many as can be over all others that must be, and the reverse.
  private static func quantile(
    _ inside: ClosedRange<Int>, _ band: ClosedRange<Int>, _ certain: BinTotals?, _ possible: BinTotals,
    _ count: CountInterval, share: (numerator: Int, denominator: Int)
  ) -> CostInterval {
    let (part, whole) = (BigUInt(share.numerator), BigUInt(share.denominator))
    func reaches(_ few: BigUInt, _ all: NetworkCount, less others: BigUInt) -> Bool {
      let rest = all.value > others ? all.value - others : 0
      return few > 0 && few * whole >= part * (few + rest)
    }
    func counts(_ totals: BinTotals?, to cost: Int, _ certainly: Bool) -> BigUInt {
      totals?.count(in: band.lowerBound...cost, certainly: certainly) ?? 0
    }
    let first = smallest(in: inside) { cost in
      reaches(counts(possible, to: cost, false), count.least, less: counts(certain, to: cost, false))
    }
    let last = smallest(in: inside) { cost in
      reaches(counts(certain, to: cost, true), count.greatest, less: counts(possible, to: cost, true))
    }
    return CostInterval(least: first, greatest: max(first, last))
  }

  /// The smallest number of a range from which on a claim holds; the last one where it never does.
  private static func smallest(in range: ClosedRange<Int>, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
