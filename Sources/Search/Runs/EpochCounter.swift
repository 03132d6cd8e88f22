import Synchronization

/// Counts epochs of networks that are trained side by side.
final class EpochCounter: Sendable {
  private let count = Mutex(0)

  /// Adds one and tells the new count, one caller at a time.
  func advance(_ tell: (Int) -> Void) {
    count.withLock {
      $0 += 1
      tell($0)
    }
  }
}
