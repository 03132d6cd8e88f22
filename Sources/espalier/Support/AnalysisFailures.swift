import SpaceAnalysis
import SpaceIR
import SpacePlanner

extension CommandFailure {
  /// A cost that does not fit 64 bits, and what the checker should have refused.
  init(_ error: CostError, in space: Space) {
    switch error {
    case .overflow(let node): self.init("the costs of '\(space.name)' do not fit 64 bits, at node \(node.index)")
    case .malformed(let node): self.init("node \(node.index) of '\(space.name)' has no cost")
    case .notAMember: self.init("the architecture is not a member of '\(space.name)'")
    }
  }

  init(_ error: CostModelError, in space: Space) {
    let advice = "decisions far apart depend on each other there"
    switch error {
    case .cost(let cost): self.init(cost, in: space)
    case .tooManyStates(let owner, let limit):
      self.init("the costs of '\(space.name)' need more than \(limit.grouped) states at '\(owner)': \(advice)")
    case .tooManyEdges(let owner, let limit):
      self.init("the costs of '\(space.name)' need more than \(limit.grouped) edges at '\(owner)': \(advice)")
    }
  }

  /// Why nothing can be drawn from a band of costs, and which way to move it.
  init(_ error: BandError, unit: String, in space: Space) {
    switch error {
    case .empty(let band, let least, let greatest):
      let range =
        least == greatest ? "it has \(least.grouped)" : "its networks have \(least.grouped) to \(greatest.grouped)"
      let place = least == greatest ? "around" : "inside"
      let remedy = band.overlaps(least...greatest) ? "widen the band" : "choose a band \(place) that"
      self.init("no network of '\(space.name)' has \(Self.text(of: band)) \(unit): \(range); \(remedy)")
    case .unresolved(let band, let binWidth, let uncertainty):
      self.init(
        "the band of \(Self.text(of: band)) \(unit) is too narrow to tell whether a network of '\(space.name)' is inside: "
          + "costs are counted in steps of \(binWidth.grouped); widen the band by \(uncertainty.grouped) or more")
    case .tooLarge(let bytes, let limit):
      self.init("counting the networks in the band takes \(bytes.byteText), more than \(limit.byteText)")
    }
  }

  private static func text(of band: ClosedRange<Int>) -> String {
    if band.lowerBound == band.upperBound { return band.lowerBound.grouped }
    if band.upperBound == .max { return "\(band.lowerBound.grouped) or more" }
    return "\(band.lowerBound.grouped) to \(band.upperBound.grouped)"
  }
}

extension CostModel {
  /// The diagram of a space, with failures in words.
  static func model(of space: Space, _ measure: CostMeasure) throws -> CostModel {
    do throws(CostModelError) {
      return try CostModel(space, measure: measure)
    } catch {
      throw CommandFailure(error, in: space)
    }
  }
}

extension SupernetPlan {
  /// The plan of a space, with failures in words.
  static func plan(of space: Space) throws -> SupernetPlan {
    do throws(PlanError) {
      return try SupernetPlan(for: space)
    } catch {
      throw CommandFailure("'\(space.name)' cannot be planned: \(error.description)")
    }
  }
}
