import Foundation
package import SpaceIR
import SpaceSyntax

/// A latency table that `device measure` writes and adds to: rows, and what they were measured with.
package struct MeasuredTable: Sendable {
  /// The value of `measured.by` in tables that may be added to.
  private static let writer = "espalier device measure"

  package var record: LatencyRecord
  private let description: DeviceDescription
  private let passes: Int

  /// A new table, or one that is there and is added to.
  ///
  /// - Throws: `Mismatch` where the one that is there was measured by something else.
  package init(
    _ description: DeviceDescription, passes: Int, addingTo known: LatencyRecord?, name: String
  ) throws(Mismatch) {
    self.description = description
    self.passes = passes
    guard let known else {
      record = LatencyRecord(name: name)
      return
    }
    guard known.measured["by"] == Self.writer else { throw .otherWriter }
    var differences = description.differences(from: known.measured)
    let before = known.measured["protocol.passes"] ?? "not said"
    if before != String(passes) { differences.append("passes \(before), now \(passes)") }
    guard differences.isEmpty else { throw .stale(differences) }
    record = known
  }

  package enum Mismatch: Error, Hashable, Sendable {
    /// Its file does not say that this package wrote it.
    case otherWriter
    /// What has changed since, one text each.
    case stale([String])
  }

  /// What a call of an empty model takes, in nanoseconds, which every row has less than was measured; nil: not measured.
  package var call: Int? { record.measured["protocol.call_ns"].flatMap(Int.init) }

  /// A network is called once, so that what a call takes is also the constant of networks until they are measured.
  package mutating func setCall(nanoseconds: Int) {
    record.measured["protocol.call_ns"] = String(nanoseconds)
    guard record.correction == nil else { return }
    record.correction = LatencyCorrection(constant: nanoseconds, millionths: 1_000_000)
    record.correctionTexts = ["constant": microsecondsText(nanoseconds), "factor": "1"]
  }

  /// A space whose kernels are in the table.
  package mutating func note(space: String, hash: String) { record.measured["spaces.\(space)"] = hash }

  /// The whole file.
  package var text: String {
    var lines = [
      "espalier: 1", "latency_table: \(quotedScalar(record.name))", "measured:", "  by: \(Self.writer)",
      "  date: \(quotedScalar(date))",
    ]
    let device = [("name", description.device)] + description.entries
    lines.append("  device: {\(device.map { "\($0.0): \(quotedScalar($0.1))" }.joined(separator: ", "))}")
    let call = call.map { ", call_ns: \($0)" } ?? ""
    lines.append("  protocol: {passes: \(passes)\(call), value: \"least pass less an empty call\"}")
    let spaces = record.measured.filter { $0.key.hasPrefix("spaces.") }.sorted { $0.key < $1.key }
    if !spaces.isEmpty { lines.append("  spaces:") }
    lines += spaces.map { "    \(quotedScalar(String($0.key.dropFirst("spaces.".count)))): \(quotedScalar($0.value))" }
    if !record.correctionTexts.isEmpty {
      let known = LatencyRecord.correctionKeys.compactMap { key in
        record.correctionTexts[key].map { "\(key): \($0.isPlainFigure ? $0 : quotedScalar($0))" }
      }
      lines.append("correction: {\(known.joined(separator: ", "))}")
    }
    lines.append("rows:" + (record.rows.isEmpty ? " []" : ""))
    lines += record.rows.map(\.line)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The day on which the first row was measured.
  private var date: String { record.measured["date"] ?? Date().formatted(.iso8601.year().month().day()) }
}

extension LatencyRecord.Row {
  fileprivate var line: String {
    guard let nanoseconds else {
      let why = failure.map { "  # \($0.onOneLine)" } ?? ""
      return "  - {\(kernel), latency: \(LatencyTable.unmeasured)}\(why)"
    }
    let spread = spread.map { ", spread: \(decimal($0, digits: 3))" } ?? ""
    return
      "  - {\(kernel), latency: \(microsecondsText(nanoseconds))\(spread)\(isConfirmed ? "" : ", confirmed: false")}"
  }
}

extension String {
  /// Whether it is a number, perhaps with a unit, which YAML reads as it stands: `31.4 us`.
  fileprivate var isPlainFigure: Bool {
    wholeMatch(of: #/-?[0-9]+(\.[0-9]+)?(e-?[0-9]+)?( ?[a-z]+)?/#) != nil
  }

  /// Without what ends a line or may not stand in a YAML file: for a comment.
  fileprivate var onOneLine: String {
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .unassigned: result.append(" ")
      default: result.append(scalar == "\u{FEFF}" ? " " : scalar)
      }
    }
    return String(result)
  }
}

/// Exactly: `31.4 us`, `-0.25 us`.
func microsecondsText(_ nanoseconds: Int) -> String {
  let (whole, rest) = nanoseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
  var digits = String(rest + 1000).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  return "\(nanoseconds < 0 ? "-" : "")\(whole)\(digits.isEmpty ? "" : ".\(digits)") us"
}

/// Without an exponent, so many digits at most after the point.
func decimal(_ value: Double, digits: Int) -> String {
  var text = String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), value)
  while text.contains("."), text.last == "0" || text.last == "." {
    let wasPoint = text.removeLast() == "."
    if wasPoint { break }
  }
  return text
}

extension LatencyRecord {
  /// With a line through measured networks as its correction.
  package mutating func correct(by line: LinearFit, networks: Int, space: String) {
    let millionths = min(max(1, Int((line.factor * 1e6).rounded())), LatencyCorrection.mostMillionths)
    let constant = Int(line.constant.rounded())
    correction = LatencyCorrection(constant: constant, millionths: millionths)
    correctionTexts = [
      "constant": microsecondsText(constant), "factor": decimal(Double(millionths) / 1e6, digits: 6),
      "constant_error": microsecondsText(Int(line.constantError.rounded())),
      "factor_error": decimal(line.factorError, digits: 6), "networks": String(networks), "space": space,
    ]
  }
}
