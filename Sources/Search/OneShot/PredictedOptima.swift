import Distributions
import Predictors
import SpaceAnalysis
import SpaceIR

/// Predictors fitted to scored networks, and the networks that they predict best within a limit.
struct PredictedOptima {
  struct Answer {
    /// The best first.
    let networks: [Architecture]
    let remarks: [String]
    let documents: [RunDocument]
  }

  private let space: Space
  private let recipe: PredictionRecipe
  private let parts: SearchedParts
  /// Scores are shares; points of a hundred are what the annealer's constants are about.
  private let scale: Double
  private let scoreUnit: String
  /// What is limited, and the most of it.
  private let bounded: Budget
  /// A cost in the unit that is shown.
  private let costUnit: (name: String, size: Double)
  private let terms: (score: [Term], cost: [Term])

  /// - Parameter rows: Networks that will be scored.
  /// - Throws: `SearchError.badRecipe`.
  init(_ space: Space, limit: Budget?, _ oneShot: OneShotRecipe, rows: Int) throws {
    recipe = oneShot.prediction
    let latencies = space.budgets.filter { if case .latency = $0.quantity { $0.greatest != nil } else { false } }
    guard let bounded = latencies.first ?? limit.flatMap({ $0.greatest == nil ? nil : $0 }) else {
      throw SearchError.badRecipe("predicted optima are within a limit, and there is none: set a target")
    }
    self.bounded = bounded
    var limited = space
    if let limit { limited.requirements.append(Requirement("the target", .budget(limit))) }
    self.space = limited
    parts = SearchedParts(limited)
    switch oneShot.score {
    case .recalibrated: (scale, scoreUnit) = (100, "%")
    case .indicator: (scale, scoreUnit) = (1, "")
    }
    switch bounded.quantity {
    case .latency: costUnit = ("ms", 1e6)
    case .macs: costUnit = ("M", 1e6)
    case .parameters: costUnit = ("k", 1e3)
    case .activationBytes: costUnit = ("KiB", 1024)
    }
    let formulas: (score: Formula, cost: Formula)
    do throws(FormulaError) {
      formulas = (try Formula(recipe.terms), try Formula(recipe.costTerms))
    } catch {
      throw SearchError.badRecipe("'\(error.text)' is no part of the terms of a predictor")
    }
    for (key, formula) in [("oneshot.terms", formulas.score), ("oneshot.cost-terms", formulas.cost)] {
      guard let unknown = formula.unknownName(in: parts) else { continue }
      throw SearchError.badRecipe(
        "'\(unknown.function.rawValue)(\(unknown.name))' of '\(key)' is of nothing in '\(space.name)', where it may be "
          + (unknown.known.isEmpty ? "of nothing at all" : "of \(unknown.known.joined(separator: ", "))"))
    }
    terms = (formulas.score.terms(of: parts), formulas.cost.terms(of: parts))
    for (name, terms) in [("oneshot.terms", terms.score), ("oneshot.cost-terms", terms.cost)] {
      guard terms.count > 1 else {
        throw SearchError.badRecipe("'\(name)' gives '\(space.name)' no terms; 'main' is about every decision")
      }
      guard rows > terms.count else {
        throw SearchError.badRecipe(
          "\(rows) scored networks are too few for the \(terms.count) coefficients of '\(name)'; raise "
            + "'oneshot.samples', or take fewer terms: main, depths")
      }
    }
  }

  private var costName: String {
    switch bounded.quantity {
    case .macs: "macs"
    case .parameters: "parameters"
    case .activationBytes: "activation_bytes"
    case .latency: "latency"
    }
  }

  /// - Throws: `SearchError.badRecipe` where the rows leave nothing to fit; `CostError`.
  func optima(after history: ScoredHistory, count: Int, seed: UInt64) throws -> Answer {
    let rows = history.candidates.filter { $0.value.score.isFinite }
    let networks = rows.map(\.architecture)
    var costs: [Double] = []
    for network in networks {
      let cost = try cost(of: network, in: space, devices: space.budgetedDevices)
      costs.append(Double(cost[bounded.quantity]) / costUnit.size)
    }
    let score = try fit("accuracy", scoreUnit, terms.score, networks, rows.map { $0.value.score * scale })
    let price = try fit(costName, costUnit.name, terms.cost, networks, costs)
    let limit = Double(bounded.greatest ?? .max) / costUnit.size
    let found = try search(score.predictor, price.predictor, limit: limit, count: count, seed: seed)
    return Answer(
      networks: found.networks,
      remarks: [words(score), words(price)] + found.remarks,
      documents: [
        RunDocument(.accuracyPredictor, bytes: try PredictorFile(score.predictor).encoded()),
        RunDocument(.costPredictor, bytes: try PredictorFile(price.predictor).encoded()),
      ])
  }

