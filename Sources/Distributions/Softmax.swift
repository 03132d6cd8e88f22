#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// xᵢ - log Σⱼ exp xⱼ, with the maximum taken out first so that no term overflows.
///
/// An entry of -infinity stays -infinity; at least one entry is finite. One row in, one row of the same length out.
func logSoftmax(_ row: [Double]) -> [Double] {
  guard let maximum = row.max() else { return [] }
  precondition(maximum.isFinite, "a softmax needs a finite entry")
  var sum = 0.0
  for entry in row { sum += exp(entry - maximum) }
  let normaliser = maximum + log(sum)
  return row.map { $0 - normaliser }
}

/// exp xᵢ / Σⱼ exp xⱼ, under the conditions of `logSoftmax`.
func softmax(_ row: [Double]) -> [Double] {
  guard let maximum = row.max() else { return [] }
  precondition(maximum.isFinite, "a softmax needs a finite entry")
  var result = row
  var sum = 0.0
  for index in result.indices {
    result[index] = exp(result[index] - maximum)
    sum += result[index]
  }
  for index in result.indices { result[index] /= sum }
  return result
}

/// - Σ pᵢ log pᵢ of softmax(row), in nats; 0 log 0 is 0.
func categoricalEntropy(ofLogits row: [Double]) -> Double {
  logSoftmax(row).reduce(0) { $1 == -.infinity ? $0 : $0 - exp($1) * $1 }
}

/// exp of a difference of logarithms: how much larger one thing is than another.
func ratio(ofLogarithms difference: Double) -> Double { exp(difference) }
