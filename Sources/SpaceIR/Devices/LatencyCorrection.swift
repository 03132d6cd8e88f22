/// What whole networks on a device take, given the sum over their kernels: constant + factor x sum.
///
/// Kernels that run alone find their weights in the cache and have no neighbour to be fused with; what that amounts to is
/// nearly the same for every network of a space, so a line through a few measured networks takes it.
package struct LatencyCorrection: Hashable, Sendable {
  /// Nanoseconds, at least 0: every network takes some time, and costs are counted from 0 on.
  package let constant: Int
  /// In millionths, above 0.
  package let millionths: Int

  /// - Precondition: The constant is not below 0; the factor is above 0 and at most `mostMillionths`.
  package init(constant: Int, millionths: Int) {
    precondition(constant >= 0, "a network takes some time")
    precondition((1...Self.mostMillionths).contains(millionths), "a factor is above 0 and at most 1000")
    self.constant = constant
    self.millionths = millionths
  }

  /// Of a factor of 1000, which no honest table needs.
  package static let mostMillionths = 1_000_000_000

  package var factor: Double { Double(millionths) / 1e6 }

  /// A kernel's time with the factor, rounded to whole nanoseconds, halves up; the greatest number where it does not fit.
  package func scaled(_ time: Int) -> Int {
    let product = time.multipliedFullWidth(by: millionths)
    guard product.high < 500_000 else { return .max }
    let (quotient, rest) = 1_000_000.dividingFullWidth(product)
    return rest >= 500_000 && quotient < .max ? quotient + 1 : quotient
  }
}
