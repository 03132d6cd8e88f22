import Foundation

/// A number from 0 on with the precision of a `Double` and an exponent that does not end: `significand` × 2^(256 `scale`).
///
/// Products of thousands of probabilities neither vanish nor overflow. Every operation is one of a `Double` and an exact
/// shift, so that it rounds as a `Double` does, to one part in 2^53, and gives the same bits on every machine.
///
/// Invariant: the significand is 0, then with scale 0, or in [2^-128, 2^128).
package struct WideDouble: Hashable, Comparable, Sendable {
  private var significand: Double
  private var scale: Int

  private static let step = 0x1p256
  private static let inverse = 0x1p-256

  package static let zero = WideDouble(0)
  package static let one = WideDouble(1)

  /// - Precondition: `value` is finite and not negative.
  package init(_ value: Double) {
    precondition(value.isFinite && value >= 0, "a weight is a finite number from 0 on")
    self.init(normalising: value, scale: 0)
  }

  private init(normalising value: Double, scale: Int) {
    var (value, scale) = (value, scale)
    if value == 0 { scale = 0 }
    while value >= 0x1p128 { (value, scale) = (value * Self.inverse, scale + 1) }
    while value > 0, value < 0x1p-128 { (value, scale) = (value * Self.step, scale - 1) }
    (significand, self.scale) = (value, scale)
  }

  package var isZero: Bool { significand == 0 }

  package static func * (a: WideDouble, b: WideDouble) -> WideDouble {
    WideDouble(normalising: a.significand * b.significand, scale: a.scale + b.scale)
  }

  package static func + (a: WideDouble, b: WideDouble) -> WideDouble {
    if a.scale == b.scale { return WideDouble(normalising: a.significand + b.significand, scale: a.scale) }
    if a.isZero { return b }
    if b.isZero { return a }
    let (large, small) = a.scale > b.scale ? (a, b) : (b, a)
    // Two scales apart the smaller is less than half of the last bit.
    guard large.scale == small.scale + 1 else { return large }
    return WideDouble(normalising: large.significand + small.significand * inverse, scale: large.scale)
  }

  package static func += (a: inout WideDouble, b: WideDouble) { a = a + b }

  package static func / (a: WideDouble, b: WideDouble) -> WideDouble {
    precondition(!b.isZero, "a quotient has a divisor")
    return WideDouble(normalising: a.significand / b.significand, scale: a.scale - b.scale)
  }

  /// As near as a `Double` comes: 0 below its range, infinity above.
  package var value: Double {
    if scale == 0 { return significand }
    if scale < -5 { return 0 }
    if scale > 5 { return .infinity }
    return (0..<scale.magnitude).reduce(significand) { value, _ in value * (scale < 0 ? Self.inverse : Self.step) }
  }

  /// e to a power, from sums, products and exact shifts alone: the exponential of a C library may differ in its last bit
  /// from one machine to the next.
  ///
  /// With x = k log 2 + r and |r| <= log 2 / 2 it is 2^k (1 + r + r²/2! + ...); 17 terms leave less than a last bit. The
  /// error is a few units in the last place for |x| up to a million, log 2 being taken in two parts (Cody and Waite 1980).
  ///
  /// - Precondition: `power` is below 2^40 in magnitude, or -infinity, which gives 0.
  package static func exponential(_ power: Double) -> WideDouble {
    guard power > -.infinity else { return .zero }
    precondition(power.magnitude < 0x1p40, "a logarithm of a weight is a finite number")
    let shifts = (power * 1.4426950408889634).rounded()
    let rest = (power - shifts * 0x1.62e42feep-1) - shifts * 0x1.a39ef35793c76p-33
    var series = 1.0
    for term in stride(from: 17.0, through: 1, by: -1) { series = 1 + series * rest / term }
    let power = Int(shifts)
    let scale = power >= 0 ? power / 256 : -((255 - power) / 256)
    return WideDouble(
      normalising: series * Double(sign: .plus, exponent: power - 256 * scale, significand: 1), scale: scale)
  }

  /// Natural logarithm; -infinity of 0.
  package var logarithm: Double { log(significand) + Double(scale) * 256 * log(2) }

  package static func < (a: WideDouble, b: WideDouble) -> Bool {
    if a.isZero || b.isZero || a.scale == b.scale { return a.significand < b.significand }
    return a.scale < b.scale
  }
}
