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
    let left = left.durationText
    let head = "\(phase)"
    let count = "\(done)/\(total) \(unit)"
    let forms = [
      [head, bar, count, "\(left) left", detail, "\(rate.fixed(1))/s"],
      [head, count, "\(left) left", detail, "\(rate.fixed(1))/s"],
      [head, count, "\(left) left", detail],
    ].map { $0.filter { !$0.isEmpty }.joined(separator: "  ") }
    return forms.first { $0.count <= columns } ?? String(forms[forms.count - 1].prefix(max(0, columns)))
  }

  private var bar: String {
    let width = 20
    let full = min(width, Int(Double(done) / Double(max(1, total)) * Double(width)))
    return "[" + String(repeating: "#", count: full) + String(repeating: " ", count: width - full) + "]"
  }
}
