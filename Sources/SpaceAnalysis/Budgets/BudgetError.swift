package import SpaceIR

/// Why the members within budgets were not counted.
package enum BudgetError: Error, Hashable, Sendable {
  case model(CostModelError)
  /// Of the budgets on one measure: no member is within them, or bins cannot tell.
  case band(CostMeasure, BandError)
  /// Two budgets on one measure, of which one begins where the other has ended.
  case contradictory(CostMeasure)
}

/// What budgets on one measure leave together.
struct BudgetBand {
  let measure: CostMeasure
  let range: ClosedRange<Int>

  /// One band for each measure, by the order of first mention.
  static func bands(of budgets: [Budget]) throws(BudgetError) -> [BudgetBand] {
    var bands: [BudgetBand] = []
    for budget in budgets {
      let measure = budget.quantity.measure
      let (least, greatest) = (max(0, budget.least ?? 0), budget.greatest ?? .max)
      let known = bands.firstIndex { $0.measure == measure }
      let range = known.map { bands[$0].range } ?? 0...Int.max
      let (low, high) = (max(range.lowerBound, least), min(range.upperBound, greatest))
      guard low <= high else { throw .contradictory(measure) }
      let band = BudgetBand(measure: measure, range: low...high)
      if let known { bands[known] = band } else { bands.append(band) }
    }
    return bands
  }
}

extension Budget.Quantity {
  package var measure: CostMeasure {
    switch self {
    case .macs: .macs
    case .parameters: .parameters
    case .activationBytes: .activationBytes
    case .latency(let device): .latency(device: device)
    }
  }
}

extension CostMeasure {
  /// As a requirement bounds it; nil: none can.
  package var quantity: Budget.Quantity? {
    switch self {
    case .macs: .macs
    case .parameters: .parameters
    case .activationBytes: .activationBytes
    case .latency(let device): .latency(device: device)
    case .weights, .poolingInputs: nil
    }
  }
}

extension NetworkCost {
  /// - Precondition: As of a measure.
  package subscript(quantity: Budget.Quantity) -> Int { self[quantity.measure] }
}

extension Space {
  /// The budgets among the requirements, in their order.
  package var budgets: [Budget] {
    requirements.compactMap { requirement in
      switch requirement.claim {
      case .condition: nil
      case .budget(let budget): budget
      }
    }
  }
}