  /// Terms that the rows do not tell apart from those before them are left out: they would say nothing.
  private func fit(
    _ target: String, _ unit: String, _ terms: [Term], _ networks: [Architecture], _ targets: [Double]
  ) throws -> PredictorFit {
    var terms = terms
    while true {
      let features = Predictor.features(of: terms)
      do {
        let readers = try features.map { try FeatureReader($0, of: parts) }
        return try PredictorFit(
          target: target, unit: unit, space: space.name, note: "of a search", terms: terms,
          values: networks.map { network in readers.map { $0.value(in: network) } }, targets: targets)
      } catch PredictorError.regression(.dependent(let columns), _) {
        let dependent = Set(columns.map(\.column))
        terms = terms.indices.filter { !dependent.contains($0) }.map { terms[$0] }
      } catch PredictorError.regression(.tooFewRows(let rows, let columns), _) {
        throw SearchError.badRecipe(
          "\(rows) networks have a score that is a number, too few for \(columns) coefficients; raise 'oneshot.samples'"
        )
      }
    }
  }

  private func words(_ fit: PredictorFit) -> String {
    let unit = fit.predictor.unit.isEmpty ? "" : " \(fit.predictor.unit)"
    let out = fit.quality.leftOut
    return
      "\(fit.predictor.target) from \(fit.rows.count) networks by \(fit.predictor.terms.count) coefficients: R2 "
      + "\(fit.quality.explained.map(rounded) ?? "none"); each left out, mean error \(rounded(out.mean))\(unit), "
      + "Kendall tau " + (out.tau.map(rounded) ?? "none")
  }

  /// Four places, as a number is written.
  private func rounded(_ value: Double) -> String {
    value.isFinite ? ((value * 10_000).rounded() / 10_000).description : "none"
  }

  private func search(
    _ score: Predictor, _ cost: Predictor, limit: Double, count: Int, seed: UInt64
  ) throws -> (networks: [Architecture], remarks: [String]) {
    let predicted = try predictedSpace(parts, score, cost)
    var found: [PredictedNetwork] = []
    var remarks: [String] = []
    var calls = 0
    var optimum = recipe.optimum
    if optimum == .exact {
      do {
        found = try exactOptima(score, cost, limit: limit)
      } catch let error as PredictedSpaceError {
        // The scores are there by now, and a walk needs nothing else.
        optimum = .annealing
        remarks.append("the predicted optimum cannot be had exactly, as \(words(error)); walks look for it")
      }
    }
    switch optimum {
    case .exact: break
    case .annealing, .metropolis:
      for walk in 0..<recipe.walks {
        var generator = SplitRandom(.walks, seed: seed, UInt64(walk))
        do throws(AnnealingError) {
          let walk = try AnnealingWalk(
            predicted, limit: limit, rule: optimum == .annealing ? .published : .metropolis, keeping: count,
            using: &generator)
          calls += walk.calls
          found += walk.kept
        } catch {
          continue
        }
      }
    }
    found.sort { $0.accuracy > $1.accuracy }
    var known: Set<Architecture> = []
    let networks = found.map(\.network).filter { known.insert($0).inserted }
    guard let best = found.first else {
      return ([], remarks + ["no network is predicted within the limit of \(rounded(limit)) \(costUnit.name)"])
    }
    let unit = scoreUnit.isEmpty ? "" : " \(scoreUnit)"
    var words = "predicted optimum: \(rounded(best.accuracy))\(unit) at \(rounded(best.latency)) \(costUnit.name)"
    if calls > 0 {
      words += " by \(recipe.walks) walks of \(optimum.rawValue), \(calls) predictions"
      // Where it cannot be gone through exactly, nothing is said.
      if let top = try? exactOptima(score, cost, limit: limit).first {
        words += "; exactly \(rounded(top.accuracy))\(unit)"
      }
    }
    return (networks, remarks + [words])
  }

  private func words(_ error: PredictedSpaceError) -> String {
    switch error {
    case .tooLarge(let part, let limit): "\(part.count) decisions hang together, with more than \(limit) settings"
    case .budget(let text): "'\(text)' is about the whole network"
    case .noSetting(let part): "no setting of \(part.joined(separator: ", ")) meets the requirements"
    case .feature: "a term is of something that some networks do not have"
    }
  }

  /// The most accurate predictions within the limit, the best first; those that really are within all limits.
  ///
  /// - Throws: `PredictedSpaceError` where they cannot be gone through.
  private func exactOptima(_ score: Predictor, _ cost: Predictor, limit: Double) throws -> [PredictedNetwork] {
    var free = space
    free.requirements.removeAll { if case .budget = $0.claim { true } else { false } }
    let exact = try ExactOptimum(predictedSpace(SearchedParts(free), score, cost), limit: limit)
    return exact.front.reversed().filter { space.brokenRequirement(by: $0.network) == nil }
  }

  private func predictedSpace(_ parts: SearchedParts, _ score: Predictor, _ cost: Predictor) throws -> PredictedSpace {
    try PredictedSpace(parts, accuracy: score, latency: cost, tie: recipe.blocks)
  }
}
