import ArgumentParser
import Search
import SpaceAnalysis
import SpaceChecker
import SpaceCompiler
import SpaceIR

/// `espalier device pool`: how much capacity each operator of a space gives for its latency, device by device.
struct DevicePoolCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Rank the operators of a space by capacity for their latency on devices, and keep the best.",
    discussion: """
        espalier device pool spaces/hurricane.yaml --device phone=phone.yaml --device board=board.yaml --operators 8

      Capacity and latency are in parts of a layer's mean over the operators; the score is their quotient, averaged over the \
      layers (hurricane.md, section 4). Of each band of latency the best is kept first. Operators with a kernel that the \
      table has no row for count as infinitely slow.
      """)

  @OptionGroup var options: CompileOptions
  @OptionGroup var device: DeviceOption

  @Option(help: ArgumentHelp("How many operators are kept.", valueName: "count"), transform: parseCount)
  var operators = 4

  @Option(
    help: ArgumentHelp("Bands of latency, each of which keeps one first.", valueName: "count"), transform: parseCount)
  var bands = 3

  @Option(help: "How multiply-adds count as capacity.")
  var flops = 1.0

  @Option(help: "How parameters count as capacity.")
  var parameters = 0.0

  @Flag(help: "The rankings as one JSON object.")
  var json = false

  func validate() throws {
    guard operators > 0 else { throw ValidationError("'--operators' is at least 1, not 0") }
    guard bands > 0 else { throw ValidationError("'--bands' is at least 1, not 0") }
    for (name, weight) in [("--flops", flops), ("--parameters", parameters)] where !(weight >= 0 && weight.isFinite) {
      throw ValidationError("'\(name)' is at least 0, not \(weight)")
    }
    guard flops + parameters > 0 else {
      throw ValidationError("'--flops' and '--parameters' are both 0, so nothing is capacity")
    }
  }

  func run() throws {
    let space = try compileWithSources(options.file, input: options.shape.input, devices: device.files).result.space
    guard !space.decisions.isEmpty else {
      throw CommandFailure("'\(options.file)' has no decisions, so it has no operators to choose from")
    }
    guard !space.latencyTables.isEmpty else {
      throw CommandFailure("'\(options.file)' names no device; give a latency table with '--device NAME=FILE'")
    }
    try space.requireForest()
    let rankings = try translatingFailures(about: space) {
      let known = try LayerOperators(space, MemberSet(space))
      return try space.latencyTables.map {
        try OperatorRanking(
          known, device: $0.device, keeping: operators, bands: bands, capacity: (flops, parameters))
      }
    }
    Terminal.standardOutput.write(json ? Self.json(rankings).document : Self.text(rankings))
  }

  private static func text(_ rankings: [OperatorRanking]) -> String {
    var parts = rankings.map { ranking in
      var table = AlignedTable([.left, .right, .right, .right, .right, .left])
      table.add(["operator", "MACs", "parameters", "latency", "score", "kept"])
      for entry in ranking.entries {
        table.add([
          entry.name, Int(entry.macs).grouped, Int(entry.parameters).grouped,
          entry.latency.map { "\(($0 / 1000).fixed(1)) us" } ?? "infinite", entry.score.fixed(3),
          entry.isKept ? "band \((entry.band ?? 0) + 1)" : "",
        ])
      }
      return "\(ranking.device): means over the layers that can have an operator\n" + table.text()
        + missing(ranking)
    }
    if rankings.count > 1 { parts.append(comparison(rankings)) }
    return parts.joined(separator: "\n")
  }

  /// The kernels that operators lack, each once.
  private static func missing(_ ranking: OperatorRanking) -> String {
    let lacking = ranking.unmeasured
    guard !lacking.isEmpty else { return "" }
    let rows = Set(lacking.flatMap(\.missing).map(\.kernel)).count
    return
      "\(counted(lacking.count, "operator")) not measured on '\(ranking.device)': \(counted(rows, "row")) missing; "
      + "'espalier device rows' lists them\n"
  }

  private static func comparison(_ rankings: [OperatorRanking]) -> String {
    var lines: [String] = []
    for (place, first) in rankings.enumerated() {
      for second in rankings[(place + 1)...] {
        let (a, b) = (Set(first.kept.map(\.name)), Set(second.kept.map(\.name)))
        let difference = a.symmetricDifference(b).count
        lines.append(
          "pools of '\(first.device)' and '\(second.device)' "
            + (difference == 0 ? "are the same" : "share \(a.intersection(b).count) of \(counted(a.count, "operator"))")
        )
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func json(_ rankings: [OperatorRanking]) -> JSONValue {
    .object([
      (
        "devices",
        .array(
          rankings.map { ranking in
            .object([
              ("device", .string(ranking.device)),
              (
                "operators",
                .array(
                  ranking.entries.map { entry in
                    .object([
                      ("name", .string(entry.name)), ("macs", .number(entry.macs)),
                      ("parameters", .number(entry.parameters)),
                      ("latency_ns", entry.latency.map { .number($0) } ?? .null), ("score", .number(entry.score)),
                      ("layers", .integer(entry.layers)), ("kept", .boolean(entry.isKept)),
                      ("missing_rows", .integer(entry.missing.count)),
                    ])
                  })
              ),
            ])
          })
      )
    ])
  }
}
