import Distributions
import Predictors
import SpaceAnalysis
import SpaceIR

/// What `optimise` prints.
struct OptimumAnswer {
  /// What was found under one limit.
  struct Row {
    let limit: Double
    /// Nil where no network is within the limit, or the exact answer is not known.
    let exact: PredictedNetwork?
    /// By seed; empty where nothing but the exact answer was asked for.
    let walks: [Walk]

    /// Of what was asked for.
    var best: PredictedNetwork? { walks.map(\.found).max { $0.accuracy < $1.accuracy } ?? exact }
  }

  struct Walk {
    let seed: UInt64
    let found: PredictedNetwork
    /// Predictions that were looked at.
    let calls: Int
  }

  let space: PredictedSpace
  let way: OptimiseCommand.Way
  let walkCount: Int
  let tie: BlockTie
  let file: String
  private(set) var rows: [Row] = []
  private let front: ExactOptimum?
  /// Why the exact answer is not known.
  private let reason: String?

  /// - Throws: `CommandFailure` where there is no answer.
  init(
    _ space: PredictedSpace, limits: [Double], way: OptimiseCommand.Way, walks: Int, seeds: [UInt64], tie: BlockTie,
    file: String
  ) throws {
    self.space = space
    self.way = way
    self.tie = tie
    self.file = file
    walkCount = walks
    do throws(PredictedSpaceError) {
      front = try ExactOptimum(space, limit: limits.max() ?? 0)
      reason = nil
    } catch {
      let failure = CommandFailure(error, of: space.parts.space.name)
      guard way != .exact else { throw failure }
      (front, reason) = (nil, failure.message)
    }
    for limit in limits {
      if let front, front.best(within: limit) == nil {
        throw CommandFailure(
          "no network of '\(space.parts.space.name)' is predicted within \(text(limit, unit)): the least is "
            + text(front.leastLatency, unit))
      }
      let found = try seeds.map { try Self.walk(space, limit, way, walks, seed: $0) }
      rows.append(Row(limit: limit, exact: front?.best(within: limit), walks: found.compactMap(\.self)))
    }
  }

  /// The best of some walks of one seed; nil where walks are not asked for.
  private static func walk(
    _ space: PredictedSpace, _ limit: Double, _ way: OptimiseCommand.Way, _ count: Int, seed: UInt64
  ) throws -> Walk? {
    let rule: AnnealingRule
    switch way {
    case .exact: return nil
    case .annealing, .random: rule = .published
    case .metropolis: rule = .metropolis
    }
    var (best, calls): (PredictedNetwork?, Int) = (nil, 0)
    do throws(AnnealingError) {
      for number in 0..<count {
        var generator = SplitRandom(seed: seed, stream: 0x414E_4E45, UInt64(number))
        let walk = try AnnealingWalk(space, limit: limit, rule: rule, using: &generator)
        calls += walk.calls
        if walk.best.accuracy > best?.accuracy ?? -.infinity { best = walk.best }
      }
      if way == .random {
        var generator = SplitRandom(seed: seed, stream: 0x5241_4E44)
        best = try AnnealingWalk.random(space, limit: limit, calls: calls, using: &generator)
      }
    } catch {
      switch error {
      case .noStart(let tries):
        throw CommandFailure(
          "\(tries.grouped) tries found no network within \(limit) that meets the requirements; raise the limit")
      }
    }
    return best.map { Walk(seed: seed, found: $0, calls: calls) }
  }

  private var unit: String { space.latency.predictor.unit }
  private var points: String { space.accuracy.predictor.unit }

  private func text(_ value: Double, _ unit: String) -> String { value.fixed(4) + (unit.isEmpty ? "" : " \(unit)") }
}

// MARK: Text

extension OptimumAnswer {
  var text: String {
    let tied = tie == .alike ? "blocks after the first of a stage alike" : "each block for itself"
    let names = (space.accuracy.predictor.target, space.latency.predictor.target)
    var result = "\(file): \(names.0) under a limit on \(names.1), as predicted, \(tied)\n"
    if let front {
      result +=
        "exact: \(front.settings.grouped) settings of \(counted(space.partCount, "part")), "
        + "\(counted(front.front.count, "network")) that no other beats\n"
    }
    if let reason { result += "exact: not known, \(reason)\n" }
    result += "\n" + table
    return result + remarks
  }

