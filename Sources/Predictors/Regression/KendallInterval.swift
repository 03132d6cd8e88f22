/// An interval that holds the rank correlation of two lists with a probability of 95 %: the middle of its values over draws of
/// the pairs with replacement (Efron 1979, the percentile bootstrap). Nil where half of the draws have none.
///
/// - Complexity: O(draws × n²).
package func kendallInterval(
  _ a: [Double], _ b: [Double], draws: Int = 1000, using generator: inout some RandomNumberGenerator
) -> ClosedRange<Double>? {
  precondition(a.count == b.count && !a.isEmpty, "pairs are drawn")
  var values: [Double] = []
  for _ in 0..<draws {
    let places = a.indices.map { _ in Int(generator.next() % UInt64(a.count)) }
    if let tau = kendallTau(places.map { a[$0] }, places.map { b[$0] }) { values.append(tau) }
  }
  values.sort()
  guard values.count > draws / 2 else { return nil }
  func quantile(_ share: Double) -> Double { values[Int((Double(values.count - 1) * share).rounded())] }
  return quantile(0.025)...quantile(0.975)
}
