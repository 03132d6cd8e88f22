/// A decimal number as a fraction in lowest terms, so that 0.1 is one tenth.
///
/// Invariant: denominator > 0, and numerator and denominator have no common factor.
package struct ExactDecimal: Hashable, Sendable {
  package let numerator: Int
  package let denominator: Int

  /// mantissa × 10^exponent, or nil when the fraction does not fit 64 bits.
  package init?(mantissa: Int, exponent: Int) {
    var (numerator, denominator) = (mantissa, 1)
    var remaining = numerator == 0 ? 0 : exponent
    while remaining > 0 {
      let (product, overflow) = numerator.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      numerator = product
      remaining -= 1
    }
    while remaining < 0 {
      // Cancelling as the denominator grows keeps 2.50000000000000000000 within range.
      if numerator % 10 == 0, denominator == 1 {
        numerator /= 10
      } else {
        let (product, overflow) = denominator.multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        denominator = product
      }
      remaining += 1
    }
    let common = Self.greatestCommonDivisor(numerator.magnitude, denominator.magnitude)
    self.numerator = numerator / Int(common)
    self.denominator = denominator / Int(common)
  }

  /// Digits, a point and an exponent as YAML 1.2 (section 10.3.2) and the expression language write them:
  /// `[-+]? ( digits [ "." digits? ] | "." digits ) ( [eE] [-+]? digits )?`. Nil when the text is not of that form or
  /// the number does not fit.
  package init?(_ text: some StringProtocol) {
    var scanner = DecimalScanner(text)
    guard let parts = scanner.scan() else { return nil }
    self.init(mantissa: parts.mantissa, exponent: parts.exponent)
  }

  /// Nil where the product does not fit 64 bits.
  ///
  /// - Precondition: `factor` is above zero.
  package func multiplied(by factor: Int) -> ExactDecimal? {
    let common = Int(Self.greatestCommonDivisor(UInt(factor), denominator.magnitude))
    let (product, overflow) = numerator.multipliedReportingOverflow(by: factor / common)
    return overflow ? nil : ExactDecimal(numerator: product, denominator: denominator / common)
  }

  private init(numerator: Int, denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  private static func greatestCommonDivisor(_ left: UInt, _ right: UInt) -> UInt {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return max(left, 1)
  }
}

/// Reads the parts of a decimal number from its text.
private struct DecimalScanner {
  private var rest: ArraySlice<UInt8>

  init(_ text: some StringProtocol) { rest = ArraySlice(text.utf8) }

  /// The number as mantissa × 10^exponent; nil for another form, or for digits that do not fit.
  mutating func scan() -> (mantissa: Int, exponent: Int)? {
    let isNegative = sign()
    let whole = digits()
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = digits()
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var exponent = 0
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      let isSmall = sign()
      let power = digits()
      guard !power.isEmpty, let value = Self.integer(power), value <= 10_000 else { return nil }
      exponent = isSmall ? -value : value
    }
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    guard rest.isEmpty, let mantissa = Self.integer(whole + fraction) else { return nil }
    return (isNegative ? -mantissa : mantissa, exponent - fraction.count)
  }

  /// Whether a minus was read; a plus is read as well.
  private mutating func sign() -> Bool {
    guard let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") else { return false }
    rest.removeFirst()
    return first == UInt8(ascii: "-")
  }

  private mutating func digits() -> ArraySlice<UInt8> {
    let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    rest = rest.dropFirst(found.count)
    return found
  }

  private static func integer(_ digits: some Sequence<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      value = sum
    }
    return value
  }
}
