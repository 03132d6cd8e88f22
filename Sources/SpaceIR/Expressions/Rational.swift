/// An exact fraction in lowest terms; the denominator is positive.
///
/// Ranges such as `0.75..4.5 step 0.75` are sequences of these, so a step of 0.1 does not lose its end point.
package struct Rational: Hashable, Sendable {
  package let numerator: Int
  package let denominator: Int

  /// - Precondition: `denominator` is not zero, and the reduced parts fit 64 bits, which only `Int.min` over a negative
  ///   number or a denominator of `Int.min` can break.
  package init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "a fraction has a denominator")
    let divisor = divisor(numerator.magnitude, denominator.magnitude)
    let top = numerator.magnitude / divisor
    // The bounds of Int are not symmetric: -top is built without passing +top.
    self.numerator = (numerator < 0) == (denominator < 0) ? Int(top) : Int(0 - Int128(top))
    self.denominator = Int(denominator.magnitude / divisor)
  }

  package var isInteger: Bool { denominator == 1 }

  /// The largest integer that is not above the fraction.
  package var floor: Int {
    let quotient = numerator / denominator
    return numerator % denominator < 0 ? quotient - 1 : quotient
  }

  package var double: Double { Double(numerator) / Double(denominator) }
}

extension Rational: Comparable {
  package static func < (a: Rational, b: Rational) -> Bool {
    a.numerator.multipliedFullWidth(by: b.denominator) < b.numerator.multipliedFullWidth(by: a.denominator)
  }
}

extension Rational {
  /// Nil where the exact result does not fit 64 bits.
  package func adding(_ other: Rational) -> Rational? {
    let divisor = greatestCommonDivisor(denominator, other.denominator)
    let (a, overflowA) = numerator.multipliedReportingOverflow(by: other.denominator / divisor)
    let (b, overflowB) = other.numerator.multipliedReportingOverflow(by: denominator / divisor)
    let (sum, overflowSum) = a.addingReportingOverflow(b)
    let (common, overflowCommon) = denominator.multipliedReportingOverflow(by: other.denominator / divisor)
    guard overflowA || overflowB || overflowSum || overflowCommon else { return Rational(sum, common) }
    return addingWidely(other)
  }

  /// The parts before reduction fit 128 bits: two products of 63 bits each, and their sum.
  private func addingWidely(_ other: Rational) -> Rational? {
    let top = Int128(numerator) * Int128(other.denominator) + Int128(other.numerator) * Int128(denominator)
    let bottom = Int128(denominator) * Int128(other.denominator)
    var (x, y) = (top.magnitude, bottom.magnitude)
    while y != 0 { (x, y) = (y, x % y) }
    guard let reducedTop = Int(exactly: top / Int128(x)), let reducedBottom = Int(exactly: bottom / Int128(x)) else {
      return nil
    }
    return Rational(reducedTop, reducedBottom)
  }

  /// Nil where the exact result does not fit 64 bits.
  package func multiplied(by other: Rational) -> Rational? {
    let left = max(1, greatestCommonDivisor(numerator, other.denominator))
    let right = max(1, greatestCommonDivisor(other.numerator, denominator))
    let (top, overflowTop) = (numerator / left).multipliedReportingOverflow(by: other.numerator / right)
    let (bottom, overflowBottom) = (denominator / right).multipliedReportingOverflow(by: other.denominator / left)
    return overflowTop || overflowBottom ? nil : Rational(top, bottom)
  }

  /// Nil when `other` is zero or the exact result does not fit 64-bit parts.
  package func divided(by other: Rational) -> Rational? {
    guard other.numerator != 0, other.numerator != .min else { return nil }
    return multiplied(by: Rational(other.denominator, other.numerator))
  }

  package var negated: Rational? { numerator == .min ? nil : Rational(-numerator, denominator) }
}

extension Rational: CustomStringConvertible {
  /// A decimal where the fraction has a finite one (denominator of twos and fives), else `a/b`.
  package var description: String {
    if isInteger { return String(numerator) }
    var rest = denominator
    let twos = rest.trailingZeroBitCount
    rest >>= twos
    var fives = 0
    while rest % 5 == 0 {
      rest /= 5
      fives += 1
    }
    let digits = max(twos, fives)
    // 10^18 is the largest power of ten in 64 bits.
    guard rest == 1, digits <= 18 else { return "\(numerator)/\(denominator)" }
    let power = (0..<digits).reduce(1) { product, _ in product * 10 }
    let (top, overflow) = numerator.multipliedReportingOverflow(by: power / denominator)
    guard !overflow else { return "\(numerator)/\(denominator)" }
    let whole = top.magnitude / UInt(power)
    let places = String(top.magnitude % UInt(power))
    let padded = String(repeating: "0", count: digits - places.count) + places
    return "\(top < 0 ? "-" : "")\(whole).\(padded)"
  }
}

/// At least 1 unless both are zero. The common divisor of `Int.min` and itself or zero, 2^63, is given as `Int.max`.
package func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { Int(clamping: divisor(a.magnitude, b.magnitude)) }

private func divisor(_ a: UInt, _ b: UInt) -> UInt {
  var (x, y) = (a, b)
  while y != 0 { (x, y) = (y, x % y) }
  return x
}
