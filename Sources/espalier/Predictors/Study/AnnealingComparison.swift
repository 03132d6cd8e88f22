import Distributions
import Predictors
import Reports
import SpaceIR

/// Walks over FOX-NAS's released predictions, beside the exact optimum and as many uniform draws (fox-nas.md, section 9).
struct AnnealingComparison {
  private enum Way: String, CaseIterable {
    case annealing = "released annealing"
    case metropolis
    case random = "uniform draws"
  }

  private struct Row {
    let limit: Double
    let exact: PredictedNetwork
    /// By seed: how far below the optimum a walk ends, in points.
    var shortfalls: [Way: [Double]] = [:]
    /// By seed: predictions that were looked at.
    var calls: [Way: [Int]] = [:]
  }

  private static let limits = [40.0, 45, 55, 70, 80]
  private let walks: Int
  private var rows: [Row] = []
  /// Of one walk, all of them.
  private var seconds: [Way: [Double]] = [:]
  private var exactSeconds = 0.0

  /// - Throws: `CommandFailure`.
  init(of space: Space, walks: Int) throws {
    self.walks = walks
    let wanted = try predictor(at: "docs/examples/fox-nas-accuracy.json")
    let limited = try predictor(at: "docs/examples/fox-nas-latency.json")
    do throws(PredictedSpaceError) {
      let predicted = try PredictedSpace(SearchedParts(space), accuracy: wanted, latency: limited, tie: .alike)
      let clock = ContinuousClock()
      let started = clock.now
      let front = try ExactOptimum(predicted, limit: Self.limits.max() ?? 0)
      exactSeconds = (clock.now - started).inSeconds
      for limit in Self.limits {
        guard let exact = front.best(within: limit) else { continue }
        var row = Row(limit: limit, exact: exact)
        for seed in 1...walks { walk(predicted, UInt64(seed), &row) }
        rows.append(row)
      }
    } catch {
      throw CommandFailure(error, of: space.name)
    }
  }

  private mutating func walk(_ space: PredictedSpace, _ seed: UInt64, _ row: inout Row) {
    let clock = ContinuousClock()
    for way in Way.allCases {
      var random = SplitRandom(seed: seed, stream: way == .random ? 0x5241_4E44 : 0x414E_4E45)
      let started = clock.now
      do throws(AnnealingError) {
        let (found, calls): (PredictedNetwork, Int)
        switch way {
        case .annealing, .metropolis:
          let walk = try AnnealingWalk(
            space, limit: row.limit, rule: way == .annealing ? .published : .metropolis, using: &random)
          (found, calls) = (walk.best, walk.calls)
        case .random:
          calls = row.calls[.annealing]?.last ?? 1
          found = try AnnealingWalk.random(space, limit: row.limit, calls: calls, using: &random)
        }
        row.shortfalls[way, default: []].append(row.exact.accuracy - found.accuracy)
        row.calls[way, default: []].append(calls)
        seconds[way, default: []].append((clock.now - started).inSeconds)
      } catch {
        // A start is a uniform draw within the limit: some limits have hardly any.
        row.shortfalls[way, default: []].append(.infinity)
        row.calls[way, default: []].append(0)
      }
    }
  }

  var text: String {
    var table = AlignedTable([.right, .right, .left, .right, .right, .right, .right, .right])
    table.add(["limit", "optimum", "way", "reached", "median short by", "worst", "predictions", "better than draws"])
    for row in rows {
      for way in Way.allCases {
        let short = row.shortfalls[way] ?? []
        let drawn = row.shortfalls[.random] ?? []
        let better = zip(short, drawn).count { $0 < $1 - 1e-9 }
        let isFirst = way == .annealing
        table.add([
          isFirst ? "\(row.limit.fixed(0)) ms" : "", isFirst ? row.exact.accuracy.fixed(4) : "", way.rawValue,
          "\(short.count { $0 < 1e-9 }) of \(short.count)", short.sorted()[short.count / 2].fixed(4),
          (short.max() ?? 0).fixed(4), (row.calls[way] ?? []).sorted()[walks / 2].grouped,
          way == .random ? "" : "\(better) of \(short.count)",
        ])
      }
    }
    let times = Way.allCases.map { way in
      let own = (seconds[way] ?? [0]).sorted()
      return "\(way.rawValue) \(own.isEmpty ? "none" : own[own.count / 2].fixed(2)) s"
    }
    return """
      One walk a seed over FOX-NAS's released predictions (192 pixels, blocks alike), \(counted(walks, "seed")) a limit, and as
      many uniform draws as the released annealing looked at. Points below the exact optimum; a walk takes, median:
      \(times.joined(separator: ", ")); the exact optima of all limits together \(exactSeconds.fixed(2)) s.

      """ + table.text()
  }
}
