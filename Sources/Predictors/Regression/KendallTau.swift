/// Kendall's rank correlation with ties, tau-b (Kendall 1945, Biometrika 33): 1 where two lists order everything alike, -1
/// where one is the other backwards, nil where one has no two different values.
///
/// - Complexity: O(n²).
package func kendallTau(_ a: [Double], _ b: [Double]) -> Double? {
  precondition(a.count == b.count, "a value of each for everything that is ranked")
  var (balance, distinctA, distinctB) = (0, 0, 0)
  for i in a.indices {
    for j in 0..<i {
      let (orderA, orderB) = (order(a[i], a[j]), order(b[i], b[j]))
      balance += orderA * orderB
      distinctA += orderA * orderA
      distinctB += orderB * orderB
    }
  }
  guard distinctA > 0, distinctB > 0 else { return nil }
  return Double(balance) / (Double(distinctA) * Double(distinctB)).squareRoot()
}

private func order(_ x: Double, _ y: Double) -> Int { x > y ? 1 : x < y ? -1 : 0 }
