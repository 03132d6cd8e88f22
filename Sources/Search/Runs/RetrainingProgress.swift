import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Times of a run's parts, over all processes that worked on it.
struct RunClocks: Sendable {
  private let searchBefore: Double
  private let retrainingBefore: Double
  private let began = ContinuousClock.now
  private var retrainingBegan: ContinuousClock.Instant?
  private let processorBefore: Double
  private let processorBegan = processorSeconds()
  private var processorEnded: Double?

  /// - Parameter earlier: What the process before has left; nil: there was none.
  init(_ earlier: RunProgress?) {
    searchBefore = earlier?.searchSeconds ?? 0
    retrainingBefore = earlier?.retrainingSeconds ?? 0
    processorBefore = earlier?.searchProcessorSeconds ?? 0
  }

  mutating func beginRetraining() {
    retrainingBegan = .now
    processorEnded = processorSeconds()
  }

  /// Seconds.
  var search: Double { searchBefore + ((retrainingBegan ?? .now) - began).seconds }
  var retraining: Double { retrainingBefore + (retrainingBegan.map { (.now - $0).seconds } ?? 0) }
  /// Of all threads.
  var searchProcessor: Double { processorBefore + (processorEnded ?? processorSeconds()) - processorBegan }
}

/// What this process has computed so far, all threads together.
private func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Counts epochs of networks that are trained side by side, and keeps `progress.json` up to date.
final class RetrainingProgress: Sendable {
  private let state: Mutex<(done: Int, reported: ContinuousClock.Instant)>
  private let total: Int
  private let start: RunProgress
  private let clocks: RunClocks
  private let run: RunDirectory
  private let observe: @Sendable (SessionEvent) -> Void

  init(
    _ start: RunProgress, done: Int, of total: Int, clocks: RunClocks, run: RunDirectory,
    observe: @escaping @Sendable (SessionEvent) -> Void
  ) {
    self.start = start
    state = Mutex((done, .now))
    self.total = total
    self.clocks = clocks
    self.run = run
    self.observe = observe
  }

  /// One more epoch is done. Tells it, one caller at a time.
  func advance() throws {
    try state.withLock { state in
      state.done += 1
      observe(.trained(epochs: state.done, of: total))
      guard ContinuousClock.now - state.reported > .seconds(1) else { return }
      state.reported = .now
      try write(state.done)
    }
  }

  /// Brings `progress.json` up to date.
  func write() throws { try state.withLock { try write($0.done) } }

  private func write(_ done: Int) throws {
    var progress = start
    progress.retrainingSeconds = clocks.retraining
    progress.trainedEpochs = done
    progress.totalEpochs = total
    try run.write(progress, as: .progress)
  }
}