  private var table: String {
    let stages = space.parts.stages
    var table = AlignedTable(
      [.right, .right, .right] + (way == .exact ? [] : [.right, .right, .right]) + stages.map { _ in .left })
    table.add(
      ["limit", space.accuracy.predictor.target, space.latency.predictor.target]
        + (way == .exact ? [] : ["short by", "seed", "predictions"]) + stages.map(\.name))
    for row in rows {
      if way == .exact, let exact = row.exact {
        table.add([number(row.limit), exact.accuracy.fixed(4), exact.latency.fixed(4)] + settings(exact))
      }
      for walk in row.walks {
        let short = row.exact.map { ($0.accuracy - walk.found.accuracy).fixed(4) } ?? "-"
        table.add(
          [
            number(row.limit), walk.found.accuracy.fixed(4), walk.found.latency.fixed(4), short, String(walk.seed),
            walk.calls.grouped,
          ] + settings(walk.found))
      }
    }
    return table.text()
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e9 ? String(Int(value)) : value.description
  }

  /// Of each stage its blocks, the means of the later blocks and what the first has.
  private func settings(_ found: PredictedNetwork) -> [String] {
    space.parts.stages.map { stage in
      space.parts.summary(of: stage, in: found.network).map { value in
        value == value.rounded() ? String(Int(value)) : value.fixed(2)
      }.joined(separator: ",")
    }
  }

  private var remarks: String {
    var lines: [String] = []
    if let stage = space.parts.stages.first {
      lines.append("a stage is: \(space.parts.summaryNames(of: stage).joined(separator: ", "))")
    }
    for row in rows where row.walks.count > 1 {
      guard let exact = row.exact else { continue }
      let short = row.walks.map { exact.accuracy - $0.found.accuracy }.sorted()
      let reached = short.count { $0 < 1e-9 }
      lines.append(
        "limit \(number(row.limit)): \(reached) of \(short.count) seeds reach the optimum; median short by "
          + "\(median(short).fixed(4)), worst \((short.last ?? 0).fixed(4))")
    }
    if rows.count == 1, let best = rows[0].best {
      for id in space.parts.alone {
        guard let value = space.parts.space.value(of: id, in: best.network) else { continue }
        lines.append("\(space.parts.space[id].name): \(value)")
      }
      lines += [space.accuracy, space.latency].compactMap { trust($0, best.network) }
    }
    return "\n" + lines.map { $0 + "\n" }.joined()
  }

  /// How far the network is from what its predictor has seen.
  private func trust(_ predictor: BoundPredictor, _ network: Architecture) -> String? {
    guard let fit = predictor.predictor.fit, let error = predictor.standardError(of: network),
      let leverage = predictor.leverage(of: network)
    else { return nil }
    let far = leverage > fit.largestLeverage ? "; it is outside of what was measured" : ""
    return "\(predictor.predictor.target): standard error \(text(error, predictor.predictor.unit)), leverage "
      + "\(leverage.fixed(3)), of the \(fit.rows) rows at most \(fit.largestLeverage.fixed(3))\(far)"
  }

  private func median(_ values: [Double]) -> Double {
    let middle = values.count / 2
    return values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
  }
}

// MARK: JSON

extension OptimumAnswer {
  var json: JSONValue {
    .object([
      ("version", .integer(1)), ("space", .string(space.parts.space.name)),
      ("accuracy", .string(space.accuracy.predictor.target)), ("latency", .string(space.latency.predictor.target)),
      ("accuracy_unit", .string(points)), ("latency_unit", .string(unit)), ("blocks", .string(tie.rawValue)),
      ("by", .string(way.rawValue)), ("walks", .integer(walkCount)),
      ("front", front.map { .integer($0.front.count) } ?? .null),
      ("settings", front.map { .integer($0.settings) } ?? .null),
      (
        "limits",
        .array(
          rows.map { row in
            .object([
              ("limit", .number(row.limit)), ("exact", row.exact.map(json) ?? .null),
              (
                "found",
                .array(
                  row.walks.map { walk in
                    .object([
                      ("seed", .string(String(walk.seed))), ("predictions", .integer(walk.calls)),
                      (
                        "short_by",
                        row.exact.map { .number($0.accuracy - walk.found.accuracy) } ?? .null
                      ),
                      ("network", json(walk.found)),
                    ])
                  })
              ),
            ])
          })
      ),
    ])
  }

  private func json(_ found: PredictedNetwork) -> JSONValue {
    let choices = space.parts.space.choices(of: found.network)
    return .object([
      ("accuracy", .number(found.accuracy)), ("latency", .number(found.latency)),
      ("accuracy_leverage", space.accuracy.leverage(of: found.network).map(JSONValue.number) ?? .null),
      ("latency_leverage", space.latency.leverage(of: found.network).map(JSONValue.number) ?? .null),
      ("decisions", .object(choices.map { ($0.name, $0.value.json) })),
    ])
  }
}
