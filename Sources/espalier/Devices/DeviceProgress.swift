import Devices

/// Says on standard error how far a measurement is: one line that is written over on a terminal, else a line for each call
/// of the device's command.
final class DeviceProgress {
  private let stream = Terminal.standardError
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let total: Int
  /// What is counted, in the plural.
  private let unit: String
  private var settled = 0
  private var asked = 0
  private var isOnScreen = false

  init(total: Int, unit: String) {
    self.total = total
    self.unit = unit
    start = clock.now
  }

  var seconds: Double { (clock.now - start).inSeconds }

  /// One more is done with.
  func settle() { settled += 1 }

  func show(_ event: MeasuringRun.Event) {
    switch event {
    case .call(let models):
      asked = models
      show(share: 0, detail: "")
      if !stream.isTerminal {
        stream.line(line(done: settled, detail: "a call with \(counted(models, "model"))").plain)
      }
    case .progress(let text): show(share: Self.share(of: text), detail: text)
    case .trouble(let text):
      erase()
      stream.line("note: \(text)")
    }
  }

  /// Takes the line off the screen.
  func erase() {
    if isOnScreen { stream.write("\r\u{1B}[K") }
    isOnScreen = false
  }

  /// How much of a call is done at the beginning of `pass 3 of 5`; loading counts as one more.
  private static func share(of text: String) -> Double {
    let numbers = text.split { !$0.isNumber }.compactMap { Double($0) }
    guard text.hasPrefix("pass "), numbers.count >= 2, numbers[1] > 0 else { return 0.9 }
    return min(1, numbers[0] / (numbers[1] + 1))
  }

  private func show(share: Double, detail: String) {
    guard stream.isTerminal, environment("TERM") != "dumb" else { return }
    isOnScreen = true
    let done = settled + Int(share * Double(asked))
    stream.write("\r\u{1B}[K" + line(done: done, detail: detail).text(columns: stream.columns ?? 80))
  }

  private func line(done: Int, detail: String) -> LiveLine {
    let rate = Double(done) / max(seconds, 1e-3)
    // Before the first ones are done, what the protocol takes by itself.
    let left = done == 0 ? Self.estimate(total) : Double(total - done) / rate
    return LiveLine(phase: "measuring", done: done, total: total, unit: unit, detail: detail, rate: rate, left: left)
  }

  /// Seconds that a measurement of so many models takes at most when nothing else is known: five passes of some 40 ms each,
  /// loading and pauses. A device that invents its times takes none of them.
  static func estimate(_ models: Int) -> Double {
    let calls = (models + MeasuringRun.callSize - 1) / MeasuringRun.callSize
    return Double(models) * 0.35 + Double(calls) * 6
  }
}
