import SpaceAnalysis
import Synchronization

/// Says on standard error how far an answer is, once it takes longer than a second.
///
/// On a terminal it is one line that is written over and gone in the end. Elsewhere nothing is said unless it was asked
/// for: then each stage has a line when it begins, and one a second.
final class ProgressLine: Sendable {
  enum Style: Sendable {
    /// One line that is written over.
    case overwritten
    /// A line for each report.
    case lines
  }

  fileprivate struct State {
    var stage: AnalysisProgress.Stage?
    /// Where the time that is left is told from: the first report of the stage.
    var stageStart: (time: Duration, done: Int)
    /// Of the last report.
    var done = 0
    var lastShown: Duration?
    var isOnScreen = false
  }

  private let style: Style
  private let state: Mutex<State>
  /// Since the question was asked.
  private let time: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void

  /// The line of the question at hand, so that an answer does not stand behind it.
  static var current: ProgressLine? { shown.withLock { $0 } }
  private static let shown = Mutex<ProgressLine?>(nil)

  init(_ style: Style, time: @escaping @Sendable () -> Duration, write: @escaping @Sendable (String) -> Void) {
    self.style = style
    self.time = time
    self.write = write
    state = Mutex(State(stageStart: (.zero, 0)))
  }

  /// Answers a question with progress, where somebody looks at it or asked for it.
  static func around<Answer>(asked: Bool, _ answer: () throws -> Answer) throws -> Answer {
    let stream = Terminal.standardError
    guard asked || stream.isTerminal && environment("TERM") != "dumb" else { return try answer() }
    let clock = ContinuousClock()
    let start = clock.now
    let line = ProgressLine(
      stream.isTerminal ? .overwritten : .lines, time: { clock.now - start }, write: { stream.write($0) })
    Self.shown.withLock { $0 = line }
    defer {
      Self.shown.withLock { $0 = nil }
      line.erase()
    }
    return try AnalysisProgress.observing({ line.show($0) }, answer)
  }

  func show(_ report: AnalysisProgress.Report) {
    let text = state.withLock { state -> String? in
      let isNew = state.begin(report, at: time())
      return self.text(of: report, isNew, &state)
    }
    guard let text else { return }
    write(style == .overwritten ? "\r\u{1B}[K\(text)" : text + "\n")
  }

  /// Takes a line that is written over off the screen.
  func erase() {
    let isOnScreen = state.withLock { state in
      defer { state.isOnScreen = false }
      return state.isOnScreen
    }
    if isOnScreen { write("\r\u{1B}[K") }
  }

  /// Nil where it is not the time to say something.
  private func text(of report: AnalysisProgress.Report, _ isNew: Bool, _ state: inout State) -> String? {
    let now = time()
    switch style {
    case .overwritten:
      guard now >= .seconds(1), now - (state.lastShown ?? .zero) >= .milliseconds(200) else { return nil }
      state.isOnScreen = true
    case .lines: guard isNew || now - (state.lastShown ?? .zero) >= .seconds(1) else { return nil }
    }
    state.lastShown = now
    let step = "\(report.stage.words): "
    guard report.isEven, report.total > 0 else {
      return step + "part \(min(report.done + 1, report.total).grouped) of \(report.total.grouped)"
    }
    let percent = Int(Double(report.done) / Double(report.total) * 100)
    let spent = (now - state.stageStart.time).inSeconds
    let done = report.done - state.stageStart.done
    // The first moments say little: a twentieth of the work, or half a second.
    guard done > 0, done >= report.total / 20 || spent >= 0.5 else { return step + "\(percent) %" }
    let left = spent * Double(report.total - report.done) / Double(done)
    return step + "\(percent) %, about \(max(1, Int(left.rounded(.up))).grouped) s left in this step"
  }
}

extension ProgressLine.State {
  /// Whether a stage begins with this report: another one, or the same one again.
  fileprivate mutating func begin(_ report: AnalysisProgress.Report, at time: Duration) -> Bool {
    defer { done = report.done }
    guard stage != report.stage || report.done < done else { return false }
    stage = report.stage
    stageStart = (time, report.done)
    return true
  }
}

extension AnalysisProgress.Stage {
  fileprivate var words: String {
    switch self {
    case .conditions: "tying decisions together"
    case .costs: "building the diagram of costs"
    case .budgets: "splitting it by budgets"
    case .counts: "counting"
    case .fronts: "comparing partial networks"
    case .graphs: "comparing graphs"
    }
  }
}
