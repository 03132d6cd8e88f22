/// How often checkpoints are written. It changes no result.
package struct CheckpointPace: Hashable, Sendable {
  /// At least every so many steps; nil: however many.
  package var steps: Int?
  /// At least every so many seconds, on a clock that nobody can set.
  package var seconds: Double

  package init(steps: Int? = nil, seconds: Double = 300) {
    self.steps = steps
    self.seconds = seconds
  }
}

/// Says when the next checkpoint is due.
struct CheckpointTimer {
  private let pace: CheckpointPace
  private var written = ContinuousClock.now
  private var step: Int

  init(_ pace: CheckpointPace, from step: Int) {
    self.pace = pace
    self.step = step
  }

  /// True when one shall be written now, which then counts as written.
  mutating func isDue(at step: Int) -> Bool {
    let now = ContinuousClock.now
    guard step - self.step >= pace.steps ?? .max || (now - written).seconds >= pace.seconds else { return false }
    written = now
    self.step = step
    return true
  }
}
