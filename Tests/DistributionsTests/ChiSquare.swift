/// Whether counts may come from the probabilities: Pearson's chi-square at a p-value above about 0.001.
///
/// The statistic is made normal by Wilson and Hilferty 1931. Expected counts are at least 5 in every use.
func isPlausible(_ counts: [Int], _ probabilities: [Double]) -> Bool {
  let total = Double(counts.reduce(0, +))
  var statistic = 0.0
  for (count, probability) in zip(counts, probabilities) {
    precondition(total * probability >= 5, "too few draws for a chi-square")
    let difference = Double(count) - total * probability
    statistic += difference * difference / (total * probability)
  }
  let freedom = Double(counts.count - 1)
  let shrink = 2 / (9 * freedom)
  return (cubeRoot(statistic / freedom) - (1 - shrink)) / shrink.squareRoot() < 3.1
}

private func cubeRoot(_ x: Double) -> Double { x > 0 ? exponential(logarithm(x) / 3) : 0 }
