import Devices
import Distributions
import SpaceIR

/// What `device check` and the benchmark of devices print of a check.
struct CheckReport {
  let answer: NetworkMeasuring.Answer
  let table: MeasuredTable
  let space: String
  let device: String
  /// What the device is.
  let words: String
  let path: String
  let seed: UInt64

  private var check: NetworkCheck { answer.check }
  private var call: Double { Double(table.call ?? 0) / 1e6 }

  /// Name, then agreement; nil: too few networks for it.
  var rows: [(name: String, key: String, agreement: Agreement?)] {
    var rows: [(String, String, Agreement?)] = [("sum of kernels", "sum", check.plain)]
    if let correction = table.record.correction, table.record.correctionTexts["networks"] != nil {
      let constant = Double(correction.constant) / 1e6
      rows.append(
        (
          "as the table corrects it", "table",
          check.corrected(constant: constant, factor: correction.factor, call: call)
        ))
    }
    rows.append(("line through the others", "line", check.leavingOneOut))
    rows.append(("line from multiply-adds", "macs", check.macs))
    rows.append(("the same networks again", "again", check.repetition))
    return rows
  }

  /// The line as a table has it: of sums of rows, which have no call in them, in nanoseconds. Nil for a factor that is none.
  func writable(_ line: LinearFit) -> LinearFit? {
    guard line.factor > 0, line.factor * 1e6 < Double(LatencyCorrection.mostMillionths) else { return nil }
    return line.shifted(by: call).scaled(by: 1e6)
  }

  var text: String {
    let times = check.networks.map(\.measured)
    var result = "\(counted(check.networks.count, "network")) of '\(space)' on '\(device)' (\(words)), seed \(seed): "
    result += "\((times.min() ?? 0).fixed(3)) to \((times.max() ?? 0).fixed(3)) ms\n"
    var table = AlignedTable([.left, .right, .right, .right, .right, .right, .right])
    table.add(["predicted by", "signed", "mean error", "greatest", "within 10 %", "RMSE, ms", "tau"])
    for row in rows {
      guard let it = row.agreement else { continue }
      table.add([
        row.name, percent(it.signedError, signed: true), percent(it.meanError), percent(it.greatestError),
        percent(it.withinTenth, digits: 0), it.rootMeanSquare.fixed(4), it.tau?.fixed(2) ?? "-",
      ])
    }
    result += table.text()
    if let line = check.line.map({ $0.shifted(by: call) }) {
      result +=
        "line: \(line.constant.fixed(4)) ± \(line.constantError.fixed(4)) ms + "
        + "\(line.factor.fixed(3)) ± \(line.factorError.fixed(3)) x sum of rows\n"
    }
    var generator = SplitRandom(seed: seed, stream: 0x6361_6C69)
    if let five = check.calibration(using: &generator) {
      result += "a line through 5 of them misses the others by \(percent(five.mean)), 95 % of them by at most "
      result += "\(percent(five.high))\n"
    }
    if answer.unconfirmed > 0 {
      result += "\(counted(answer.unconfirmed, "network")) with passes that do not agree\n"
    }
    for failure in answer.failures.prefix(3) { result += "not measured: \(failure)\n" }
    if answer.failures.count > 3 { result += "not measured: \(answer.failures.count - 3) more\n" }
    return result
  }

  var json: JSONValue {
    let agreements = rows.compactMap { row in
      row.agreement.map { agreement in (key: row.key, value: JSONValue.object(Self.entries(agreement))) }
    }
    let networks = check.networks.map { network in
      JSONValue.object([
        ("sum_ms", .number(network.sum)), ("first_ms", .number(network.first)), ("second_ms", .number(network.second)),
        ("macs", .integer(Int(network.macs))),
      ])
    }
    let line = check.line.map { $0.shifted(by: call) }.map { line in
      JSONValue.object([
        ("constant_ms", .number(line.constant)), ("constant_error_ms", .number(line.constantError)),
        ("factor", .number(line.factor)), ("factor_error", .number(line.factorError)),
      ])
    }
    return .object([
      ("device", .string(device)), ("space", .string(space)), ("table", .string(path)), ("seed", .string(String(seed))),
      ("predicted_by", .object(agreements)), ("line", line ?? .null), ("networks", .array(networks)),
      ("not_measured", .array(answer.failures.map { .string("\($0)") })),
    ])
  }

  private static func entries(_ it: Agreement) -> [(key: String, value: JSONValue)] {
    [
      ("signed_error", .number(it.signedError)), ("mean_error", .number(it.meanError)),
      ("greatest_error", .number(it.greatestError)), ("within_10_percent", .number(it.withinTenth)),
      ("rmse_ms", .number(it.rootMeanSquare)), ("tau", it.tau.map(JSONValue.number) ?? .null),
    ]
  }

  private func percent(_ value: Double, signed: Bool = false, digits: Int = 1) -> String {
    (signed && value > 0 ? "+" : "") + "\((value * 100).fixed(digits)) %"
  }
}
