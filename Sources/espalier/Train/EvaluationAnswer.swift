import SpaceAnalysis
import SpaceIR
import Supernet

/// What `evaluate` found.
struct EvaluationAnswer {
  struct Memory {
    /// Of the parameters and running statistics, bytes.
    let weights: Int
    /// Of the values of one image, those that are alive at once, bytes.
    let values: Int
  }

  let space: String
  let hash: String
  let cost: NetworkCost
  var weights: String?
  var data: String?
  var classes: [String] = []
  var evaluation: Evaluation?
  /// Images that could not be read.
  var skipped = 0
  var memory = Memory(weights: 0, values: 0)
  var latencies: [MeasuredLatency] = []

  init(of network: NetworkFiles) throws {
    space = network.space.space.name
    hash = network.hash
    let files = network
    cost = try translatingFailures(about: files.space.space) {
      try SpaceAnalysis.cost(of: files.architecture, in: files.space.space)
    }
  }

  func text(showsConfusion: Bool) -> String {
    var table = AlignedTable([.left, .left])
    table.add(["network", "\(space), hash \(hash.prefix(12))"])
    if let weights { table.add(["weights", weights]) }
    if let data, let evaluation {
      let left = skipped == 0 ? "" : ", \(skipped.grouped) left out that cannot be read"
      table.add(["data", "\(data): \(evaluation.images.grouped) test images\(left)"])
      table.add(["accuracy", "\(percent(evaluation.accuracy)) first"])
      if let five = evaluation.accuracyInFive { table.add(["", "\(percent(five)) among the first five"]) }
      table.add(["loss", "\(evaluation.loss.fixed(4)) nats"])
    }
    table.add(["MACs", cost.macs.grouped])
    table.add(["parameters", cost.parameters.grouped])
    table.add([
      "memory", "\(memory.weights.byteText) of weights, \(memory.values.byteText) of values at once for one image",
    ])
    for latency in latencies {
      table.add([
        "latency",
        "\(latency.median.fixed(3)) ms on '\(latency.device)', half of \(latency.repetitions) passes from "
          + "\(latency.quartiles.lowerBound.fixed(3)) to \(latency.quartiles.upperBound.fixed(3))",
      ])
    }
    guard let evaluation else { return table.text() }
    return table.text() + "\n" + classTable(evaluation)
      + (showsConfusion || classes.count <= 10 ? "\n" + confusionTable(evaluation) : "")
  }

  /// The worst classes first, with what they are most often taken for.
  private func classTable(_ evaluation: Evaluation) -> String {
    let most = 20
    var table = AlignedTable([.left, .right, .right, .left])
    table.add(["class", "images", "accuracy", "most often taken for"])
    let accuracies = evaluation.classAccuracies
    let order = classes.indices.sorted { (accuracies[$0] ?? 2, $0) < (accuracies[$1] ?? 2, $1) }
    for label in order.prefix(most) {
      let row = evaluation.confusion[label]
      let other = row.indices.filter { $0 != label && row[$0] > 0 }.max { (row[$0], -$0) < (row[$1], -$1) }
      table.add([
        classes[label], row.reduce(0, +).grouped, accuracies[label].map(percent) ?? "-",
        other.map { "\(classes[$0]) (\(row[$0].grouped))" } ?? "",
      ])
    }
    let rest = classes.count - most
    return table.text() + (rest > 0 ? "and \(rest.grouped) classes with a higher accuracy; --json has all\n" : "")
  }

  /// A row for each class, a column for what was seen in it.
  private func confusionTable(_ evaluation: Evaluation) -> String {
    var table = AlignedTable([.left] + classes.map { _ in .right })
    table.add(["seen as"] + classes.indices.map { String($0) })
    for (label, row) in evaluation.confusion.enumerated() {
      table.add(["\(label) \(classes[label])"] + row.map { $0 == 0 ? "." : $0.grouped })
    }
    return table.text()
  }

  var json: JSONValue {
    .object([
      ("space", .string(space)), ("architecture_hash", .string(hash)),
      ("weights", weights.map(JSONValue.string) ?? .null), ("data", data.map(JSONValue.string) ?? .null),
      ("images", evaluation.map { .integer($0.images) } ?? .null), ("skipped", .integer(skipped)),
      ("accuracy", evaluation.map { .number($0.accuracy) } ?? .null),
      ("top5", evaluation?.accuracyInFive.map { .number($0) } ?? .null),
      ("loss", evaluation.map { .number($0.loss) } ?? .null), ("macs", .integer(cost.macs)),
      ("parameters", .integer(cost.parameters)), ("weight_bytes", .integer(memory.weights)),
      ("value_bytes", .integer(memory.values)),
      (
        "latency",
        .array(
          latencies.map {
            .object([
              ("device", .string($0.device)), ("median_ms", .number($0.median)),
              ("lower_quartile_ms", .number($0.quartiles.lowerBound)),
              ("upper_quartile_ms", .number($0.quartiles.upperBound)), ("repetitions", .integer($0.repetitions)),
            ])
          })
      ),
      ("classes", .array(classes.map(JSONValue.string))),
      (
        "confusion",
        evaluation.map { .array($0.confusion.map { .array($0.map(JSONValue.integer)) }) } ?? .null
      ),
    ])
  }
}

private func percent(_ share: Double) -> String { (share * 100).fixed(2) + " %" }
