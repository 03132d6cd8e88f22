package import BigInt

/// An exact number of networks, of any size, with the texts that people read.
package struct NetworkCount: Hashable, Sendable, Comparable {
  package let value: BigUInt

  package init(_ value: BigUInt) { self.value = value }

  package static func < (a: NetworkCount, b: NetworkCount) -> Bool { a.value < b.value }
}

extension NetworkCount: CustomStringConvertible {
  /// Every digit, without separators; what JSON carries.
  package var description: String { String(value) }

  /// Every digit, in groups of three: `2,696,052`.
  package var grouped: String {
    let digits = Array(String(value))
    var text = ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return text
  }

  /// `grouped` below a million, else three digits and a power of ten, halves up: `2.70e24`.
  package var short: String {
    guard value >= 1_000_000 else { return grouped }
    let digits = String(value).count
    let unit = BigUInt(10).power(digits - 3)
    var leading = Int((value + unit / 2) / unit)
    var exponent = digits - 1
    if leading == 1000 { (leading, exponent) = (100, exponent + 1) }
    let fraction = leading % 100
    return "\(leading / 100).\(fraction < 10 ? "0" : "")\(fraction)e\(exponent)"
  }
}
