/// Why no member can be drawn from a band of costs.
package enum BandError: Error, Hashable, Sendable {
  /// Proven: no member costs so much. The extremes of the space tell which way to move the band.
  case empty(band: ClosedRange<Int>, least: Int, greatest: Int)
  /// Some member may be inside, but none certainly is: what rounding to bins hides along a path spans `uncertainty`,
  /// in the unit of the cost. It shrinks in proportion to a higher resolution.
  case unresolved(band: ClosedRange<Int>, binWidth: Int, uncertainty: Int)
  /// The counts would need more than the limit allows; a lower resolution needs less in proportion.
  case tooLarge(bytes: Int, limit: Int)
}
