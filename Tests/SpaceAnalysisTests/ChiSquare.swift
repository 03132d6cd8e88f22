import Foundation

/// Pearson's statistic of counts against equal expectations, as a standard normal deviate.
///
/// Wilson and Hilferty 1931: the cube root of a chi-square over its degrees of freedom is nearly normal.
func uniformityDeviate(_ counts: [Int]) -> Double {
  let expected = Double(counts.reduce(0, +)) / Double(counts.count)
  let statistic = counts.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
  let freedom = Double(counts.count - 1)
  return (cbrt(statistic / freedom) - (1 - 2 / (9 * freedom))) / sqrt(2 / (9 * freedom))
}
