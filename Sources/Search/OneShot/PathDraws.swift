import Distributions
import SpaceAnalysis
package import SpaceIR

/// Which paths train the shared weights in a step: a function of the step's number and the seed alone.
package protocol PathDraws: Sendable {
  /// The path of a step with this number in the step.
  ///
  /// - Parameter step: Counted from 0 over the whole search.
  func path(step: Int, number: Int) throws -> Architecture
}

/// Every network that may be drawn with the same probability: where no requirement ties decisions together this is each
/// decision by itself (spos.md, section 1, point 3).
struct UniformPaths: PathDraws {
  let members: MemberSet
  let seed: UInt64

  func path(step: Int, number: Int) -> Architecture {
    var generator = SplitRandom(.architectures, seed: seed, UInt64(step), UInt64(number))
    return members.draw(using: &generator)
  }
}

/// A bin of multiply-adds, each with the same probability, then a network of the bin, each with the same probability.
///
/// The released SPOS draws paths until one falls into the bin and gives up after 500 (spos.md, section 5.2). Here each bin
/// is a counted set, so a draw is exact and none is thrown away. Bins without networks are left out.
struct BinnedPaths: PathDraws {
  private let bins: [MemberSet]
  /// Costs of each bin that has networks, both ends included.
  let ranges: [ClosedRange<Int>]
  private let seed: UInt64

  /// - Parameters:
  ///   - count: Bins of equal width from the least to the greatest.
  /// - Throws: `MemberSetError` where no bin has a network.
  init(
    _ space: Space, by measure: CostMeasure = .macs, from least: Int, to greatest: Int, count: Int, seed: UInt64
  ) throws {
    self.seed = seed
    var found: [(ClosedRange<Int>, MemberSet)] = []
    var failure: MemberSetError?
    for number in 0..<count {
      let low = least + (greatest - least) * number / count
      // Bins share no network: each begins behind the one before.
      let high = least + (greatest - least) * (number + 1) / count - (number + 1 < count ? 1 : 0)
      guard low <= high else { continue }
      do throws(MemberSetError) {
        let band = Budget(measure.searched, least: low, greatest: high)
        found.append((low...high, try LegalDraws.members(of: space, within: band, bins: OneShotSearch.costBins)))
      } catch .budgets(.band(_, .empty(let band, let first, let last))) {
        failure = failure ?? .budgets(.band(measure, .empty(band: band, least: first, greatest: last)))
      } catch .budgets(.band(_, .unresolved)) {
        continue
      } catch {
        throw error
      }
    }
    guard !found.isEmpty else { throw failure ?? .empty }
    bins = found.map(\.1)
    ranges = found.map(\.0)
  }

  func path(step: Int, number: Int) -> Architecture {
    var generator = SplitRandom(.architectures, seed: seed, UInt64(step), UInt64(number))
    return bins[generator.next(below: bins.count)].draw(using: &generator)
  }
}
