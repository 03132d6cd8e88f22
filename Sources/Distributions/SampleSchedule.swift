/// How many architectures a search step draws.
package enum SampleSchedule: Sendable, Hashable {
  /// FP-NAS: K = λ H rounded, halves up, H in nats. At least `minimum`, since the share of a single draw is always 1 and
  /// says nothing about it (`fp-nas.md` section 3).
  case adaptive(lambda: Double, minimum: Int = 2)
  /// PARSEC.
  case fixed(Int)

  /// - Parameter entropy: Of the current distribution, in nats.
  package func draws(entropy: Double) -> Int {
    switch self {
    case .adaptive(let lambda, let minimum):
      max(minimum, Int((lambda * entropy).rounded(.toNearestOrAwayFromZero)))
    case .fixed(let count): count
    }
  }
}
