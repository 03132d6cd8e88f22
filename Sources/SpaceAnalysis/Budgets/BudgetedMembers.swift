package import BigInt
import Foundation
package import SpaceIR

/// The members of a space that meet its conditions and its budgets, as a counted set: draws without rejection.
///
/// The first budget is counted in bins of cost (`BandSampler`), every further one by the bins spent so far as part of
/// the state (`CostModel.restricted`). Members whose bins straddle an end of a budget are left out of the set and of
/// `countLower`, and counted in `countUpper`. Over the set a draw is exactly uniform.
package struct BudgetedMembers: Sendable {
  /// The size of the set: at least so many members meet the budgets.
  package let countLower: NetworkCount
  /// At most so many members meet the budgets.
  package let countUpper: NetworkCount
  /// Of the first budget, in the unit of its cost: costs were counted in steps of this.
  package let binWidth: Int
  /// Work counters, as of `CostModel`, with what further budgets make of the states.
  package let stateCount: Int
  package let edgeCount: Int
  let sampler: BandSampler

  /// Whether every member that meets the budgets is in the set.
  package var isExact: Bool { countLower == countUpper }

  /// - Parameters:
  ///   - budgets: At least one; those of the space unless given.
  ///   - effort: Steps that counting may take, about a nanosecond each; bins are as narrow as that allows.
  ///   - bins: The most bins of the first budget; nil: as many as `effort` allows. Whoever walks the set often wants few.
  /// - Throws: `BudgetError`.
  package init(
    _ space: Space, budgets: [Budget]? = nil, effort: Int = 400_000_000, bins: Int? = nil, memoryLimit: Int = 1 << 31
  ) throws(BudgetError) {
    let bands = try BudgetBand.bands(of: budgets ?? space.budgets)
    precondition(!bands.isEmpty, "budgeted members have a budget")
    let model = try Self.model(of: space, bands)
    let resolution = Self.resolution(
      of: model, budgets: bands.count, effort: effort, memoryLimit: memoryLimit)
    let (certain, possible) = try Self.refined(model, bands, resolution, effort, memoryLimit)
    do throws(BandError) {
      let range = bands[0].range
      // Further budgets split states only where they bind, so that the first can often have finer bins.
      let finer = bins ?? max(resolution, Self.resolution(of: possible, budgets: 1, effort: effort))
      let upper = try BandSampler(possible, band: range, resolution: finer, memoryLimit: memoryLimit)
      sampler = bands.count == 1 ? upper : try Self.sampler(certain, range, upper, finer, memoryLimit)
      countLower = sampler.countLower
      countUpper = upper.countUpper
      binWidth = upper.binWidth
      (stateCount, edgeCount) = (possible.stateCount, possible.edgeCount)
    } catch {
      throw .band(bands[0].measure, error)
    }
  }

  /// The diagram with the first band's measure, and the others' beside it.
  static func model(
    of space: Space, _ bands: [BudgetBand], limits: CostModelLimits = CostModelLimits()
  ) throws(BudgetError) -> CostModel {
    do throws(CostModelError) {
      return try CostModel(
        space, measure: bands[0].measure, sides: bands.dropFirst().map(\.measure), limits: limits)
    } catch {
      throw .model(error)
    }
  }

  /// Every budget multiplies the work by its bins. One alone gets as many as there is time for: often enough to tell all
  /// costs apart.
  static func resolution(of model: CostModel, budgets: Int, effort: Int, memoryLimit: Int = 1 << 31) -> Int {
    let bits = model.layers.reduce(0.0) { $0 + Self.bits(of: $1) }
    let work = Double(model.edgeCount) * (1 + bits / 64)
    let bins = Int(pow(Double(effort) / max(1, work), 1 / Double(budgets)))
    guard budgets == 1 else { return max(16, min(8192, bins)) }
    // Half of what may be taken: the widest counts need no more words than all layers' bits.
    let fitting = Double(memoryLimit) / 2 / (Double(model.stateCount) * (1 + bits / 64) * 8)
    return max(8192, min(1 << 21, bins, Int(fitting)))
  }

  /// The most bits that a layer adds to a count.
  static func bits(of layer: DiagramLayer) -> Double { log2(Double(layer.tables.map(\.count).max() ?? 1)) }

  /// The model within all bands but the first: members that certainly are, nil without any, and those that can be.
  static func restricted(
    _ model: CostModel, _ bands: [BudgetBand], _ resolution: Int, _ memoryLimit: Int
  ) throws(BudgetError) -> (certain: CostModel?, possible: CostModel) {
    var certain: CostModel? = model
    var possible = model
    for (side, band) in bands.dropFirst().enumerated() {
      func restricted(
        _ model: CostModel, _ straddling: CostModel.Straddling
      ) throws(BudgetError) -> (CostModel?, extremes: ClosedRange<Int>) {
        let bins = SideBins(model, side: side, ceiling: band.range.upperBound, resolution: resolution)
        do throws(BandError) {
          let result = try model.restricted(
            to: band.range, of: bins, straddling: straddling, memoryLimit: memoryLimit)
          return (result, bins.extremes)
        } catch {
          throw .band(band.measure, error)
        }
      }
      if let known = certain { certain = try restricted(known, .leftOut).0 }
      let (next, extremes) = try restricted(possible, .kept)
      guard let next else {
        throw .band(
          band.measure, .empty(band: band.range, least: extremes.lowerBound, greatest: extremes.upperBound))
      }
      possible = next
    }
    return (certain, possible)
  }

  /// `restricted`, in finer and finer bins while what they make of the states stays small: costs that rise together, as
  /// those of layers do, reach few of the pairs of bins that `resolution` allows for.
  private static func refined(
    _ model: CostModel, _ bands: [BudgetBand], _ resolution: Int, _ effort: Int, _ memoryLimit: Int
  ) throws(BudgetError) -> (certain: CostModel?, possible: CostModel) {
    var found = try restricted(model, bands, resolution, memoryLimit)
    guard bands.count > 2 else { return found }
    // Twice the bins of two budgets make at most four times the states; an edge is some hundred steps to make.
    let most = effort / 400
    var bins = resolution
    while bins < 1 << 20, found.possible.edgeCount * 4 <= most {
      bins *= 2
      do throws(BudgetError) {
        found = try restricted(model, bands, bins, memoryLimit)
      } catch {
        guard case .band(_, .tooLarge) = error else { throw error }
        break
      }
    }
    return found
  }

  /// What is certainly within all budgets, where something can be.
  private static func sampler(
    _ certain: CostModel?, _ range: ClosedRange<Int>, _ possible: BandSampler, _ resolution: Int, _ memoryLimit: Int
  ) throws(BandError) -> BandSampler {
    let unresolved = BandError.unresolved(band: range, binWidth: possible.binWidth, uncertainty: possible.binWidth)
    guard let certain else { throw unresolved }
    do throws(BandError) {
      return try BandSampler(certain, band: range, resolution: resolution, memoryLimit: memoryLimit)
    } catch .empty {
      throw unresolved
    } catch {
      throw error
    }
  }

  /// A member of the set, each with the same probability.
  package func draw(using generator: inout some RandomNumberGenerator) -> Architecture {
    sampler.draw(using: &generator)
  }

  /// The member of the set with this number.
  ///
  /// - Precondition: `index` < `countLower`.
  package func member(at index: BigUInt) -> Architecture { sampler.member(at: index) }

  package func contains(_ architecture: Architecture) -> Bool { sampler.contains(architecture) }

  /// The number of a member of the set; nil for any other network.
  package func index(of architecture: Architecture) -> BigUInt? { sampler.index(of: architecture) }
}
