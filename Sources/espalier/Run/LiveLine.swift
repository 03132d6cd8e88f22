/// The one line that a terminal shows of work that goes on.
struct LiveLine {
  /// `searching`, `training`.
  var phase: String
  var done: Int
  var total: Int
  /// What is counted, in the plural.
  var unit: String
  /// What else is to be told; empty: nothing.
  var detail: String
  /// Done in a second.
  var rate: Double
  /// Seconds until all is done.
  var left: Double

  /// The line in so many columns. Where they are too few the bar goes first, then the rate, and at last the end of the
  /// line: how much is done and how much time is left are what people look for.
  func text(columns: Int) -> String {
    let forms = [
      [phase, bar, count, leftWords, detail, rateWords], [phase, count, leftWords, detail, rateWords],
      [phase, count, leftWords, detail],
    ].map(joined)
    return forms.first { $0.count <= columns } ?? String(forms[forms.count - 1].prefix(max(0, columns)))
  }

  /// The line for a file.
  var plain: String { joined([phase, count, leftWords, detail, rateWords]) }

  private func joined(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: "  ") }

  private var count: String { "\(done)/\(total) \(unit)" }
  private var leftWords: String { "\(left.durationText) left" }
  private var rateWords: String { "\(rate.fixed(1))/s" }

  private var bar: String {
    let width = 20
    let full = min(width, Int(Double(done) / Double(max(1, total)) * Double(width)))
    return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: width - full) + "]"
  }
}
