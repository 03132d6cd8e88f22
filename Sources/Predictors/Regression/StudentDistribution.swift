#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The chance that |t| is at least this large under Student's distribution, if the true coefficient were 0.
///
/// p = I_x(ν/2, 1/2) with x = ν / (ν + t²), the regularised incomplete beta function (Abramowitz and Stegun, 26.7.1).
///
/// - Parameter degreesOfFreedom: ν > 0.
package func twoSidedChance(t: Double, degreesOfFreedom: Int) -> Double {
  guard t.isFinite else { return t.isNaN ? .nan : 0 }
  let freedom = Double(degreesOfFreedom)
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/// I_x(a, b) by its continued fraction (Abramowitz and Stegun, 26.5.8), evaluated as Lentz 1976 does.
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges fast below the mean only; above it the symmetry I_x(a, b) = 1 - I_(1-x)(b, a) is used.
  guard x <= (a + 1) / (a + b + 2) else { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  let tiny = 1e-300
  var (value, c, d) = (1.0, 1.0, 0.0)
  for step in 0..<400 {
    let m = Double(step / 2)
    let numerator =
      step == 0
      ? 1
      : step.isMultiple(of: 2)
        ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 + numerator * d
    d = 1 / (d.magnitude < tiny ? tiny : d)
    c = 1 + numerator / c
    if c.magnitude < tiny { c = tiny }
    value *= c * d
    if (1 - c * d).magnitude < 1e-15, step > 0 { break }
  }
  return front * (value - 1)
}
