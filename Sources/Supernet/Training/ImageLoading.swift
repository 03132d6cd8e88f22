package import Datasets

/// How images come to the step. None of it changes a result, but which images count where some are broken.
package struct ImageLoading: Sendable {
  /// Threads that make batches ahead of the step; with 0 the step makes its own.
  package var workers: Int
  package var broken: BrokenImagePolicy
  /// Told of each broken image that is skipped, on any thread, as often as it is met.
  package var report: @Sendable (BrokenImage) -> Void

  package init(
    workers: Int = 0, broken: BrokenImagePolicy = .refuse, report: @escaping @Sendable (BrokenImage) -> Void = { _ in }
  ) {
    self.workers = workers
    self.broken = broken
    self.report = report
  }

  func pipeline(_ sequence: BatchSequence, steps: Range<Int>) -> BatchPipeline {
    BatchPipeline(sequence, steps: steps, workers: workers, policy: broken, broken: report)
  }
}
