/// A file that is no image, or one that ends too early.
package struct BrokenImage: Error, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// What is wrong with it, in words.
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "the image '\(path)' cannot be read: \(reason)" }
}

/// What is done about an image that cannot be decoded.
package enum BrokenImagePolicy: String, Hashable, Sendable, CaseIterable {
  /// The work stops, with the image's name.
  case refuse
  /// Another image takes its place in a training batch: the next one in the order of storage. A test leaves it out.
  case skip
}
