/// A count on a terminal while something goes on; nothing in a pipe.
final class ProgressCount {
  private let what: String
  private let total: Int
  private let unit: String
  private var shown = ContinuousClock.now

  init(_ what: String, of total: Int, _ unit: String) {
    self.what = what
    self.total = total
    self.unit = unit
  }

  func show(_ count: Int) {
    guard Terminal.standardError.isTerminal, ContinuousClock.now - shown > .milliseconds(200) else { return }
    shown = .now
    Terminal.standardError.write("\r\u{1B}[K\(what)  \(count.grouped) of \(total.grouped) \(unit)")
  }

  func clear() {
    if Terminal.standardError.isTerminal { Terminal.standardError.write("\r\u{1B}[K") }
  }
}
