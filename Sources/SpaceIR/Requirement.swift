/// What every member of a space meets: a line of `require:`, or of a block's own.
package struct Requirement: Hashable, Sendable {
  /// As the author wrote it, or its name; what messages quote.
  package let text: String
  package let claim: Claim

  package enum Claim: Hashable, Sendable {
    /// A boolean over decisions. It has a value in every network, those included in which a decision that it speaks of
    /// does not exist.
    case condition(Expression)
    /// A bound on a cost of the whole network.
    case budget(Budget)
  }

  package init(_ text: String, _ claim: Claim) {
    self.text = text
    self.claim = claim
  }
}

/// Bounds on one cost, both inclusive.
package struct Budget: Hashable, Sendable {
  package let quantity: Quantity
  package let least: Int?
  package let greatest: Int?

  /// A cost that is a sum over the operations of a network (language page, principle 8).
  package enum Quantity: Hashable, Sendable {
    /// Multiply-adds for one image.
    case macs
    /// Trainable scalars.
    case parameters
    /// Bytes of all feature maps of one image, four for each number.
    case activationBytes
    /// Nanoseconds on a device, by its latency table.
    case latency(device: String)
  }

  package init(_ quantity: Quantity, least: Int? = nil, greatest: Int? = nil) {
    self.quantity = quantity
    self.least = least
    self.greatest = greatest
  }
}
