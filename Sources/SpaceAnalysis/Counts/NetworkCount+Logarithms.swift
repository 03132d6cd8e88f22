import BigInt
import Foundation

extension NetworkCount {
  /// Decimal logarithm, within a few units in the last place of a `Double`; nil of zero.
  package var log10: Double? { naturalLogarithm.map { $0 / M_LN10 } }

  /// Natural logarithm: the entropy, in nats, of a uniform draw; nil of zero.
  package var naturalLogarithm: Double? {
    guard value > 0 else { return nil }
    let shift = max(0, value.bitWidth - 64)
    let leading = Double(UInt64(value >> shift))
    return log(leading) + Double(shift) * M_LN2
  }
}
