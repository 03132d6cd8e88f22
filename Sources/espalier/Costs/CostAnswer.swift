import BigInt
import SpaceAnalysis
import SpaceCompiler
import SpaceIR

/// What `espalier costs` is asked.
struct CostQuestion {
  let measure: CostMeasure
  let pair: CostPair?
  let percents: Percents
  let bars: Int
  let showsMembers: Bool
  /// The file of a distribution.
  let weights: String?
  let memoryLimit: Int
}

/// Everything that `espalier costs` says about a space, in numbers.
struct CostAnswer {
  struct Bar {
    /// Costs of the bar, the upper end left out.
    let range: Range<Int>
    let count: CountInterval
  }
  let compiled: CompiledSpace
  let question: CostQuestion
  let spectrum: CostSpectrum
  /// Mean and deviation; nil under budgets.
  let moments: CostMoments?
  let quantiles: [(share: Int, cost: CostInterval)]
  let bars: [Bar]
  /// Over the draws of a distribution, where one was given.
  let expected: ExpectedCost?
  /// The cheapest and the dearest member, where they were asked for.
  let members: [ParetoFront.Point]
  /// The members of the front, where one was asked for.
  let front: ParetoFront?

  /// - Throws: `CommandFailure` for costs that cannot be counted, or that no network has.
  init(of compiled: CompiledSpace, _ question: CostQuestion) throws {
    let space = compiled.space
    self.compiled = compiled
    self.question = question
    do throws(BudgetError) {
      spectrum = try CostSpectrum(space, measure: question.measure, memoryLimit: question.memoryLimit)
    } catch {
      throw CommandFailure(error, in: space)
    }
    moments = space.budgets.isEmpty ? try CostModel.model(of: space, question.measure).moments() : nil
    let spectrum = spectrum
    quantiles = question.percents.shares.map { ($0, spectrum.quantile((numerator: $0, denominator: Percents.whole))) }
    bars = Self.ranges(spectrum.least.least...spectrum.greatest.greatest, about: question.bars).map {
      Bar(range: $0, count: spectrum.count(in: $0.lowerBound...$0.upperBound - 1))
    }
    let weights = try question.weights.map { try NetworkWeights.weights(at: $0, of: space) }
    do throws(ExpectationError) {
      expected = try weights.map { weights throws(ExpectationError) in
        try space.expectedCost(of: question.measure, weights, memoryLimit: question.memoryLimit)
      }
    } catch {
      throw CommandFailure(error, in: space)
    }
    do throws(ParetoError) {
      front = try question.pair.map { pair throws(ParetoError) in try ParetoFront(space, pair.criteria) }
      let ends = question.showsMembers ? [Criterion(question.measure), Criterion(question.measure, .most)] : []
      members = try ends.map { end throws(ParetoError) in try ParetoFront(space, [end]) }.flatMap(\.points)
    } catch {
      throw CommandFailure(error, in: space)
    }
  }

  /// Equal ranges that hold all costs, as wide as 1, 2 or 5 times a power of ten; at most so many but for rounding.
  static func ranges(_ costs: ClosedRange<Int>, about count: Int) -> [Range<Int>] {
    let span = costs.upperBound - costs.lowerBound + 1
    var step = 1
    var factors = [2, 5, 10][...]
    var power = 1
    while span / step >= count, step < Int.max / 20 {
      guard let factor = factors.popFirst() else {
        power *= 10
        factors = [2, 5, 10][...]
        continue
      }
      step = power * factor
    }
    let first = costs.lowerBound / step * step
    return stride(from: first, through: costs.upperBound, by: step).map { $0..<$0 + step }
  }
}

extension CountInterval {
  /// The least and the greatest share that this can be of another count, between 0 and 1.
  func share(of total: CountInterval) -> ClosedRange<Double> {
    let low = ratio(least, total.greatest)
    return low...max(low, min(1, ratio(greatest, total.least)))
  }

  /// Within a billionth.
  private func ratio(_ part: NetworkCount, _ whole: NetworkCount) -> Double {
    guard whole.value > 0 else { return 1 }
    return Double(UInt64(min(part.value, whole.value) * 1_000_000_000_000 / whole.value)) / 1e12
  }

  /// `1,234` or `1,234 to 1,300`, from a million on with powers of ten beside.
  var text: String {
    let both = isExact ? [least] : [least, greatest]
    let digits = both.map(\.grouped).joined(separator: " to ")
    let short = both.map(\.short).joined(separator: " to ")
    return digits == short ? digits : "\(digits) (\(short))"
  }

  /// Three digits, for tables.
  var shortText: String {
    isExact || least.short == greatest.short ? least.short : "\(least.short) to \(greatest.short)"
  }
}

extension CostInterval {
  /// Every digit.
  var text: String { isExact ? least.grouped : "\(least.grouped) to \(greatest.grouped)" }
}
