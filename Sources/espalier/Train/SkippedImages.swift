import Datasets
import Synchronization

/// Broken images that a test has left out.
final class SkippedImages: Sendable {
  private let found = Mutex<Set<String>>([])

  func note(_ image: BrokenImage) { found.withLock { _ = $0.insert(image.path) } }

  /// Sorted.
  var paths: [String] { found.withLock { $0.sorted() } }
}
