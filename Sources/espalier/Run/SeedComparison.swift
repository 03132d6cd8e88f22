import Search
import Supernet

/// Runs that differ in their seeds alone.
struct SeedComparison {
  private let runs: [(seed: UInt64, result: RunResult)]

  init(_ runs: [(UInt64, RunResult)]) { self.runs = runs.map { (seed: $0.0, result: $0.1) } }

  /// A row a seed, and the mean with its standard error.
  var text: String {
    var table = AlignedTable([.right, .right, .right, .right, .right, .right])
    table.add(["seed", "MACs", "samples", "test accuracy", "test loss", "random accuracy"])
    for (seed, result) in runs {
      let random = accuracies(result.networks.dropFirst())
      table.add([
        String(seed), result.macs.grouped, result.samples.grouped,
        result.networks.first.map { ($0.result.accuracy * 100).fixed(2) + " %" } ?? "-",
        result.networks.first.map { $0.result.testLoss.fixed(4) } ?? "-",
        random.isEmpty ? "-" : spread(random).mean.fixed(2) + " %",
      ])
    }
    table.add([
      "mean", words(runs.map { Double($0.result.macs) }, digits: 0),
      words(runs.map { Double($0.result.samples) }, digits: 0), words(found, digits: 2, " %"),
      words(runs.compactMap { $0.result.networks.first?.result.testLoss }, digits: 4), words(random, digits: 2, " %"),
    ])
    return table.text()
  }

  var json: JSONValue {
    .object([
      (
        "runs",
        .array(
          runs.map { seed, result in
            .object([
              ("seed", .string(String(seed))), ("macs", .integer(result.macs)),
              ("samples", .integer(result.samples)),
              ("test_accuracy", result.networks.first.map { .number($0.result.accuracy) } ?? .null),
              ("test_loss", result.networks.first.map { .number($0.result.testLoss) } ?? .null),
            ])
          })
      ),
      ("test_accuracy", mean(found.map { $0 / 100 })), ("random_accuracy", mean(random.map { $0 / 100 })),
    ])
  }

  /// Test accuracies of the networks that were found, percent.
  private var found: [Double] { runs.flatMap { accuracies($0.result.networks.prefix(1)) } }

  /// For each run the mean over its random networks, percent.
  private var random: [Double] {
    runs.map { accuracies($0.result.networks.dropFirst()) }.filter { !$0.isEmpty }.map { spread($0).mean }
  }

  private func accuracies(_ networks: ArraySlice<RetrainedNetwork>) -> [Double] {
    networks.map { $0.result.accuracy * 100 }
  }

  private func words(_ values: [Double], digits: Int, _ unit: String = "") -> String {
    guard !values.isEmpty else { return "-" }
    let spread = spread(values)
    func shown(_ value: Double) -> String { digits == 0 ? Int(value.rounded()).grouped : value.fixed(digits) }
    return "\(shown(spread.mean)) ± \(shown(spread.error))\(unit)"
  }

  private func mean(_ values: [Double]) -> JSONValue {
    guard !values.isEmpty else { return .null }
    let spread = spread(values)
    return .object([("mean", .number(spread.mean)), ("standard_error", .number(spread.error))])
  }
}
